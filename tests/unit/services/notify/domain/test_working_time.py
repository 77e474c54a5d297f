"""How long somebody has to answer: nights, week-ends, bank holidays and changed clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from schemas.working_days import WorkingDays
from services.notify.domain.working_time import Hours, after

LONDON = ZoneInfo("Europe/London")
CHRISTMAS = frozenset({dt.date(2026, 12, 25), dt.date(2026, 12, 28)})
HOURS = Hours(zone=LONDON, days=WorkingDays(CHRISTMAS))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("what", "start", "hours", "end"),
    [
        ("within the morning", "2026-11-16T09:30", 2, "2026-11-16T11:30"),
        ("up to closing time", "2026-11-16T09:00", 8, "2026-11-16T17:00"),
        ("over night", "2026-11-16T16:00", 2, "2026-11-17T10:00"),
        ("begun at night", "2026-11-16T23:00", 8, "2026-11-17T17:00"),
        ("over a week-end", "2026-11-20T16:30", 1, "2026-11-23T09:30"),
        ("begun on a Sunday", "2026-11-22T12:00", 1, "2026-11-23T10:00"),
        ("over Christmas and its week-end", "2026-12-24T16:00", 8, "2026-12-29T16:00"),
        ("several days", "2026-11-16T12:00", 20, "2026-11-18T16:00"),
        ("over the end of summer time", "2026-10-23T16:00", 2, "2026-10-26T10:00"),
        ("over the beginning of summer time", "2027-03-26T16:00", 2, "2027-03-29T10:00"),
        ("no time at all, in the evening", "2026-11-16T20:00", 0, "2026-11-17T09:00"),
    ],
)
def test_working_time(what: str, start: str, hours: int, end: str) -> None:
    assert after(HOURS, at(start), dt.timedelta(hours=hours)) == at(end), what


def test_the_day_is_that_of_the_council_though_the_clock_is_utc() -> None:
    summer_evening = dt.datetime(2026, 7, 6, 15, 59, tzinfo=dt.UTC)
    assert after(HOURS, summer_evening, dt.timedelta(minutes=1)) == dt.datetime(2026, 7, 6, 16, tzinfo=dt.UTC)


def test_hours_across_a_changed_clock_are_as_long_as_they_are() -> None:
    night_shift = Hours(LONDON, dt.time(0), dt.time(6), WorkingDays(weekdays=frozenset({6})))
    assert after(night_shift, at("2026-10-25T00:00"), dt.timedelta(hours=7)) == at("2026-10-25T06:00")


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        Hours(LONDON, days=WorkingDays(weekdays=frozenset()))
    with pytest.raises(ValueError, match="open before they close"):
        Hours(LONDON, dt.time(17), dt.time(9))
    ten_years = frozenset(dt.date(2026, 1, 1) + dt.timedelta(n) for n in range(4000))
    always_closed = Hours(LONDON, days=WorkingDays(ten_years))
    with pytest.raises(ValueError, match="No working time"):
        after(always_closed, at("2026-01-01T09:00"), dt.timedelta(hours=1))
