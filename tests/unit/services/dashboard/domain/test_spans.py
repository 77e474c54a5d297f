"""The days that a report may speak of."""

import datetime as dt

import pytest

from services.dashboard.domain import spans

TODAY = dt.date(2026, 1, 18)


def test_without_a_choice_the_last_three_finished_months_over_the_turn_of_a_year() -> None:
    assert spans.chosen({}, TODAY) == ("2025-10", "2025-12")


def test_one_end_alone_is_that_month() -> None:
    assert spans.chosen({"from": "2025-04"}, TODAY) == ("2025-04", "2025-04")
    assert spans.chosen({"to": "2025-04"}, TODAY) == ("2025-04", "2025-04")


def test_the_shown_choice_is_marked_and_other_months_are_none_of_them() -> None:
    now = [one.label for one in spans.choices({"from": "2025-12", "to": "2025-12"}, TODAY) if one.now]
    assert now == ["Last month"]
    assert not [one for one in spans.choices({"from": "2024-01"}, TODAY) if one.now]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2025-10-01", "2025-12-31", "October 2025 to December 2025"),
        ("2026-01-01", "2026-01-31", "January"),
        ("2026-01-01", "2026-01-18", "1 Jan to 18 Jan"),
        ("", "", ""),
    ],
)
def test_spans_are_said_in_months_where_they_are_whole_ones(first: str, last: str, text: str) -> None:
    assert spans.spoken(first, last, TODAY) == text
