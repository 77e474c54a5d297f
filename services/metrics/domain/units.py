"""Whose lines count in a unit's figures, by the organisation tree of the day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass

from schemas.tree import UNASSIGNED, Tree, Unit
from services.metrics.domain.aims import NO_AIMS, Aims
from services.metrics.domain.complete import ALWAYS, Complete

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Teams:
    """The names whose lines count or, with `rest`, all but these."""

    names: frozenset[str] = frozenset()
    rest: bool = False

    def __contains__(self, team: str) -> bool:
        return (team in self.names) != self.rest

    @property
    def only(self) -> list[str] | None:
        """The names to choose, None where all but some count."""
        return None if self.rest else sorted(self.names)

    @property
    def but(self) -> list[str]:
        """The names to leave out."""
        return sorted(self.names) if self.rest else []

    def among(self, others: Teams) -> Teams:
        """Those that are among the others too."""
        match self.rest, others.rest:
            case False, False:
                return Teams(self.names & others.names)
            case True, True:
                return Teams(self.names | others.names, rest=True)
            case True, False:
                return Teams(others.names - self.names)
            case _:
                return Teams(self.names - others.names)


EVERYTHING = Teams(rest=True)


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both ends counted, in which the same teams belong to a unit."""

    first: dt.date
    last: dt.date
    teams: Teams


class Rollup:
    """One tree's answer to who belongs where, since when their feeds are complete, and what they aim at.

    It remembers what it worked out.
    """

    def __init__(self, tree: Tree, complete: Complete = ALWAYS, aims: Aims = NO_AIMS) -> None:
        self.tree, self.complete, self.aims = tree, complete, aims
        moved = (day for old in tree.histories.values() for day, _ in old.parents[1:])
        self._changes = sorted(set(moved))
        self._known: dict[tuple[str, int], Teams] = {}

    @property
    def made_from(self) -> tuple[Tree, Complete, Aims]:
        """The values that it answers from; of others another is made."""
        return self.tree, self.complete, self.aims

    def home(self, unit: str | None) -> str:
        """The unit asked for, or the top: the council, or all that is unassigned while there is none."""
        return unit or self.tree.council or UNASSIGNED

    def on(self, unit: str, day: dt.date) -> Teams:
        """Whose lines belong to the unit on the day; the council's are all, also those of unknown teams."""
        epoch = bisect_right(self._changes, day)
        found = self._known.get((unit, epoch))
        if found is None:
            found = self._known[unit, epoch] = self._belong(unit, day)
        return found

    def spans(self, unit: str, first: dt.date, last: dt.date) -> list[Span]:
        """The days from first to last, cut where other teams belong to the unit; none if first > last."""
        starts = [first, *(day for day in self._changes if first < day <= last)]
        spans: list[Span] = []
        for start in starts if first <= last else ():
            teams = self.on(unit, start)
            if spans and spans[-1].teams == teams:
                continue
            if spans:
                spans[-1] = Span(spans[-1].first, start - _DAY, spans[-1].teams)
            spans.append(Span(start, last, teams))
        return spans

    def below(self, unit: str, first: dt.date, last: dt.date) -> list[Unit]:
        """The units right below on any of the days, as they stand on the last, by name; closed ones too."""
        days = [first, *(day for day in self._changes if first < day <= last)]
        found = {one.id for day in days for one in self.tree.units(day) if one.parent == unit}
        units = [one for one in self.tree.units(last) if one.id in found]
        return sorted(units, key=lambda one: (one.name, one.id))

    def _belong(self, unit: str, day: dt.date) -> Teams:
        if unit == self.home(None):
            return EVERYTHING
        if unit == UNASSIGNED:
            return Teams(frozenset(self.tree.histories), rest=True)
        below = (name for name in self.tree.histories if self.tree.covers(unit, name, day))
        return Teams(frozenset(below))


class Within(Rollup):
    """The same tree, of which a unit has only the teams and days that belong to another, the one above it.

    So what a unit did before it came there, or after it went, is not counted there.
    """

    def __init__(self, rollup: Rollup, above: str) -> None:
        super().__init__(rollup.tree, rollup.complete, rollup.aims)
        self._above = above

    def on(self, unit: str, day: dt.date) -> Teams:
        """Whose lines belong to both on the day."""
        return super().on(unit, day).among(super().on(self._above, day))
