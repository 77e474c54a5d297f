"""Stocks: what is true of an item at the end of a day, and the lines between one day and the next.

Nothing waits for a timer: the day on which an item will become overdue, or late to start, is known now,
so its line is posted now on that day, and is reversed by whatever event makes it untrue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.metrics.domain.book import Detail
from services.metrics.domain.item import Standing

DAY = dt.timedelta(days=1)


class Stock(NamedTuple):
    """One stock that an item stands in."""

    account: str
    team: str
    worker: str
    detail: Detail


Days = Sequence[tuple[dt.date, Standing]]
"""The item at the end of each day on which something happened, days ascending."""


def movements(days: Days) -> Iterator[tuple[dt.date, Stock, int]]:
    """Entering (+1) and leaving (-1) of stocks; what is entered and left within one day moves nothing."""
    held: frozenset[Stock] = frozenset()
    for index, (first, standing) in enumerate(days):
        until = days[index + 1][0] if index + 1 < len(days) else None
        for day in _turning_days(first, standing, until):
            now = frozenset(_stocks(standing, day))
            for stock in held - now:
                yield day, stock, -1
            for stock in now - held:
                yield day, stock, 1
            held = now


def _turning_days(first: dt.date, standing: Standing, until: dt.date | None) -> list[dt.date]:
    """The days from `first`, before `until`, on which stocks change though nothing happens."""
    turning = {first}
    if standing.open:
        for limit in (standing.due, standing.start_by):
            if limit is not None and limit >= first and (until is None or limit + DAY < until):
                turning.add(limit + DAY)
    return sorted(turning)


def _stocks(standing: Standing, day: dt.date) -> Iterator[Stock]:
    if standing.open:
        yield from _open_stocks(standing, day)
    if standing.unauthorised is not None:
        team, worker, due = standing.unauthorised
        yield Stock("unauthorised", team, worker, _dated("due", due))
    if standing.incomplete is not None:
        team, worker = standing.incomplete
        yield Stock("incomplete", team, worker, ())


def _open_stocks(standing: Standing, day: dt.date) -> Iterator[Stock]:
    team, worker = standing.team, standing.worker
    due = _dated("due", standing.due)
    yield Stock("open", team, worker, due)
    yield Stock("allocated" if worker else "unallocated", team, worker, due)
    if standing.due is not None and standing.due < day:
        yield Stock("overdue", team, worker, due)
    if standing.start_by is not None and standing.start_by < day and not standing.ever_started:
        yield Stock("start_overdue", team, worker, _dated("start_by", standing.start_by))


def _dated(name: str, day: dt.date | None) -> Detail:
    return () if day is None else ((name, day.isoformat()),)
