"""What a file's row came to: events that may enter the log, or a reject that says what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

HIDDEN = "(hidden)"
"""Stands in rejects for a value that may tell something about a person."""

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Reject:
    """A refused row: where it stands, what was wrong and the remedy. Personal values are hidden."""

    row: int
    column: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as a table's row shows it: its key, its data as JSON, and its dates."""

    key: str
    row: bytes
    dates: tuple[tuple[str, dt.date], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: drafts of events as JSON bytes, or an item as it stands, or why there is neither.

    Rows count from 1. `key` names the item where it can be told, also of a refused row.
    """

    number: int
    drafts: Sequence[bytes] = ()
    reject: Reject | None = None
    shown: Shown | None = None
    key: str | None = None


class UnreadableFile(Exception):
    """The file cannot be read further; rows before this point are kept. The message says what to do."""
