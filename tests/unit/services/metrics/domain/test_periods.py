"""Periods: months, ISO weeks, and days as the council's calendar has them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from services.metrics.domain.periods import BadPeriod, between, containing, day_of, parse, year_before

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
    ],
)
def test_a_period_knows_its_days_and_its_label(text: str, first: str, last: str) -> None:
    period = parse(text)
    assert (period.first, period.last) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert period.label == text


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-W60", "2025-W53", "2026", "november", "", "2026-11-01", "0000-01"]
)
def test_what_is_no_period_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(BadPeriod, match="2026-11 or a week as 2026-W46"):
        parse(text)


def test_periods_follow_one_another_over_the_year() -> None:
    months = [period.label for period in between(dt.date(2025, 11, 30), dt.date(2026, 2, 1), "month")]
    assert months == ["2025-11", "2025-12", "2026-01", "2026-02"]
    weeks = [period.label for period in between(dt.date(2026, 12, 27), dt.date(2027, 1, 4), "week")]
    assert weeks == ["2026-W52", "2026-W53", "2027-W01"]
    assert parse("2026-01").back(2).label == "2025-11"
    assert parse("2026-W01").back(1).label == "2025-W52"


def test_a_period_is_named_without_its_year_for_a_year() -> None:
    today = dt.date(2026, 11, 17)
    assert parse("2026-04").named(today) == "April"
    assert parse("2025-10").named(today) == "October 2025"
    assert parse("2026-12").named(today) == "December"
    assert parse("2027-12").named(today) == "December 2027"
    assert parse("2026-W46").named(today) == "the week of 9 November"
    assert parse("2026-04").named() == "April 2026"


def test_a_day_is_londons_day() -> None:
    assert day_of(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC), LONDON) == dt.date(2026, 7, 1)
    assert day_of(dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC), LONDON) == dt.date(2026, 12, 31)


def test_a_year_before() -> None:
    assert year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    assert containing(year_before(dt.date(2026, 9, 30)), "month").label == "2025-09"
