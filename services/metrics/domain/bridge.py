"""The spend bridge: from what packages cost a week at the beginning to what they cost at the end."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from services.metrics.domain.money import in_words
from services.metrics.domain.periods import Period, between

By = Literal["month", "setting", "team"]
FLOWS = {
    "spend_started": "started",
    "spend_changed": "changed",
    "spend_transferred_in": "transferred_in",
    "spend_transferred_out": "transferred_out",
    "spend_ended": "ended",
    "one_off": "one_off",
}
STOCK = "weekly_spend"
REORGANISED = "reorganised"
"""What a unit's stock gains or loses because teams came or went, which no line says."""


class Posted(NamedTuple):
    """What was posted to an account (or `reorganised`) on a day, told apart by setting, team or nothing."""

    account: str
    day: dt.date
    by: str
    amount: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """Spend a week from opening to closing, in 1/1300 pence; `one_off` and `cost` stand beside it.

    opening + started + changed + transferred_in − transferred_out + reorganised − ended = closing. `cost` is
    that of all the days, in 1/9100 pence: each of them costs a seventh of what stands at its end.
    """

    month: Period | None
    by: str
    opening: int = 0
    started: int = 0
    changed: int = 0
    transferred_in: int = 0
    transferred_out: int = 0
    reorganised: int = 0
    ended: int = 0
    closing: int = 0
    one_off: int = 0
    cost: int = 0

    @property
    def gap(self) -> int:
        """What the steps leave unexplained: nought, or the ledger's identity is broken."""
        came = self.started + self.changed + self.transferred_in + self.reorganised
        return self.opening + came - self.transferred_out - self.ended - self.closing


_AMOUNTS = tuple(field.name for field in fields(Bridge) if field.name not in ("month", "by"))


class Stretch(NamedTuple):
    """The days of a row: a month, or (None) the whole of what was asked."""

    month: Period | None
    first: dt.date
    last: dt.date


def stretches(by_month: bool, first: dt.date, last: dt.date) -> list[Stretch]:
    """Each month as far as it lies between the days, or all the days at once; none if they end early."""
    if first > last:
        return []
    months = between(first, last, "month") if by_month else ()
    cut = [Stretch(one, max(one.first, first), min(one.last, last)) for one in months]
    return cut or [Stretch(None, first, last)]


def bridge(
    opening: Mapping[str, int], posted: Iterable[Posted], over: Sequence[Stretch], by: By
) -> tuple[Bridge, ...]:
    """Lay out one row for each stretch of days and, cut, each setting or team with anything in it."""
    days: dict[str, list[Posted]] = defaultdict(list)
    for one in posted:
        days[one.by].append(one)
    names = {""} if by == "month" else opening.keys() | days.keys()
    rows = [row for name in sorted(names) for row in _rows(name, opening.get(name, 0), days[name], over)]
    shown = [row for row in rows if by == "month" or any(getattr(row, name) for name in _AMOUNTS)]
    return tuple(sorted(shown, key=lambda row: (row.month.first if row.month else dt.date.min, row.by)))


def _rows(by: str, opening: int, posted: Sequence[Posted], over: Sequence[Stretch]) -> list[Bridge]:
    rows: list[Bridge] = []
    stands = opening
    for month, first, last in over:
        sums: Counter[str] = Counter()
        cost = stands * ((last - first).days + 1)
        for one in posted:
            if first <= one.day <= last:
                sums[one.account] += one.amount
                if one.account in (STOCK, REORGANISED):
                    cost += one.amount * ((last - one.day).days + 1)
        closing = stands + sums[STOCK] + sums[REORGANISED]
        steps = {name: sums[account] for account, name in FLOWS.items()}
        reorganised = sums[REORGANISED]
        rows.append(Bridge(month, by, stands, reorganised=reorganised, closing=closing, cost=cost, **steps))
        stands = closing
    return rows


def whole(opening: Mapping[str, int], posted: Iterable[Posted], over: Sequence[Stretch]) -> Bridge:
    """Everything as one bridge over all the days."""
    if not over:
        return Bridge(None, "")
    days = [Stretch(None, over[0].first, over[-1].last)]
    return _rows("", sum(opening.values()), list(posted), days)[0]


def finding(total: Bridge, first: dt.date, last: dt.date) -> str:
    """`Spend a week rose by £340 to £12,340 from 1 May to 31 May 2026: £900 started, £560 ended`."""
    if not any(getattr(total, name) for name in _AMOUNTS):
        return "Nothing was spent on packages"
    change = total.closing - total.opening
    when = f"from {_day(first, last)} to {_day(last)}"
    if change:
        went = "rose" if change > 0 else "fell"
        said = f"Spend a week {went} by {in_words(change)} to {in_words(total.closing)}"
    else:
        said = f"Spend a week stayed at {in_words(total.closing)}"
    steps = _steps(total)
    return f"{said} {when}: {', '.join(steps)}" if steps else f"{said} {when}"


def _steps(total: Bridge) -> list[str]:
    moved = total.transferred_in - total.transferred_out
    steps = (
        (total.started, "{} started"),
        (total.ended, "{} ended"),
        (total.changed, "changes added {}" if total.changed > 0 else "changes took off {}"),
        (moved, "{} came from other teams" if moved > 0 else "{} went to other teams"),
        (
            total.reorganised,
            "{} came by reorganisation" if total.reorganised > 0 else "{} left by reorganisation",
        ),
    )
    return [words.format(in_words(amount)) for amount, words in steps if amount]


def _day(day: dt.date, beside: dt.date | None = None) -> str:
    """`1 May`, with its year unless it is that of the day beside it."""
    words = f"{day.day} {day:%B}"
    return words if beside is not None and beside.year == day.year else f"{words} {day.year}"
