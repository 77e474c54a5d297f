"""Numbers, days and counts in the words of a reader."""

import datetime as dt

import pytest

from services.dashboard.domain import urgency, words

TODAY = dt.date(2026, 11, 18)
NOW = dt.datetime(2026, 11, 18, 9, 14, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (-1870, "−1,870"),
        (29.94, "29.9"),
        (30.0, "30"),
        (None, "–"),
        (-0.01, "0.0"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (31.2, "percent", "31%"),
        (5.83, "percent", "5.8%"),
        (1, "days", "1 day"),
        (28, "days", "28 days"),
        (7, "count", "7"),
        (1234.5, "pounds", "£1,234"),
        (-12.5, "pounds_a_week", "−£12.50 a week"),
        (850, "pounds_a_day", "£850 a day"),
    ],
)
def test_values_with_their_unit(value: float, unit: str, text: str) -> None:
    assert words.shown(value, unit) == text


def test_limits_are_finer_than_values_and_money_has_its_sign() -> None:
    assert words.limit(46.72, "count") == "46.7"
    assert words.limit(175030.9, "pounds_a_week") == "£175,031"
    assert words.limit(66.82, "percent") == "66.8%"
    assert words.limit(None, "count") == "–"


def test_amounts_in_a_column_are_whole_pounds() -> None:
    assert [words.signed(one) for one in (1234.5, 67.71, -0.4, 0, -12.5)] == [
        "+£1,234",
        "+£68",
        "−£0.40",
        "£0",
        "−£12",
    ]


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2026-09-12", "12 Sep"),
        ("2025-09-12", "12 Sep 2025"),
        ("2026-09-12T10:00:00+01:00", "12 Sep"),
        ("", "no date"),
    ],
)
def test_days(date: str, text: str) -> None:
    assert words.day(date, TODAY) == text


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2026-11-17", "yesterday"),
        ("2026-11-18", "today"),
        ("2026-11-19", "tomorrow"),
        ("2026-11-20", "Fri 20 Nov"),
        ("2026-11-25", "Wed 25 Nov"),
        ("2026-12-02", "2 Dec"),
    ],
)
def test_near_days(date: str, text: str) -> None:
    assert words.near_day(date, TODAY) == text


def test_moments_are_said_in_london_time() -> None:
    assert words.moment("2026-07-01T23:30:00+00:00", NOW) == "2 Jul 00:30"
    assert words.moment("2026-11-19T12:00:00+00:00", NOW) == "tomorrow 12:00"
    assert words.moment("rubbish", NOW) == "an unknown time"


@pytest.mark.parametrize(
    ("period", "text"),
    [
        ("2026-10", "October"),
        ("2025-12", "December 2025"),
        ("2026-W45", "week 45"),
        ("2025-W01", "week 1 of 2025"),
    ],
)
def test_periods(period: str, text: str) -> None:
    assert words.month(period, TODAY) == text


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    assert words.months_after("2026-11", 3) == "2027-02"
    assert words.months_after("2026-01", -1) == "2025-12"


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        ("2026-09-12", "67 days overdue", "late"),
        ("2026-11-17", "1 day overdue", "late"),
        ("2026-11-18", "Due today", "soon"),
        ("2026-11-19", "Due tomorrow", "soon"),
        ("2026-11-22", "Due this week", "soon"),
        ("2026-11-23", "Due in 5 days", "later"),
        (None, "No due date", "later"),
    ],
)
def test_urgency_of_work(due: str | None, text: str, tone: str) -> None:
    found = urgency.of_work(due, TODAY)
    assert (found.text, found.tone) == (text, tone)


@pytest.mark.parametrize(
    ("deadline", "text"),
    [("2026-11-15", "Late by 3 days"), ("2026-11-20", "Due Friday"), ("2026-12-20", "Due 20 Dec")],
)
def test_urgency_of_a_promise(deadline: str, text: str) -> None:
    assert urgency.of_promise(deadline, TODAY).text == text


def test_lists_read_as_sentences() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
