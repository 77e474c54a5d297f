"""Whose lines count in a unit's figures, by the tree of the day."""

import datetime as dt

import pytest

from schemas.tree import UNASSIGNED, Tree
from services.metrics.domain.units import EVERYTHING, Rollup, Span, Teams
from tests.integration.metrics_read import history

MAY, JUNE = dt.date(2026, 5, 31), dt.date(2026, 6, 1)


@pytest.fixture
def rollup() -> Rollup:
    return Rollup(history.tree())


def test_a_unit_has_itself_and_what_lies_below_on_the_day(rollup: Rollup) -> None:
    assert rollup.on("long", MAY) == Teams(frozenset({"long", "north", "south"}))
    assert rollup.on("long", JUNE) == Teams(frozenset({"long", "north"}))
    assert rollup.on("short", JUNE) == Teams(frozenset({"short", "south", "reable"}))
    assert rollup.on("north", JUNE) == Teams(frozenset({"north"}))


def test_the_council_has_everything_and_unassigned_what_nobody_registered(rollup: Rollup) -> None:
    assert rollup.on("council", MAY) == EVERYTHING
    assert "ghost" in EVERYTHING
    unassigned = rollup.on(UNASSIGNED, MAY)
    assert "ghost" in unassigned
    assert "north" not in unassigned
    assert (EVERYTHING.only, EVERYTHING.but) == (None, [])
    assert unassigned.but == sorted(history.tree().histories)


def test_days_are_cut_where_units_move(rollup: Rollup) -> None:
    first, last = dt.date(2026, 5, 1), dt.date(2026, 6, 30)
    before, after = rollup.on("long", MAY), rollup.on("long", JUNE)
    assert rollup.spans("long", first, last) == [Span(first, MAY, before), Span(JUNE, last, after)]
    assert rollup.spans("north", first, last) == [Span(first, last, rollup.on("north", MAY))]
    assert rollup.spans("council", first, last) == [Span(first, last, EVERYTHING)]
    assert rollup.spans("long", last, first) == []
    assert rollup.spans("long", JUNE, JUNE) == [Span(JUNE, JUNE, after)]


def test_while_there_is_no_council_all_is_unassigned() -> None:
    rollup = Rollup(Tree())
    assert rollup.home(None) == UNASSIGNED
    assert rollup.on(UNASSIGNED, MAY) == EVERYTHING
    assert Rollup(history.tree()).home(None) == "council"
    assert Rollup(history.tree()).home("north") == "north"


NORTH, SOUTH = Teams(frozenset({"north"})), Teams(frozenset({"south"}))
BUT_NORTH = Teams(frozenset({"north"}), rest=True)
BOTH = Teams(frozenset({"north", "south"}))


@pytest.mark.parametrize(
    ("some", "others", "both"),
    [
        (BOTH, NORTH, NORTH),
        (BOTH, EVERYTHING, BOTH),
        (EVERYTHING, NORTH, NORTH),
        (BUT_NORTH, BOTH, SOUTH),
        (BOTH, BUT_NORTH, SOUTH),
        (BUT_NORTH, Teams(frozenset({"south"}), rest=True), Teams(frozenset({"north", "south"}), rest=True)),
        (NORTH, SOUTH, Teams(frozenset())),
    ],
)
def test_teams_that_are_among_others(some: Teams, others: Teams, both: Teams) -> None:
    assert some.among(others) == both
    for team in ("north", "south", "ghost"):
        assert (team in both) == (team in some and team in others)
