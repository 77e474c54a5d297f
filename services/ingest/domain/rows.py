"""What a file's row came to: events that may enter the log, or a reject that says what to do about it."""

from __future__ import annotations

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
class Row:
    """One row of a file: drafts of events as JSON bytes, or why there are none. Rows count from 1."""

    number: int
    drafts: Sequence[bytes] = ()
    reject: Reject | None = None


class UnreadableFile(Exception):
    """The file cannot be read further; rows before this point are kept. The message says what to do."""
