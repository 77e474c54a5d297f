"""Who has left and what is closed, by the organisation of the day asked."""

import datetime as dt

from services.metrics.domain.leavers import Held, closed, finding, gone, leavers
from tests.integration.metrics_read import handovers

TREE = handovers.tree()
DAY = dt.date(2026, 6, 15)


def test_gone_from_the_day_of_leaving_on() -> None:
    left = dt.date(2026, 6, 8)
    assert gone(TREE, "w-2", left - dt.timedelta(1)) is None
    assert gone(TREE, "w-2", left) == left
    assert gone(TREE, "w-1", DAY) is None
    assert gone(TREE, "nobody", DAY) is None
    assert gone(TREE, "w-2", dt.date(2024, 1, 1)) is None


def test_closed_from_its_day_on() -> None:
    shut = dt.date(2026, 6, 10)
    assert closed(TREE, "south", shut - dt.timedelta(1)) is None
    assert closed(TREE, "south", shut) == shut
    assert closed(TREE, "north", DAY) is None
    assert closed(TREE, "nowhere", DAY) is None


def test_the_sentence() -> None:
    assert finding([]) == "No open work was left behind"
    one = leavers([Held("north", "w-2", dt.date(2026, 6, 15), "", 1)], TREE, DAY)
    assert finding(one) == "1 piece of open work is held by 1 worker who has left; none is overdue"
    shut = leavers([Held("south", "", dt.date(2026, 6, 1), "", 2)], TREE, DAY)
    assert finding(shut) == "2 pieces of open work are in 1 closed team; 2 of 2 are overdue"
    assert shut[0].successor == "north"
