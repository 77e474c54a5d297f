"""Stocks: what is true of an item at the end of a day, and the lines between one day and the next.

Nothing waits for a timer: the day on which an item will become overdue, or late to start, is known now,
so its line is posted now on that day, and is reversed by whatever event makes it untrue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from services.metrics.domain.book import Detail
from services.metrics.domain.item import Standing

DAY = dt.timedelta(days=1)
STOCKS = ("open", "allocated", "unallocated", "overdue", "start_overdue", "unauthorised", "incomplete")

Where = tuple[str, str, Detail]
"""Team, worker and detail under which an item stands in a stock."""

Stand = tuple[Where | None, ...]
"""Where an item stands in each of `STOCKS`; None: not in it."""

NOWHERE: Stand = (None,) * len(STOCKS)

Days = Sequence[tuple[dt.date, Standing]]
"""The item at the end of each day on which something happened, days ascending."""


Movement = tuple[dt.date, str, Where, int]
"""Day, account, where, and entering (+1) or leaving (-1)."""


def movements(days: Days) -> Iterator[Movement]:
    """Entering and leaving of stocks; what is entered and left within one day moves nothing."""
    before = NOWHERE
    for index, (first, standing) in enumerate(days):
        until = days[index + 1][0] if index + 1 < len(days) else None
        for day in _turning_days(first, standing, until):
            now = stand(standing, day)
            yield from _between(before, now, day)
            before = now


def ahead(eve: Stand, first: dt.date, standing: Standing) -> Iterator[Movement]:
    """Movements from the day `first` on, if the item stands so and nothing more happens to it."""
    before = eve
    for day in _turning_days(first, standing, None):
        now = stand(standing, day)
        yield from _between(before, now, day)
        before = now


def _between(before: Stand, now: Stand, day: dt.date) -> Iterator[Movement]:
    for account, old, new in zip(STOCKS, before, now):  # noqa: B905 - all have one entry a stock
        if old is not new and old != new:
            if old is not None:
                yield day, account, old, -1
            if new is not None:
                yield day, account, new, 1


def _turning_days(first: dt.date, standing: Standing, until: dt.date | None) -> list[dt.date]:
    """The days from `first`, before `until`, on which stocks change though nothing happens."""
    turning = [first]
    if standing.open:
        for limit in (standing.due, standing.start_by):
            if limit is not None and limit >= first and (until is None or limit + DAY < until):
                turning.append(limit + DAY)
        turning.sort()
    return turning


def stand(standing: Standing, day: dt.date) -> Stand:
    """Where the item stands at the end of a day, if it was so since."""
    where = start = None
    if standing.open:
        team, worker, due, start_by = standing.team, standing.worker, standing.due, standing.start_by
        where = _where("due", team, worker, due)
        if start_by is not None and start_by < day and not standing.ever_started:
            start = _where("start_by", team, worker, start_by)
    return (
        where,
        where if standing.worker else None,
        None if standing.worker else where,
        where if standing.due is not None and standing.due < day else None,
        start,
        None if standing.unauthorised is None else _where("due", *standing.unauthorised),
        None if standing.incomplete is None else (*standing.incomplete, ()),
    )


def _where(name: str, team: str, worker: str, day: dt.date | None) -> Where:
    return (team, worker, () if day is None else ((name, day.isoformat()),))
