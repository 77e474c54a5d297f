"""Overdue work by age, in words."""

import datetime as dt

from services.metrics.domain.ages import BANDS, Overdue, ages, finding

TODAY = dt.date(2026, 6, 15)


def late(days: int, amount: int = 1, by: str = "") -> Overdue:
    return Overdue(TODAY - dt.timedelta(days), by, amount)


def test_the_edges_of_the_bands() -> None:
    edges = [1, 7, 8, 14, 15, 28, 29, 91, 92, 182, 183, 365, 366, 4000]
    (row,) = ages([late(days) for days in edges], TODAY)
    assert row.bands == (2,) * len(BANDS)
    assert row.oldest == TODAY - dt.timedelta(4000)


def test_the_sentence() -> None:
    assert finding(ages([], TODAY), TODAY) == "Nothing is overdue"
    assert finding(ages([late(28)], TODAY), TODAY) == (
        "1 is overdue, none for more than 28 days; the oldest was due on 18 May 2026"
    )
    assert finding(ages([late(29)], TODAY), TODAY).startswith("1 is overdue, for more than 28 days;")
    assert finding(ages([late(29, 2)], TODAY), TODAY).startswith("2 are overdue, all for more than 28 days;")
    two = ages([late(3, 4, "north"), late(29, 2, "south"), late(9, 1), late(9, -1)], TODAY)
    assert [(row.by, row.overdue) for row in two] == [("north", 4), ("south", 2)]
    assert finding(two, TODAY) == (
        "6 are overdue, 2 of them for more than 28 days; the oldest was due on 17 May 2026"
    )
