"""Waits are made from the days of all pieces of work together, and fall into one band each."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.periods import parse
from services.metrics.domain.waits import BANDS, Waited, finding, in_bands, waits

MAY, JUNE = parse("2026-05"), parse("2026-06")


def test_the_median_of_two_months_is_not_that_of_their_medians() -> None:
    found = [Waited("start", MAY, "", 1, 9), Waited("start", JUNE, "", 30, 1)]
    months = waits(found, "month")
    assert [(row.month.label, row.median) for row in months if row.month] == [("2026-05", 1), ("2026-06", 30)]
    assert [(row.count, row.median, row.late) for row in waits(found, "period")] == [(10, 1, 1)]


def test_the_sentence() -> None:
    assert finding([]) == "No work was started or completed"
    one = waits([Waited("completion", MAY, "", 1, 1)], "period")
    assert finding(one) == "One piece of work was completed, after 1 day"
    both = waits([Waited("completion", MAY, "", 1234, 2), Waited("start", MAY, "", 0, 3)], "period")
    assert finding(both) == (
        "Half of 3 were started within 0 days, nine in ten within 0 days; "
        "half of 2 were completed within 1,234 days, nine in ten within 1,234 days"
    )


def test_what_was_taken_back_leaves_no_row() -> None:
    assert waits([Waited("start", MAY, "", 4, 1), Waited("start", MAY, "", 4, -1)], "month") == ()


@given(st.dictionaries(st.integers(0, 5000), st.integers(1, 50)))
def test_every_piece_lies_in_exactly_one_band(histogram: dict[int, int]) -> None:
    assert sum(in_bands(histogram, BANDS)) == sum(histogram.values())
    assert all(
        before.last is not None and before.last + 1 == after.first for before, after in pairwise(BANDS)
    )
