"""Stocks: what is true of an item at the end of a day, and the lines between one day and the next.

Nothing waits for a timer: the day on which an item will become overdue, or late to start, is known now,
so its line is posted now on that day, and is reversed by whatever event makes it untrue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.metrics.domain.book import Amounts, Key, made
from services.metrics.domain.item import UNBORN, Standing, Where

DAY = dt.timedelta(days=1)
STOCKS = ("open", "allocated", "unallocated", "overdue", "start_overdue", "unauthorised", "incomplete")

Stand = tuple[Where | None, ...]
"""Where an item stands in each of `STOCKS`; None: not in it."""

NOWHERE: Stand = (None,) * len(STOCKS)

Days = Sequence[tuple[dt.date, Standing]]
"""The item at the end of each day on which something happened, days ascending."""

Move = tuple[str, Where | None, dt.date, int]
"""An account, where in it, on which day, and 1 to enter or -1 to leave; nowhere is no move."""


def post_days(slots: dict[Key, int], kind: str, days: Days) -> None:
    """Entering (+1) and leaving (-1) of stocks; what is entered and left within one day moves nothing."""
    eve = NOWHERE
    for index, (first, standing) in enumerate(days):
        until = days[index + 1][0] if index + 1 < len(days) else None
        _post(slots, kind, eve, first, standing, until)
        if until is not None:
            eve = stand(standing, until - DAY)


def _post(
    slots: dict[Key, int], kind: str, eve: Stand, first: dt.date, standing: Standing, until: dt.date | None
) -> None:
    """What moves from the day `first` on and before `until`, of an item that stands so in all that time.

    After the first day only the passing of a limit moves anything: the item stays, and is overdue as well.
    """
    moves: list[Move] = []
    now = stand(standing, first)
    for account, old, new in zip(STOCKS, eve, now, strict=True):
        if old != new:
            moves += ((account, old, first, -1), (account, new, first, 1))
    moves += [move for move in _passing(standing, UNBORN, first, 1) if until is None or move[2] < until]
    slots.update(_lines(moves, kind))


def moved(
    kind: str, eve: Standing, first: dt.date, before: Standing, after: Standing
) -> tuple[Amounts, Amounts]:
    """What an event on the day `first`, the last one yet, takes back and adds, in no order.

    Before it, the item came from `eve` to stand as `before` on that day; with it, as `after`: the difference
    of the two as `post_days` has them, without looking at what they share.
    """
    taken: list[Move] = []
    added: list[Move] = []
    slots = zip(STOCKS, stand(eve, first - DAY), stand(before, first), stand(after, first), strict=True)
    for account, base, old, new in slots:
        if old is new or old == new:
            continue
        if base == old:
            added += ((account, old, first, -1), (account, new, first, 1))
        elif base == new:
            taken += ((account, base, first, 1), (account, old, first, -1))
        else:
            taken.append((account, old, first, -1))
            added.append((account, new, first, 1))
    taken += _passing(before, after, first, -1)
    added += _passing(after, before, first, 1)
    return _lines(taken, kind), _lines(added, kind)


def _passing(standing: Standing, beside: Standing, first: dt.date, amount: int) -> list[Move]:
    """The limits that pass after the day `first`, each on the day after it, but for those that both have."""
    held, due, to_start, start_by, _, _ = standing
    moves: list[Move] = []
    if due is not None and due >= first and held != beside.held:
        moves.append(("overdue", held, due + DAY, amount))
    if start_by is not None and start_by >= first and to_start != beside.to_start:
        moves.append(("start_overdue", to_start, start_by + DAY, amount))
    return moves


def _lines(moves: list[Move], kind: str) -> Amounts:
    return [
        (made(Key, (account, where[0], day, kind, "", where[1], where[2])), amount)
        for account, where, day, amount in moves
        if where is not None
    ]


def stand(standing: Standing, day: dt.date) -> Stand:
    """Where the item stands at the end of a day, if it was so since."""
    held, due, to_start, start_by, unauthorised, incomplete = standing
    if held is None:
        return (None, None, None, None, None, unauthorised, incomplete)
    return (
        held,
        held if held[1] else None,
        None if held[1] else held,
        held if due is not None and due < day else None,
        to_start if start_by is not None and start_by < day else None,
        unauthorised,
        incomplete,
    )
