"""The organisation as a page needs it: names, the way up, what lies below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from services.dashboard.domain.answers import Organisation, Unit


@dataclass(frozen=True)
class Tree:
    """The units that the reader may see."""

    organisation: Organisation

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Every unit by its id."""
        return {unit.id: unit for unit in self.organisation.units}

    @cached_property
    def root(self) -> Unit | None:
        """The council, or the highest unit in sight."""
        return next((unit for unit in self.units.values() if unit.parent not in self.units), None)

    def name(self, unit: str) -> str:
        """The unit's name, or its id when it is not in sight."""
        found = self.units.get(unit)
        return found.name if found else unit

    def path(self, unit: str) -> list[Unit]:
        """The units above, the highest first, without the unit itself."""
        above: list[Unit] = []
        found = self.units.get(unit)
        while found and found.parent and found.parent in self.units and len(above) < 20:
            found = self.units[found.parent]
            above.insert(0, found)
        return above

    def children(self, unit: str) -> list[Unit]:
        """Open units directly below, by name."""
        below = [one for one in self.units.values() if one.parent == unit and not one.closed]
        return sorted(below, key=lambda one: one.name)

    def below(self, unit: str) -> set[str]:
        """The unit and everything under it."""
        found = {unit}
        for child in self.children(unit):
            found |= self.below(child.id)
        return found

    def people(self, unit: str) -> list[str]:
        """Staff ids who may own a commitment of the unit: its workers, its role holders, those above."""
        here, above = self.below(unit), {one.id for one in self.path(unit)}
        found = [role.person for role in self.organisation.roles if role.unit in here | above]
        found += [worker.worker for worker in self.organisation.workers if worker.team in here]
        return list(dict.fromkeys(found))
