"""What the fields of a file are worth, counted as its rows pass by: valid, blank, or wrong in a named way.

A field is valid unless something is said of it. Of a row that could not even be told apart into fields only
what made it unusable is counted. Examples are numbers of rows: no value is ever kept.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import msgspec

from services.ingest.domain.edge import Admitted
from services.ingest.domain.rows import Reject, Result, Row

Outcome = Literal["valid"] | Result
"""What a field of a row came to."""

FINE: tuple[Outcome, ...] = ("valid", "blank")
"""What costs nothing: a field that may be blank may be blank."""

FAULTS: tuple[Result, ...] = (
    "missing",
    "unreadable",
    "not-in-list",
    "old-value",
    "ends-before-start",
    "future",
    "unknown-team",
    "duplicate",
)
EXAMPLES = 5
WHOLE_ROW = "(row)"
"""Stands for the field where a row as a whole is wrong."""
NOBODY = "(not told)"
"""The source of rows that could not be read so far as to tell it."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Count:
    """In how many rows a field of a shape came to a result; up to five of them by number."""

    source: str
    shape: str
    field: str
    result: Outcome
    rows: int
    examples: tuple[int, ...] = ()


@dataclass(slots=True)
class _Cell:
    rows: int = 0
    examples: tuple[int, ...] = ()


Place = tuple[str, str]
"""Source and shape."""


@dataclass(slots=True)
class Tally:
    """Counts one import. `source` and `shape` are of rows that do not tell their own.

    `day` is the last day that can be known, `team_is_known` tells teams of the council from others.
    """

    source: str = NOBODY
    shape: str = ""
    day: dt.date | None = None
    team_is_known: Callable[[str], bool] | None = None
    _fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _taken: Counter[tuple[Place, tuple[str, ...]]] = field(default_factory=Counter)
    _cells: dict[tuple[Place, str, Outcome], _Cell] = field(default_factory=dict)

    def learn(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, while the fields of their shapes are noted, also of rows counted before."""
        for row in rows:
            if row.fields:
                self._fields[row.shape] = row.fields
            yield row

    def shown(self, rows: Sequence[Row], rejects: Sequence[Reject], twice: Collection[int]) -> None:
        """Count rows of items as they stand; `twice` are those whose item stood in an earlier row."""
        refused = {reject.row: reject for reject in rejects}
        for row in rows:
            checks = {check.field: check.result for check in row.checks}
            if row.number in twice:
                checks.setdefault("key", "duplicate")
            reject = refused.get(row.number)
            if reject is None:
                self._shown(row, checks)
            else:
                self._refused(row, reject, checks)

    def events(self, row: Row, found: Sequence[Admitted] | Reject) -> None:
        """Count a row of events: what an event says is valid, and what it leaves out is not asked for."""
        checks: dict[str, Result] = {check.field: check.result for check in row.checks} if row.checks else {}
        if isinstance(found, Reject):
            self._refused(row, found, checks)
            return
        late = None if self.day is None else self.day.isoformat()
        for event in found:
            envelope, own = event.envelope, checks
            said = _decode(envelope.data)
            if late is not None and envelope.time[:10] > late:
                own = {**own, "time": "future"}
            if self.team_is_known is not None:
                own = {**self._teams(said), **own}
            self._add((envelope.source, _shape(envelope.type)), row.number, ("time", *said), own)

    def take(self) -> tuple[Count, ...]:
        """What was counted since the last time."""
        valid = Counter[tuple[Place, str]]()
        for (place, fields), rows in self._taken.items():
            for name in fields:
                valid[place, name] += rows
        found = [Count(*place, name, "valid", rows) for (place, name), rows in valid.items() if rows]
        found += [
            Count(*place, name, result, cell.rows, cell.examples)
            for (place, name, result), cell in self._cells.items()
        ]
        self._taken.clear()
        self._cells.clear()
        return tuple(found)

    def _shown(self, row: Row, checks: dict[str, Result]) -> None:
        if row.shown is not None and self.team_is_known is not None:
            checks = {**self._teams(_decode(row.shown.row)), **checks}
        self._add(self._place(row), row.number, self._fields.get(row.shape, ()), checks)

    def _add(self, place: Place, number: int, fields: tuple[str, ...], checks: Mapping[str, Result]) -> None:
        valid = tuple(name for name in fields if name not in checks) if checks else fields
        self._taken[place, valid] += 1
        for name, result in checks.items():
            self._count(place, name, result, number)

    def _refused(self, row: Row, reject: Reject, checks: Mapping[str, Result]) -> None:
        if any(result not in FINE for result in checks.values()):
            self._add(self._place(row), row.number, self._fields.get(row.shape, ()), checks)
            return
        column = reject.column or WHOLE_ROW
        self._count(self._place(row), column, reject.result or "unreadable", row.number)

    def _place(self, row: Row) -> Place:
        return self.source, row.shape or self.shape

    def _count(self, place: Place, name: str, result: Outcome, number: int) -> None:
        cell = self._cells.setdefault((place, name, result), _Cell())
        cell.rows += 1
        if len(cell.examples) < EXAMPLES:
            cell.examples = (*cell.examples, number)

    def _teams(self, said: Mapping[str, Any]) -> dict[str, Result]:
        known, team = self.team_is_known, said.get("team")
        return {"team": "unknown-team"} if known and isinstance(team, str) and not known(team) else {}


@cache
def _shape(type_name: str) -> str:
    return type_name.removeprefix("primed.").removesuffix(".v1")


class Watched:
    """The rows of a file on their way: how many of its bytes were read, and what its fields are worth."""

    def __init__(self, rows: Iterator[Row], tally: Tally, position: Callable[[], int]) -> None:
        self.tally, self.position = tally, position
        self._rows = tally.learn(rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows
