"""Working days as people count them."""

from __future__ import annotations

import datetime as dt

import pytest

from schemas.working_days import WorkingDays

CHRISTMAS = WorkingDays(frozenset({dt.date(2026, 12, 25), dt.date(2026, 12, 28)}))
"""In 2026 Boxing Day is a Saturday, so the Monday after it is free."""


@pytest.mark.parametrize(
    ("day", "many", "last"),
    [
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-23", 2, "2026-11-25"),
        ("2026-11-27", 2, "2026-12-01"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-12-24", 1, "2026-12-29"),
        ("2026-12-24", 5, "2027-01-04"),
    ],
)
def test_so_many_working_days_later(day: str, many: int, last: str) -> None:
    assert CHRISTMAS.after(dt.date.fromisoformat(day), many) == dt.date.fromisoformat(last)


def test_week_ends_and_holidays_are_free() -> None:
    assert dt.date(2026, 11, 27) in CHRISTMAS
    assert dt.date(2026, 11, 28) not in CHRISTMAS
    assert dt.date(2026, 12, 28) not in CHRISTMAS


def test_a_calendar_without_working_days_is_said_and_not_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="no 1 working days in the ten years"):
        WorkingDays(weekdays=frozenset()).after(dt.date(2026, 11, 23), 1)
