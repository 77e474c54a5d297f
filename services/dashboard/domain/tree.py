"""The organisation as one reader sees it: their unit and all below, and the names of what stands above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schemas.tree import Tree as Whole
from schemas.tree import Unit

HOLDERS = ("manager", "head", "director")
NOBODY_YET = "The council, of which no unit is registered yet"


@dataclass(frozen=True)
class Tree:
    """What a reader whose scope is `top` (None: the whole council) sees of the organisation on a day."""

    whole: Whole
    top: str | None
    today: dt.date

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Units within the reader's scope, by id; a stand-in before there is any, so files can be sent."""
        known = self.whole.units(self.today)
        if self.top is None and not self.whole.council:
            return {"": Unit("", "council", NOBODY_YET, None, self.today)}
        return {one.id: one for one in known if self.whole.covers(self.top, one.id, self.today)}

    @cached_property
    def root(self) -> Unit | None:
        """The council."""
        council = self.whole.council
        return self.whole.unit(council, self.today) if council else None

    @property
    def home(self) -> str:
        """Where the reader begins; blank while no unit is registered."""
        return self.top or self.whole.council or ""

    def name(self, unit: str) -> str:
        """The unit's name, or its id when nobody registered it."""
        found = self.whole.unit(unit, self.today)
        return found.name if found else unit

    def path(self, unit: str) -> list[Unit]:
        """The units above, the highest first, without the unit itself."""
        return self.whole.path(unit, self.today)[:-1]

    def children(self, unit: str) -> list[Unit]:
        """Open units directly below, by name."""
        return self.whole.children(unit, self.today)

    def covers(self, top: str, unit: str) -> bool:
        """Whether `unit` is `top` or lies below it."""
        return self.whole.covers(top, unit, self.today)

    def people(self, unit: str) -> list[str]:
        """Staff ids who may own a commitment of the unit: its workers, and who leads it or what is above."""
        led = [one.id for one in (*self.whole.path(unit, self.today), *self.children(unit))]
        found = [self.whole.holder(one, role, self.today) for one in led for role in HOLDERS]
        for team in self.whole.teams_of(unit, self.today):
            found += self.whole.workers_of(team, self.today)
        return list(dict.fromkeys(person for person in found if person))
