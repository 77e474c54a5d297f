"""Stocks: what is true of an item at the end of a day, and the lines between one day and the next.

Nothing waits for a timer: the day on which an item will become overdue, or late to start, is known now,
so its line is posted now on that day, and is reversed by whatever event makes it untrue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from services.metrics.domain.book import Detail, Key, made
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


def post_days(slots: dict[Key, int], kind: str, days: Days) -> None:
    """Entering (+1) and leaving (-1) of stocks; what is entered and left within one day moves nothing."""
    eve = NOWHERE
    for index, (first, standing) in enumerate(days):
        until = days[index + 1][0] if index + 1 < len(days) else None
        post(slots, kind, eve, first, standing, until)
        if until is not None:
            eve = stand(standing, until - DAY)


def post(
    slots: dict[Key, int],
    kind: str,
    eve: Stand,
    first: dt.date,
    standing: Standing,
    until: dt.date | None = None,
) -> None:
    """What moves from the day `first` on and before `until`, of an item that stands so in all that time.

    After the first day only the passing of a limit moves anything: the item stays, and is overdue as well.
    """
    now = stand(standing, first)
    if now != eve:
        for account, old, new in zip(STOCKS, eve, now):  # noqa: B905 - all have one entry a stock
            if old is not new and old != new:
                if old is not None:
                    slots[made(Key, (account, old[0], first, kind, "", old[1], old[2]))] = -1
                if new is not None:
                    slots[made(Key, (account, new[0], first, kind, "", new[1], new[2]))] = 1
    if standing.open:
        _post_limits(slots, kind, first, standing, until)


def _post_limits(
    slots: dict[Key, int], kind: str, first: dt.date, standing: Standing, until: dt.date | None
) -> None:
    _, team, worker, due, start_by, ever_started, _, _ = standing
    if due is not None and _passes(due, first, until):
        slots[made(Key, ("overdue", team, due + DAY, kind, "", worker, dated("due", due)))] = 1
    if start_by is not None and not ever_started and _passes(start_by, first, until):
        late = dated("start_by", start_by)
        slots[made(Key, ("start_overdue", team, start_by + DAY, kind, "", worker, late))] = 1


def _passes(limit: dt.date, first: dt.date, until: dt.date | None) -> bool:
    """Whether the day after the limit lies after `first` and before `until`."""
    return limit >= first and (until is None or limit + DAY < until)


def stand(standing: Standing, day: dt.date) -> Stand:
    """Where the item stands at the end of a day, if it was so since."""
    is_open, team, worker, due, start_by, ever_started, unauthorised, incomplete = standing
    held = late = start = undone = None
    if is_open:
        held = (team, worker, () if due is None else dated("due", due))
        if due is not None and due < day:
            late = held
        if start_by is not None and start_by < day and not ever_started:
            start = (team, worker, dated("start_by", start_by))
    if unauthorised is not None:
        its_team, its_worker, its_due = unauthorised
        undone = (its_team, its_worker, () if its_due is None else dated("due", its_due))
    return (
        held,
        held if worker else None,
        None if worker else held,
        late,
        start,
        undone,
        None if incomplete is None else (*incomplete, ()),
    )


@lru_cache(maxsize=4096)
def dated(name: str, day: dt.date) -> Detail:
    """The detail that says this day. The same few days come again and again, so that they are kept."""
    return ((name, day.isoformat()),)
