"""What an export changes: rows that differ from the row shown before them, and items that vanished.

Of each item only its *turns* are kept: the as-ofs at which an export showed another row than the one before.
What lies between two turns was shown unchanged. So an export that comes late is put where it belongs: it may
turn the item at its own as-of, and then turns it back at the next one that is already known
(docs/ledger.md: any order of imports gives the same figures).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from services.ingest.domain.rows import Noun

ABSENT = b'{"status":"absent"}'
"""The row of an item that an export would hold if it existed, and does not."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which items of its source an export would hold if they existed.

    All of them or, with `field`, those whose date in that field of the row lies from `first` to `last`;
    of what lasts, one of the days until `<field>_until`.
    """

    field: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    def covers(self, dates: dict[str, dt.date]) -> bool:
        """Whether it would hold an item with these dates; one without the date is not covered."""
        if self.field is None:
            return True
        day = dates.get(self.field)
        if day is None:
            return False
        until = dates.get(f"{self.field}_until", day)
        return (self.first is None or self.first <= until) and (self.last is None or day <= self.last)


OF_PERIOD = Coverage("reporting-period")
"""Of a return: what it covers, its rows say themselves; until they are read it covers nothing."""


def coverage_text(coverage: Coverage | None) -> str:
    """A coverage as imports and exports keep it: JSON."""
    return msgspec.json.encode(coverage).decode()


def coverage_said(text: str | None) -> Coverage | None:
    """The coverage of such a text; None: the export says of no item that it is gone."""
    return None if text is None else msgspec.json.decode(text, type=Coverage | None)


@dataclass(frozen=True, slots=True)
class Export:
    """An export: when it was true, and what it covers (None: it says of no item that it is gone)."""

    as_of: dt.datetime
    coverage: Coverage | None

    def covers(self, turn: Turn) -> bool:
        """Whether it would hold the item if it still was as the turn shows it."""
        return self.coverage is not None and self.coverage.covers(dict(turn.dates))


class Turn(msgspec.Struct, frozen=True, gc=False):
    """From this as-of on an item, which is work or a package, was shown so; `row` is its data as JSON.

    An absence is concluded, not shown: from the row that stood at `since`, whose dates an export covers.
    """

    as_of: dt.datetime
    row: bytes
    dates: tuple[tuple[str, dt.date], ...] = ()
    since: dt.datetime | None = None
    noun: Noun = "work"

    @property
    def absent(self) -> bool:
        """Whether the item was gone."""
        return self.row == ABSENT

    @property
    def name(self) -> str:
        """What distinguishes the row's event from all others of its item."""
        told = f"absent-since-{self.since.isoformat()}" if self.since else self._hash
        return f"{_written(self.as_of)}#{told}"

    def vanished(self, as_of: dt.datetime) -> Turn:
        """The absence that is concluded from this row, and the lack of it in a later export."""
        return Turn(as_of, ABSENT, self.dates, self.as_of, self.noun)

    @property
    def _hash(self) -> str:
        return hashlib.sha256(self.row).hexdigest()[:12]


class Turned(msgspec.Struct, frozen=True, gc=False):
    """What a row comes to: turns to keep, those of them that the log must hear, and absences that were
    concluded wrongly, as it turns out now."""

    keep: tuple[Turn, ...] = ()
    send: tuple[Turn, ...] = ()
    withdraw: tuple[Turn, ...] = ()


class SaidTwice(ValueError):
    """An item is shown in two ways at one as-of; only one of them can be true."""


def turned(known: Sequence[Turn], exports: Sequence[Export], export: Export, shown: Turn) -> Turned:
    """What a row of `export` adds to the turns known of its item; raises `SaidTwice`.

    `known` and `exports` are in the order of their as-ofs. A row that says nothing new is kept only where the
    export's coverage does not tell that it was there.
    """
    if not known and not exports and not shown.absent:
        return Turned((shown,), (shown,))
    at = next((turn for turn in known if turn.as_of == shown.as_of), None)
    if at is not None:
        if at.row != shown.row:
            raise SaidTwice(f"at {shown.as_of.isoformat()} another row of this item was shown")
        return Turned()
    before = next((turn for turn in reversed(known) if turn.as_of < shown.as_of), None)
    if shown.row == (ABSENT if before is None else before.row):
        return Turned() if export.covers(shown) else Turned(keep=(shown,))
    walk = _Walk(before, shown)
    coming = {turn.as_of: turn for turn in known if turn.as_of > shown.as_of}
    covering = {export.as_of: export for export in exports if export.as_of > shown.as_of}
    for moment in sorted(coming.keys() | covering.keys()):
        if walk.meets(coming.get(moment), covering.get(moment)):
            break
    return Turned((shown, *walk.keep), (shown, *walk.send), tuple(walk.withdraw))


def gone(known: Sequence[Turn], exports: Sequence[Export], export: Export) -> Turned:
    """What it comes to that an export lacks an item: nothing where it does not cover it or it was gone."""
    last = next((turn for turn in reversed(known) if turn.as_of <= export.as_of), None)
    if last is None or last.absent or last.as_of == export.as_of or not export.covers(last):
        return Turned()
    return turned(known, exports, export, last.vanished(export.as_of))


class _Walk:
    """From a row that comes late onwards, until an export is met that showed the item."""

    def __init__(self, before: Turn | None, shown: Turn) -> None:
        self.was, self.now = before, shown
        self.keep: list[Turn] = []
        self.send: list[Turn] = []
        self.withdraw: list[Turn] = []

    def meets(self, turn: Turn | None, export: Export | None) -> bool:
        """What stood at a later moment; True when nothing after it can be different now."""
        if turn is not None and turn.absent:
            return self._meets_absence(turn, export)
        if turn is not None:
            if _row(self.was) == turn.row != self.now.row:
                self.send.append(turn)  # it was no news then, and is now
            return True
        if export is None:
            return False
        if self.was is not None and not self.was.absent and export.covers(self.was):
            self._add(replace(self.was, as_of=export.as_of, since=None))
            return True
        if not self.now.absent and export.covers(self.now):
            self._add(self.now.vanished(export.as_of))
            self.now = self.keep[-1]
        return False

    def _meets_absence(self, turn: Turn, export: Export | None) -> bool:
        self.was = turn
        if self.now.absent or (export is not None and export.covers(self.now)):
            self.now = turn
        else:
            self.withdraw.append(turn)
        return False

    def _add(self, turn: Turn) -> None:
        self.keep.append(turn)
        self.send.append(turn)


@lru_cache(maxsize=64)
def _written(moment: dt.datetime) -> str:
    return moment.isoformat()


def _row(turn: Turn | None) -> bytes:
    return ABSENT if turn is None else turn.row
