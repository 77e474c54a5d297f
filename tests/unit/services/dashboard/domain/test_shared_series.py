"""A measure for many eyes gives no small count away, neither by itself nor by what stands beside it."""

import datetime as dt

from services.dashboard.domain import shared_series
from services.dashboard.domain.answers import Point, Series

TODAY = dt.date(2026, 11, 18)


def table(unit_of_measure: str, *points: Point) -> list[tuple[str, ...]]:
    series = Series(measure="m", name="M", unit_of_measure=unit_of_measure, points=points)
    return [tuple(cell.text for cell in row) for row in shared_series.masked(series, TODAY).rows]


def at(month: int, value: float, of: int | None = None, part: int | None = None) -> Point:
    period = f"2026-{month:02d}"
    return Point(period=period, value=value, denominator=of, numerator=part, mean=7.5, upper=12.0, lower=3.0)


def test_small_counts_are_hidden_and_no_limit_stands_beside_them() -> None:
    now = Point(period="2026-11", value=9, unfinished=True)
    assert table("count", at(7, 12), at(8, 3), at(9, 0), at(10, 2), now) == [
        ("October", "under 5"),
        ("September", "0"),
        ("August", "under 5"),
        ("July", "12"),
    ]


def test_a_share_is_left_out_where_either_side_of_it_is_few() -> None:
    found = table("percent", at(8, 50, 40, 20), at(9, 95, 40, 38), at(10, 5, 40, 2))
    assert found == [("October", "–", "40"), ("September", "–", "40"), ("August", "50%", "40")]


def test_a_median_is_shown_only_of_enough_work() -> None:
    found = table("days", at(8, 6, 58), at(9, 41, 3), at(10, 12, 4))
    assert [row[1:] for row in found] == [("–", "under 5"), ("–", "under 5"), ("6 days", "58")]


def test_what_is_of_an_unknown_number_is_left_out() -> None:
    assert table("days", at(10, 6))[0][1] == "–"
    assert table("count", at(10, 6.5))[0][1] == "–"


def test_amounts_are_rounded() -> None:
    assert table("pounds_a_week", at(10, 4163.37))[0][1] == "£4,200"
