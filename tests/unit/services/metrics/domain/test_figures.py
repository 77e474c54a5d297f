"""Figures from sums: what is divided by what, medians, and what has no value."""

import datetime as dt

import pytest

from services.metrics.domain.figures import Figure, Key, Sums, figure, quantile, wanted
from services.metrics.domain.formula import Term, read
from services.metrics.domain.measures import Declared, Measure
from services.metrics.domain.periods import parse
from services.metrics.domain.units import EVERYTHING, Rollup, Teams
from tests.integration.metrics_read import history

ROLLUP = Rollup(history.tree())
TODAY = dt.date(2026, 6, 15)
JUNE, MAY = parse("2026-06"), parse("2026-05")


def declared(formula: str, **more) -> Declared:
    unit = {"p": "percent", "m": "days"}.get(formula[0], "count")
    measure = Measure(
        id="x", name="X", definition="D.", formula=formula, unit=unit, polarity="neither", **more
    )
    return Declared(measure, read(formula))


def made(formula: str, sums: Sums, unit: str = "long", period=JUNE, as_at: dt.date = TODAY, **more) -> Figure:
    return figure(Key("x", unit, period), declared(formula, **more), sums, ROLLUP, as_at, TODAY)


def test_sums_over_the_teams_of_the_day_only() -> None:
    whole = (dt.date(2026, 6, 1), TODAY)
    sums = Sums({(Term("sum", "completed"), whole): {"north": 3, "south": 5, "long": 1}}, {}, {})
    found = made("sum(completed)", sums)
    assert (found.value, found.numerator, found.denominator) == (4, 4, None)
    assert found.unfinished


def test_a_quotient_needs_enough_to_divide_by() -> None:
    whole = (MAY.first, MAY.last)
    sums = Sums(
        {
            (Term("sum", "completed"), whole): {"north": 3},
            (Term("sum", "completed_late"), whole): {"north": 1},
        },
        {},
        {},
    )
    formula = "percent(sum(completed) - sum(completed_late), sum(completed))"
    found = made(formula, sums, period=MAY)
    assert (found.value, found.numerator, found.denominator, found.unfinished) == (66.6667, 2, 3, False)
    assert made(formula, sums, period=MAY, smallest_denominator=4).value is None
    assert made(formula, Sums({}, {}, {}), period=MAY).value is None


def test_a_stock_is_taken_at_the_end_or_on_the_day_asked() -> None:
    term = Term("end", "open")
    sums = Sums({}, {(term, MAY.last): {"north": 2, "south": 1}, (term, TODAY): {"north": 7, "south": 9}}, {})
    assert made("end(open)", sums, period=MAY).value == 3
    assert made("end(open)", sums).value == 7


def test_a_period_that_has_not_begun_has_no_value() -> None:
    found = made("end(open)", Sums({}, {}, {}), period=parse("2026-07"))
    assert (found.value, found.unfinished, found.ahead) == (None, True, False)
    ahead = made("end(open)", Sums({}, {}, {}), period=parse("2026-07"), as_at=dt.date(2026, 7, 31))
    assert (ahead.value, ahead.unfinished, ahead.ahead) == (0, False, True)


def test_a_median_over_teams_is_not_a_median_of_medians() -> None:
    whole = (MAY.first, MAY.last)
    sums = Sums({}, {}, {(Term("days", "days_to_start"), whole): {"north": {1: 5, 9: 1}, "south": {9: 3}}})
    found = made("median(days_to_start)", sums, period=MAY)
    assert (found.value, found.numerator, found.denominator) == (1, None, 9)


@pytest.mark.parametrize(
    ("histogram", "percent", "expected"),
    [
        ({}, 50, None),
        ({4: 1}, 50, 4),
        ({4: 1, 7: 1}, 50, 5.5),
        ({4: 2, 7: 2, 9: 1}, 50, 7),
        ({4: 3, 7: -1, 9: 1}, 50, 4),
        ({day: 1 for day in range(1, 11)}, 90, 9),
        ({day: 1 for day in range(1, 12)}, 90, 10),
        ({1: 1}, 99, 1),
        ({1: 100}, 1, 1),
    ],
)
def test_quantiles_by_nearest_rank(histogram: dict[int, int], percent: int, expected: float | None) -> None:
    assert quantile(histogram, percent) == expected


def test_what_is_asked_of_the_ledger_is_asked_once() -> None:
    rate = declared("percent(sum(completed_late), sum(completed))")
    keys = [(Key("x", unit, period), rate) for unit in ("north", "long") for period in (MAY, JUNE)]
    need = wanted(keys, ROLLUP, TODAY)
    assert need.flows == {Term("sum", "completed"), Term("sum", "completed_late")}
    assert need.slices == {(MAY.first, MAY.last), (JUNE.first, TODAY)}
    assert need.teams.teams == Teams(frozenset({"north", "south", "long"}))
    assert not need.teams.whole
    council = wanted([(Key("x", "council", MAY), rate)], ROLLUP, TODAY)
    assert council.teams.whole
    both = wanted([(Key("x", unit, MAY), rate) for unit in ("council", "north")], ROLLUP, TODAY)
    assert (both.teams.teams, both.teams.whole) == (EVERYTHING, False)
