"""Which part of a figure a page is about, in words."""

import datetime as dt

import pytest

from services.dashboard.domain import narrowing

TODAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"measure": "open", "period": "2026-11", "cursor": "x"}, ""),
        ({"worker": "w-1", "kind": "annual-review"}, "work of Zoe Amin, kind of work: annual review"),
        ({"worker": ""}, "work that nobody holds"),
        ({"setting": "", "outcome": "care-at-home"}, "setting: none given, outcome: care at home"),
        ({"due_from": "2026-06-01", "due_to": "2026-06-30"}, "due from 1 Jun to 30 Jun"),
        ({"due_to": "2026-06-30"}, "due to 30 Jun"),
    ],
)
def test_a_part_in_words(options: dict[str, str], says: str) -> None:
    assert narrowing.said(options, lambda person: {"w-1": "Zoe Amin"}[person], TODAY) == says


def test_due_dates_lie_in_all_of_the_days() -> None:
    may, june = narrowing.due_in("2026-05"), narrowing.due_in("2026-06")
    assert narrowing.due() == {}
    assert narrowing.due(may) == {"due_from": "2026-05-01", "due_to": "2026-05-31"}
    assert narrowing.due(june, (dt.date(2026, 6, 15), None)) == {
        "due_from": "2026-06-15",
        "due_to": "2026-06-30",
    }
