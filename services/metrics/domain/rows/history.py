"""Rows in the order of their as-ofs, and since when each value that they show holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from services.metrics.domain.fact import Fact

Value = TypeVar("Value")
Row = Fact
"""A `.recorded` event: `day` is the day of its as-of."""

DateOf = Callable[[Row], dt.date | None]
RECORDED = "recorded"


class Held(NamedTuple, Generic[Value]):
    """A value, the day from which it holds, and the row that first shows it."""

    value: Value
    since: dt.date
    row: Row


def rows_among(facts: Iterable[Fact]) -> tuple[list[Row], list[Fact]]:
    """The rows by as-of, of each as-of the one with the larger id; and the single events."""
    rows: dict[int, Row] = {}
    singles: list[Fact] = []
    for fact in facts:
        if fact.verb != RECORDED:
            singles.append(fact)
        elif fact.recorded not in rows or _rank(fact) > _rank(rows[fact.recorded]):
            rows[fact.recorded] = fact
    return [rows[as_of] for as_of in sorted(rows)], singles


def absent(row: Row) -> bool:
    """Whether the export no longer held the item."""
    return bool(row.data.status == "absent")


def shown(rows: Iterable[Row]) -> list[Row]:
    """The rows in which the export held the item."""
    return [row for row in rows if not absent(row)]


def date(row: Row, name: str) -> dt.date | None:
    """A date that the row gives."""
    value = getattr(row.data, name)
    return value if isinstance(value, dt.date) else None


def text(row: Row, name: str) -> str:
    """A text that the row gives; a blank one is none."""
    value = getattr(row.data, name)
    return value if isinstance(value, str) and value.strip() else ""


def dated(
    rows: Sequence[Row],
    value_of: Callable[[Row], Value],
    since_of: DateOf,
    opening: dt.date,
    *,
    first_dated: bool = False,
) -> list[Held[Value]]:
    """Each value with its day, oldest first, so that the newest row comes out true.

    The first one holds from the opening or, `first_dated`, from its own date where it has one. Of one value
    the date last given counts, else the first as-of that shows it; one dated on or after a newer one never
    held.
    """
    runs: list[list[Row]] = []
    for row in rows:
        if runs and value_of(runs[-1][0]) == value_of(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    found = [Held(value_of(run[0]), _given(run, since_of) or run[0].day, run[0]) for run in runs]
    own = _given(runs[0], since_of) if first_dated else None
    found[0] = found[0]._replace(since=own or opening)
    return _true(found)


def on(held: Sequence[Held[Value]], day: dt.date) -> Held[Value] | None:
    """What holds on the day."""
    return next((one for one in reversed(held) if one.since <= day), None)


def after(held: Sequence[Held[Value]], day: dt.date) -> list[Held[Value]]:
    """What comes to hold later than on the day."""
    return [one for one in held if one.since > day]


def run_to(rows: Sequence[Row], last: int, says: Callable[[Row], bool]) -> Row:
    """The first of the unbroken run of rows that say it and ends with the row at place `last`."""
    first = last
    while first > 0 and says(rows[first - 1]):
        first -= 1
    return rows[first]


def _rank(row: Row) -> tuple[str, str]:
    return (row.identity.id, row.identity.source)


def _given(run: Sequence[Row], since_of: DateOf) -> dt.date | None:
    return next((day for row in reversed(run) if (day := since_of(row)) is not None), None)


def _true(found: Sequence[Held[Value]]) -> list[Held[Value]]:
    kept: list[Held[Value]] = []
    for one in reversed(found):
        if not kept or one.since < kept[-1].since:
            kept.append(one)
    return kept[::-1]
