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
from services.ingest.domain.held import Held
from services.ingest.domain.rows import Check, Reject, Result, Row

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
UNKNOWN_TEAM = (Check("team", "unknown-team"),)
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


class _Alike(msgspec.Struct, gc=False):
    """So many rows, and the first of them by number."""

    rows: int = 0
    examples: tuple[int, ...] = ()

    def add(self, rows: int, numbers: tuple[int, ...]) -> None:
        self.rows += rows
        if len(self.examples) < EXAMPLES or numbers[0] < self.examples[-1]:
            self.examples = tuple(sorted((*self.examples, *numbers))[:EXAMPLES])


Place = tuple[str, str]
"""Source and shape."""
Checks = tuple[Check, ...]
"""Where several are of one field, the last one counts."""


Identity = tuple[str, str]
"""Source and id of an event."""


class _Named(msgspec.Struct):
    source: str
    id: str


_named = msgspec.json.Decoder(_Named).decode


@dataclass(slots=True)
class Tally:
    """Counts one import. `source` and `shape` are of rows that do not tell their own.

    Most rows of a file are alike in what is valid and what is not: they are counted together, and field by
    field only when the counts are taken.

    `day` is the last day that can be known, `team_is_known` tells teams of the council from others. Rows
    up to `after` were counted before this process began.
    """

    source: str = NOBODY
    shape: str = ""
    day: dt.date | None = None
    team_is_known: Callable[[str], bool] | None = None
    after: int = 0
    _met: Held = field(default_factory=Held)
    _again: dict[int, set[Identity]] = field(default_factory=dict)
    _fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _alike: dict[tuple[Place, tuple[str, ...], Checks], _Alike] = field(default_factory=dict)

    def learn(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, while the fields of their shapes and the ids of their events are noted, also of rows
        counted before."""
        for row in rows:
            if row.fields:
                self._fields[row.shape] = row.fields
            if row.drafts:
                self._meet(row)
            yield row

    def _meet(self, row: Row) -> None:
        again = {name for name in map(_identity, row.drafts) if name and not self._met.add("\x1f".join(name))}
        if again and row.number > self.after:
            self._again[row.number] = again

    def shown(self, rows: Sequence[Row], rejects: Sequence[Reject], twice: Collection[int]) -> None:
        """Count rows of items as they stand; `twice` are those whose item stood in an earlier row."""
        refused = {reject.row: reject for reject in rejects}
        for row in rows:
            checks, reject = row.checks, refused.get(row.number) if refused else None
            if row.number in twice and not any(check.field == "key" for check in checks):
                checks = (*checks, Check("key", "duplicate"))
            if reject is None:
                self._shown(row, checks)
            else:
                self._refused(row, reject, checks)

    def events(self, row: Row, found: Sequence[Admitted] | Reject) -> None:
        """Count a row of events: what an event says is valid, and what it leaves out is not asked for."""
        if isinstance(found, Reject):
            self._refused(row, found, row.checks)
            return
        late = None if self.day is None else self.day.isoformat()
        again = self._again.pop(row.number, ())
        for event in found:
            envelope, checks = event.envelope, row.checks
            said = _decode(envelope.data)
            if late is not None and envelope.time[:10] > late:
                checks = (*checks, Check("time", "future"))
            if (envelope.source, envelope.id) in again:
                checks = (*checks, Check("id", "duplicate"))
            if self.team_is_known is not None:
                checks = (*self._teams(said), *checks)
            self._add((envelope.source, _shape(envelope.type)), row.number, ("id", "time", *said), checks)

    def take(self) -> tuple[Count, ...]:
        """What was counted since the last time."""
        valid = Counter[tuple[Place, str]]()
        others: dict[tuple[Place, str, Result], _Alike] = {}
        for (place, fields, checks), alike in self._alike.items():
            said = dict(checks)
            for name in fields:
                if name not in said:
                    valid[place, name] += alike.rows
            for name, result in said.items():
                others.setdefault((place, name, result), _Alike()).add(alike.rows, alike.examples)
        self._alike.clear()
        found = [Count(*place, name, "valid", rows) for (place, name), rows in valid.items()]
        found += [
            Count(*place, name, result, alike.rows, alike.examples)
            for (place, name, result), alike in others.items()
        ]
        return tuple(found)

    def _shown(self, row: Row, checks: Checks) -> None:
        if row.shown is not None and self.team_is_known is not None:
            checks = (*self._teams(_decode(row.shown.row)), *checks)
        self._add(self._place(row), row.number, self._fields.get(row.shape, ()), checks)

    def _add(self, place: Place, number: int, fields: tuple[str, ...], checks: Checks) -> None:
        alike = self._alike.get((place, fields, checks))
        if alike is None:
            alike = self._alike[place, fields, checks] = _Alike()
        alike.rows += 1
        if len(alike.examples) < EXAMPLES:
            alike.examples = (*alike.examples, number)

    def _refused(self, row: Row, reject: Reject, checks: Checks) -> None:
        if any(check.result not in FINE for check in checks):
            self._add(self._place(row), row.number, self._fields.get(row.shape, ()), checks)
            return
        alone = Check(reject.column or WHOLE_ROW, reject.result or "unreadable")
        self._add(self._place(row), row.number, (), (alone,))

    def _place(self, row: Row) -> Place:
        return self.source, row.shape or self.shape

    def _teams(self, said: Mapping[str, Any]) -> Checks:
        known, team = self.team_is_known, said.get("team")
        return UNKNOWN_TEAM if known and isinstance(team, str) and not known(team) else ()


def _identity(draft: bytes) -> Identity | None:
    """What an event is known by, as its draft says; None for one that does not say it."""
    try:
        named = _named(draft)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return named.source, named.id


@cache
def _shape(type_name: str) -> str:
    return type_name.removeprefix("primed.").removesuffix(".v1")


class Watched:
    """The rows of a file on their way: how many of its bytes were read, and what its fields are worth.

    `begun` tells that the first row has come: some formats read a file through before they give one.
    """

    def __init__(self, rows: Iterator[Row], tally: Tally, position: Callable[[], int]) -> None:
        self.tally, self.position, self.begun = tally, position, False
        self._rows = self._begin(tally.learn(rows))

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def _begin(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.begun = True
            yield row
            break
        yield from rows
