"""What a return covers is what its reporting periods say together, or nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from services.ingest.domain.cld.periods import MOST, Periods
from services.ingest.domain.exports import OF_PERIOD, Coverage

DAY = [dt.date(2026, 4, 1) + dt.timedelta(number) for number in range(400)]


@pytest.mark.parametrize(
    ("periods", "span"),
    [
        ([(0, 90)], (0, 90)),
        ([(91, 182), (0, 90)], (0, 182)),
        ([(0, 182), (0, 90), (30, 60)], (0, 182)),
        ([(0, 90), (92, 182)], None),
        ([(90, 0)], None),
        ([], None),
    ],
)
def test_the_days_together(periods: list[tuple[int, int]], span: tuple[int, int] | None) -> None:
    found = Periods()
    for first, last in periods:
        found.add(DAY[first], DAY[last])
    found.add(None, DAY[3])
    assert found.span() == (None if span is None else (DAY[span[0]], DAY[span[1]]))


def test_too_many_periods_are_no_return() -> None:
    found = Periods()
    for number in range(MOST + 1):
        found.add(DAY[number], DAY[number])
    assert found.span() is None


@pytest.mark.parametrize(
    ("ran", "covered"),
    [
        ((0, 20), False),
        ((0, 91), True),
        ((100, 110), True),
        ((182, 300), True),
        ((183, 300), False),
        ((0, 300), True),
    ],
)
def test_a_service_is_covered_if_it_ran_on_one_of_the_days(ran: tuple[int, int], covered: bool) -> None:
    coverage = Coverage("reported", DAY[91], DAY[182])
    assert coverage.covers({"reported": DAY[ran[0]], "reported_until": DAY[ran[1]]}) is covered


def test_a_coverage_that_the_rows_have_not_told_yet_covers_nothing() -> None:
    assert not OF_PERIOD.covers({"reported": DAY[0], "completed": DAY[0]})
