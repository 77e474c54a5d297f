"""How many commitments were kept: by the same law as their postings in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from services.actions.domain.commitment import Done, Dropped, Known, Open, is_late


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the days `first` to `last`: what fell due, what was kept on time; `open` and `late` stand now."""

    first: dt.date
    last: dt.date
    due: int
    kept: int
    open: int
    late: int


def quarter_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the quarter; quarters of the financial year and of the calendar are the same."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    after = (first + dt.timedelta(days=95)).replace(day=1)
    return first, after - dt.timedelta(days=1)


def tally(states: Iterable[Known], first: dt.date, last: dt.date, today: dt.date) -> Tally:
    """Count the commitments over `first`–`last`; days after `today` have not come and do not count."""
    until = min(last, today)
    every = list(states)
    return Tally(
        first=first,
        last=last,
        due=sum(first <= day <= until for state in every for day in due_days(state)),
        kept=sum(first <= day <= until for state in every if (day := kept_day(state))),
        open=sum(isinstance(state, Open) for state in every),
        late=sum(isinstance(state, Open) and is_late(state, today) for state in every),
    )


def due_days(state: Known) -> list[dt.date]:
    """The deadlines that count: the present one, unless dropped in time, and those missed before."""
    passed = [move.from_ for move in state.promise.carried if move.day > move.from_]
    taken_back = isinstance(state, Dropped) and state.at.date() <= state.promise.deadline
    return passed if taken_back else [*passed, state.promise.deadline]


def kept_day(state: Known) -> dt.date | None:
    """The day on which it was done, if that was in time."""
    return state.at.date() if isinstance(state, Done) and not is_late(state, state.at.date()) else None
