"""What stood on several days is, day by day, what all lines up to it come to."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.answers.daywise import stood_on
from services.metrics.domain.cuts import Cuts, Sum
from services.metrics.domain.trail import Line
from services.metrics.domain.units import EVERYTHING

FIRST = dt.date(2026, 1, 20)
Posted = tuple[dt.date, str, int]
days = st.integers(0, 120).map(lambda n: FIRST + dt.timedelta(n))
posted = st.lists(st.tuples(days, st.sampled_from(("a", "b", "")), st.sampled_from((1, -1, 2))), max_size=30)
month_ends = st.sampled_from(
    [dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 4, 30)]
)


class Lines:
    """Lines with a day and a due date, added up as asked."""

    def __init__(self, lines: list[Posted]) -> None:
        self.lines, self.asked = lines, list[Cuts]()

    async def sums(self, cuts: Cuts) -> list[Sum]:
        self.asked.append(cuts)
        cells = Counter[tuple[str, ...]]()
        for day, due, amount in self.lines:
            if any(span.first <= day <= span.last for span in cuts.spans):
                texts = {"day": day.isoformat(), "month": day.isoformat()[:7], "due": due}
                cells[tuple(texts[name] for name in cuts.by)] += amount
        return sorted(Sum(by, amount) for by, amount in cells.items() if amount)

    async def traced(self, cuts: Cuts, known_after: dt.datetime | None, limit: int) -> list[Line]:
        raise NotImplementedError("nobody asks for lines here")


def slow(lines: list[Posted], on: dt.date) -> dict[tuple[str, ...], int]:
    stands = Counter[tuple[str, ...]]()
    for day, due, amount in lines:
        if day <= on:
            stands[due,] += amount
    return nonzero(stands)


def nonzero(cells: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    return {by: amount for by, amount in cells.items() if amount}


@given(posted, st.lists(st.one_of(days, month_ends), max_size=6))
def test_each_day_has_all_lines_up_to_it(lines: list[Posted], asked: list[dt.date]) -> None:
    found = asyncio.run(stood_on(Lines(lines), ("open",), EVERYTHING, asked, ("due",)))
    assert set(found) == set(asked)
    for day in asked:
        assert nonzero(dict(found[day])) == slow(lines, day)


def test_months_are_cut_by_month_and_a_last_day_within_one_is_asked_by_itself() -> None:
    ledger = Lines([])
    ends = [dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 15)]
    asyncio.run(stood_on(ledger, ("open",), EVERYTHING, ends, ("due",)))
    assert [cuts.by for cuts in ledger.asked] == [("due",), ("due",), ("month", "due")]
    asyncio.run(stood_on(ledger, ("open",), EVERYTHING, [ends[2], ends[0]], ("due",)))
    assert [cuts.by for cuts in ledger.asked[3:]] == [("due",), ("due",)]
