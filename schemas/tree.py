"""The organisation as a dated tree: the units of a day, who belongs where, who holds which role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from schemas.envelope import Event
from schemas.organisation import (
    Level,
    RoleAssigned,
    UnitClosed,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
    WorkerJoined,
    WorkerLeft,
    WorkerMoved,
)

UNASSIGNED = "unassigned"
"""The team of work whose team nobody registered; it stands under the council."""

Value = TypeVar("Value")
Dated = tuple[tuple[dt.date, Value], ...]
"""Values by the day from which each holds, in order of days."""

_START = dt.date.min


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it stood on a day; `closed` is the first day on which it was no more."""

    id: str
    level: Level
    name: str
    parent: str | None
    opened: dt.date
    closed: dt.date | None = None
    successor: str | None = None


@dataclass(frozen=True)
class _History:
    level: Level
    opened: dt.date
    names: Dated[str]
    parents: Dated[str | None]
    closed: dt.date | None = None
    successor: str | None = None


_Change = Callable[[_History], _History]


def _put(dated: Dated[Value], day: dt.date, value: Value) -> Dated[Value]:
    kept = [pair for pair in dated if pair[0] != day]
    return tuple(sorted([*kept, (day, value)], key=lambda pair: pair[0]))


def _on(dated: Dated[Value], day: dt.date) -> Value | None:
    """The value that held on the day; before the first day, the first: a late registration is no gap."""
    if not dated:
        return None
    held = dated[0][1]
    for since, value in dated:
        if since > day:
            break
        held = value
    return held


