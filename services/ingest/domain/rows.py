"""What a file's row came to: events that may enter the log, or a reject that says what to do about it.

Structs and tuples: made by the ten thousand a second, they cost a tenth of a frozen dataclass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

HIDDEN = "(hidden)"
"""Stands in rejects for a value that may tell something about a person."""

LONGEST_VALUE = 200

Noun = Literal["work", "package"]
"""What an item is; one file may hold both."""

Result = Literal[
    "blank",
    "missing",
    "not-in-list",
    "old-value",
    "ends-before-start",
    "unknown-team",
    "future",
    "duplicate",
    "unreadable",
]
"""What a field of a row is where it is not simply valid: blank but allowed, `missing` (blank and mandatory),
`old-value` (of an older release of the format), dated after the export, and so on."""


class Check(NamedTuple):
    """A field that is not simply valid, and why. It never holds the value itself."""

    field: str
    result: Result


class Reject(msgspec.Struct, frozen=True, gc=False):
    """A refused row: where it stands, what was wrong and the remedy. Personal values are hidden.

    `result` is the kind of fault where the reader knows it.
    """

    row: int
    column: str
    value: str
    reason: str
    remedy: str
    result: Result | None = None


class Shown(msgspec.Struct, frozen=True, gc=False):
    """An item as a file's row shows it: its key, its data as JSON, its dates, and what it is."""

    key: str
    row: bytes
    dates: tuple[tuple[str, dt.date], ...]
    noun: Noun = "work"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of a file: drafts of events as JSON bytes, or an item as it stands, or why there is neither.

    Rows count from 1. `key` names the item where it can be told, also of a refused row. `shape` names the set
    of fields that rows like this have (`cld/request`); the first row of each shape lists them in `fields`.
    `checks` holds what is not simply valid, so that the valid fields are all the others.
    `person` is the keyed hash by which the row names somebody, to be exchanged for a random id; `covers`, on
    the first row, the first and the last day that the file itself says it reports on. Drafts are `own` where
    ingest wrote them, from what a file says.
    """

    number: int
    drafts: Sequence[bytes] = ()
    reject: Reject | None = None
    shown: Shown | None = None
    key: str | None = None
    shape: str = ""
    fields: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    person: str | None = None
    covers: tuple[dt.date, dt.date] | None = None
    own: bool = False


class UnreadableFile(Exception):
    """The file cannot be read further; rows before this point are kept. The message says what to do."""
