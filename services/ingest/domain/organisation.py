"""A mapping for lists of teams and staff, and what such a list says that was not known.

    format: organisation
    source: hr/organisation
    units: {unit: Unit, level: Level, name: Unit name, parent: Belongs to, since: Since, closed: Closed,
            successor: Merged into}
    workers: {worker: Staff ID, team: Team, since: Since, left: Left}
    roles: {person: Staff ID, unit: Unit, role: Role, since: Since}
    values: {level: {Dept: service}}     # what the list writes, and what it means
    dates: ["%d/%m/%Y"]

A row may tell of a unit, of a worker, of a role, or of several: of each whose first column is not blank.
Without a date in `since` it holds from the day of the export. What is missing from a list is left as it is: a
team is closed, or merged, by a date and a successor, never by silence.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from schemas.envelope import Event
from schemas.organisation import (
    Level,
    RoleAssigned,
    UnitClosed,
    UnitRegistered,
    UnitRole,
    WorkerJoined,
    WorkerLeft,
)
from schemas.registry import Unreadable, read
from schemas.tree import Tree
from services.ingest.domain.rows import Check, Row
from services.ingest.domain.table import Column

Section = Literal["units", "workers", "roles"]
FIELDS: Mapping[Section, tuple[str, ...]] = {
    "units": ("unit", "level", "name", "parent", "since", "closed", "successor"),
    "workers": ("worker", "team", "since", "left"),
    "roles": ("person", "unit", "role", "since"),
}
NEEDED: Mapping[Section, tuple[str, ...]] = {
    "units": ("unit", "level", "name"),
    "workers": ("worker", "team"),
    "roles": ("person", "unit", "role"),
}
LISTS: Mapping[str, tuple[str, ...]] = {"level": get_args(Level), "role": get_args(UnitRole)}
"""Fields that have a list of words."""


class OrganisationMapping(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a list of teams or staff becomes events of the organisation."""

    format: Literal["organisation"]
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    units: dict[str, Column] = {}
    workers: dict[str, Column] = {}
    roles: dict[str, Column] = {}
    title: Annotated[str, Meta(max_length=200)] = ""
    zone: Annotated[str, Meta(max_length=60)] = "Europe/London"
    values: dict[str, dict[str, str]] = {}
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def sections(self) -> dict[Section, dict[str, Column]]:
        """What it maps, by what a row may tell of."""
        given: dict[Section, dict[str, Column]] = {
            "units": self.units,
            "workers": self.workers,
            "roles": self.roles,
        }
        return {section: columns for section, columns in given.items() if columns}


def unusable(mapping: OrganisationMapping) -> str | None:
    """What is wrong with a mapping beyond its form; None where nothing is."""
    if not mapping.sections:
        return "It maps nothing: give units, workers or roles."
    for section, columns in mapping.sections.items():
        if unknown := sorted(set(columns) - set(FIELDS[section])):
            return f"{section}: {unknown[0]!r} cannot be mapped; known are {', '.join(FIELDS[section])}."
        if missing := [name for name in NEEDED[section] if name not in columns]:
            return f"{section} needs a column for {missing[0]!r}."
    if wrong := sorted(set(mapping.values) - set(LISTS)):
        return f"values: {wrong[0]!r} has no list; known are {', '.join(LISTS)}."
    return None if mapping.dates else 'dates needs a form such as "%d/%m/%Y".'


@dataclass(frozen=True, slots=True)
class Stated:
    """What one row says of a unit, a worker or a role, from a day on."""

    verb: str
    about: str
    day: dt.date
    data: Mapping[str, str]

    def draft(self, source: str) -> bytes:
        """As an event; the same words are the same event, however often they are loaded."""
        told = msgspec.json.encode(self.data, order="sorted")
        name = hashlib.sha256(told).hexdigest()[:12]
        return msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": f"{self.verb}/{self.about}@{self.day}#{name}",
                "source": source,
                "type": f"primed.{self.verb}.v1",
                "subject": f"{source}/{self.about}",
                "time": f"{self.day}T00:00:00+00:00",
                "timeprecision": "day",
                "data": self.data,
            }
        )


def news(rows: Iterable[Row], source: str, tree: Tree) -> Iterator[Row]:
    """The rows, each with just what the organisation does not know yet; unknown units are said, and kept."""
    for row in rows:
        drafts: list[bytes] = []
        checks: list[Check] = []
        for draft in row.drafts:
            try:
                event = read(draft)
            except Unreadable:
                drafts.append(draft)  # the edge says what is wrong with it
                continue
            for told in _told(event, tree):
                fresh = told.draft(source)
                drafts.append(fresh)
                tree = tree.after(read(fresh))
            checks += _unknown(event, tree)
        yield replace(row, drafts=tuple(drafts), checks=(*row.checks, *checks))


def _told(event: Event, tree: Tree) -> Iterator[Stated]:
    day = dt.date.fromisoformat(event.envelope.time[:10])
    match event.data:
        case UnitRegistered() as unit:
            yield from _of_unit(unit, day, tree)
        case UnitClosed() as end:
            yield from _of_end(end, day, tree)
        case WorkerJoined() | WorkerLeft() as worker:
            yield from _of_worker(worker, day, tree)
        case RoleAssigned(unit=unit, role=role, person=person):
            if tree.holder(unit, role, day) != person:
                said = {"unit": unit, "role": role, "person": person}
                yield Stated("role.assigned", unit, day, said)


def _of_end(said: UnitClosed, day: dt.date, tree: Tree) -> Iterator[Stated]:
    known = tree.unit(said.unit)
    heir = said.successor if isinstance(said.successor, str) else None
    if known is None or (known.closed, known.successor) != (day, heir):
        yield Stated("unit.closed", said.unit, day, {"unit": said.unit, **_given(successor=heir)})


def _of_worker(said: WorkerJoined | WorkerLeft, day: dt.date, tree: Tree) -> Iterator[Stated]:
    known, worker = tree.team_of(said.worker, day), said.worker
    if isinstance(said, WorkerLeft):
        if known is not None:
            yield Stated("worker.left", worker, day, {"worker": worker})
    elif known != said.team:
        verb = "worker.joined" if known is None else "worker.moved"
        yield Stated(verb, worker, day, {"worker": worker, "team": said.team})


def _of_unit(said: UnitRegistered, day: dt.date, tree: Tree) -> Iterator[Stated]:
    known = tree.unit(said.unit, day)
    parent = said.parent if isinstance(said.parent, str) else None
    if known is None or known.level != said.level or day < known.opened:
        data = {"unit": said.unit, "level": said.level, "name": said.name, **_given(parent=parent)}
        yield Stated("unit.registered", said.unit, day, data)
        return
    if known.name != said.name:
        yield Stated("unit.renamed", said.unit, day, {"unit": said.unit, "name": said.name})
    if parent is not None and known.parent != parent:
        yield Stated("unit.moved", said.unit, day, {"unit": said.unit, "parent": parent})


def _unknown(event: Event, tree: Tree) -> Iterator[Check]:
    """A worker's team, a unit's parent or successor, or a role's unit that nobody registered so far."""
    for field in ("team", "parent", "successor", "unit"):
        named = getattr(event.data, field, None)
        if isinstance(named, str) and tree.unit(named) is None:
            yield Check(field, "unknown-team")


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