@dataclass(frozen=True)
class Tree:
    """The organisation after some events; `after` gives the next one. Days are the events' written dates."""

    histories: dict[str, _History] = field(default_factory=dict)
    teams_by_worker: dict[str, Dated[str | None]] = field(default_factory=dict)
    roles: dict[tuple[str, str], Dated[str]] = field(default_factory=dict)

    def after(self, event: Event) -> Tree:
        """The tree with one more event; an event about an unknown unit changes nothing."""
        day = dt.date.fromisoformat(event.envelope.time[:10])
        match event.data:
            case UnitRegistered() as new:
                return self._register(new, day)
            case UnitRenamed(unit=unit, name=name):
                return self._change(unit, lambda old: replace(old, names=_put(old.names, day, name)))
            case UnitMoved(unit=unit, parent=parent):
                return self._change(unit, lambda old: replace(old, parents=_put(old.parents, day, parent)))
            case UnitClosed(unit=unit, successor=successor):
                heir = successor if isinstance(successor, str) else None
                return self._change(unit, lambda old: replace(old, closed=day, successor=heir))
            case WorkerJoined(worker=worker, team=team) | WorkerMoved(worker=worker, team=team):
                return self._place(worker, day, team)
            case WorkerLeft(worker=worker):
                return self._place(worker, day, None)
            case RoleAssigned(unit=unit, role=role, person=person):
                held = _put(self.roles.get((unit, role), ()), day, person)
                return replace(self, roles={**self.roles, (unit, role): held})
            case _:
                return self

    def after_all(self, events: Iterable[Event]) -> Tree:
        """The tree after several events, in their order."""
        tree = self
        for event in events:
            tree = tree.after(event)
        return tree

    def units(self, day: dt.date | None = None) -> list[Unit]:
        """Every unit ever registered, as on the day (without one: as it stands last), plus `unassigned`."""
        known = [self._as_of(unit, day or dt.date.max) for unit in self.histories]
        return known + ([self._unassigned] if self.council else [])

    def unit(self, unit: str, day: dt.date | None = None) -> Unit | None:
        """The unit as it stood on the day, or None when it was never registered."""
        if unit == UNASSIGNED and self.council:
            return self._unassigned
        return self._as_of(unit, day or dt.date.max) if unit in self.histories else None

    @cached_property
    def council(self) -> str | None:
        """The root: the first unit registered at the level of a council."""
        return next((unit for unit, old in self.histories.items() if old.level == "council"), None)

    def path(self, unit: str, day: dt.date | None = None) -> list[Unit]:
        """From the root down to the unit, as on the day; empty for a unit never registered."""
        path: list[Unit] = []
        here: str | None = unit
        while here is not None and all(here != above.id for above in path):
            found = self.unit(here, day)
            if found is None:
                break
            path.insert(0, found)
            here = found.parent
        return path

    def covers(self, top: str | None, unit: str, day: dt.date | None = None) -> bool:
        """Whether `unit` is `top` or lies below it on the day; a `top` of None covers the whole council."""
        if top is None:
            return self.unit(unit, day) is not None
        return any(above.id == top for above in self.path(unit, day))

    def children(self, unit: str, day: dt.date | None = None) -> list[Unit]:
        """The units directly below, open on the day, by name."""
        below = [found for found in self.units(day) if found.parent == unit and _open(found, day)]
        return sorted(below, key=lambda found: found.name)

    def teams_of(self, unit: str, day: dt.date | None = None) -> list[str]:
        """The teams of the unit on the day (itself, if it is one); closed ones too, since they keep lines."""
        return [
            found.id
            for found in self.units(day)
            if found.level == "team" and self.covers(unit, found.id, day)
        ]

    def holder(self, unit: str, role: str, day: dt.date | None = None) -> str | None:
        """Who holds the role for this very unit on the day."""
        held = self.roles.get((unit, role), ())
        return _on(held, day or dt.date.max) if held and held[0][0] <= (day or dt.date.max) else None

    def roles_of(self, person: str, day: dt.date | None = None) -> list[tuple[str, str]]:
        """The (unit, role) pairs that the person holds on the day."""
        return [pair for pair in self.roles if self.holder(*pair, day) == person]

    def team_of(self, worker: str, day: dt.date | None = None) -> str | None:
        """The worker's team on the day; None when they have left or never joined."""
        held = self.teams_by_worker.get(worker, ())
        return _on(held, day or dt.date.max) if held and held[0][0] <= (day or dt.date.max) else None

    def workers_of(self, team: str, day: dt.date | None = None) -> list[str]:
        """The workers of the team on the day, sorted."""
        return sorted(worker for worker in self.teams_by_worker if self.team_of(worker, day) == team)

    def knows(self, person: str) -> bool:
        """Whether the person was ever a worker or held a role."""
        return person in self.teams_by_worker or any(
            person == holder for held in self.roles.values() for _, holder in held
        )

    @property
    def _unassigned(self) -> Unit:
        return Unit(UNASSIGNED, "team", "Unassigned", self.council, _START)

    def _as_of(self, unit: str, day: dt.date) -> Unit:
        old = self.histories[unit]
        name = _on(old.names, day) or unit
        return Unit(unit, old.level, name, _on(old.parents, day), old.opened, old.closed, old.successor)

    def _register(self, new: UnitRegistered, day: dt.date) -> Tree:
        parent = new.parent if isinstance(new.parent, str) else None
        old = self.histories.get(new.unit)
        if old is None:
            fresh = _History(new.level, day, ((day, new.name),), ((day, parent),))
        else:
            names, parents = _put(old.names, day, new.name), _put(old.parents, day, parent)
            fresh = replace(old, level=new.level, opened=min(day, old.opened), names=names, parents=parents)
        return replace(self, histories={**self.histories, new.unit: fresh})

    def _change(self, unit: str, change: _Change) -> Tree:
        if unit not in self.histories:
            return self
        return replace(self, histories={**self.histories, unit: change(self.histories[unit])})

    def _place(self, worker: str, day: dt.date, team: str | None) -> Tree:
        held = _put(self.teams_by_worker.get(worker, ()), day, team)
        return replace(self, teams_by_worker={**self.teams_by_worker, worker: held})


def _open(unit: Unit, day: dt.date | None) -> bool:
    return unit.closed is None or (day is not None and day < unit.closed)
