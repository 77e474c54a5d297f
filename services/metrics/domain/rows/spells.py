"""From rows to spells: when a work item was opened again, when and how each spell ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from services.metrics.domain.rows.history import Row, absent, date, run_to, text

CLOSED = ("completed", "cancelled")


class Closing(NamedTuple):
    """How a spell ended: `verb` is completed or cancelled."""

    verb: str
    day: dt.date
    outcome: str


class Spell(NamedTuple):
    """A time in which the item was open; the first one opens with its receipt (`opened` is None)."""

    opened: dt.date | None
    closing: Closing | None


class _Stretch(NamedTuple):
    """Rows that show one spell: first those that show it open, then those that show it closed, by place."""

    open: list[int]
    closed: list[int]


def spells(rows: Sequence[Row], received: dt.date) -> list[Spell]:
    """The spells that the rows show, oldest first; the newest row comes out true.

    A reopening stands if its spell is open or ended on a later day; else it and the one before are one spell.
    It is not before the receipt, nor before the end of the spell before it. The last one that stands is dated
    by the newest row, an older one by the rows that show it open, else by the first as-of that shows it.
    """
    stretches = _stretches(rows)
    closing = _closing(rows, stretches[-1])
    found: list[Spell] = []
    dating = [len(rows) - 1]
    for before, after in zip(stretches[-2::-1], stretches[:0:-1], strict=True):
        ended = _closing(rows, before)
        given = next((day for place in reversed(dating) if (day := date(rows[place], "reopened"))), None)
        day = max(given or rows[after.open[0]].day, received, ended.day if ended else received)
        if closing is None or closing.day > day:
            found.append(Spell(day, closing))
            closing, dating = ended, before.open
        elif found:
            dating = before.open + dating
    return [Spell(None, closing), *reversed(found)]


def closed_on(rows: Sequence[Row], place: int) -> dt.date:
    """The day on which a closed row's spell ended: its date, else the first as-of of the unbroken run."""
    status = rows[place].data.status
    dated = date(rows[place], status)
    return dated or run_to(rows, place, lambda row: bool(row.data.status == status)).day


def _closing(rows: Sequence[Row], stretch: _Stretch) -> Closing | None:
    if not stretch.closed:
        return None
    last = stretch.closed[-1]
    return Closing(rows[last].data.status, closed_on(rows, last), text(rows[last], "outcome"))


def _stretches(rows: Sequence[Row]) -> list[_Stretch]:
    """Absent rows show nothing. An open row after closed ones begins another stretch."""
    found = [_Stretch([], [])]
    for place, row in enumerate(rows):
        if absent(row):
            continue
        if row.data.status in CLOSED:
            found[-1].closed.append(place)
        else:
            if found[-1].closed:
                found.append(_Stretch([], []))
            found[-1].open.append(place)
    return found
