"""Figures from sums: what is divided by what, medians, and what has no value."""

import datetime as dt

import pytest

from services.metrics.domain.figures import Figure, Key, Sums, figure, quantile, wanted
from services.metrics.domain.formula import Filter, Term, read
from services.metrics.domain.measures import Declared, Measure
from services.metrics.domain.periods import parse
from services.metrics.domain.units import EVERYTHING, Rollup, Teams
from tests.integration.metrics_read import history

ROLLUP = Rollup(history.tree())
TODAY = dt.date(2026, 6, 15)
JUNE, MAY = parse("2026-06"), parse("2026-05")


def declared(formula: str, **more) -> Declared:
    more.setdefault("unit", {"p": "percent", "m": "days"}.get(formula[0], "count"))
    measure = Measure(id="x", name="X", definition="D.", formula=formula, polarity="neither", **more)
    return Declared(measure, read(formula))


def made(formula: str, sums: Sums, of: str = "long", period=JUNE, as_at: dt.date = TODAY, **more) -> Figure:
    return figure(Key("x", of, period), declared(formula, **more), sums, ROLLUP, as_at, TODAY)


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


def stood(how: str, weekly: dict[dt.date, dict[str, int]]) -> Sums:
    return Sums({}, {(Term(how, "weekly_spend"), day): teams for day, teams in weekly.items()}, {})


def days_of(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(place) for place in range((last - first).days + 1)]


def test_850_pounds_weekly_over_91_days_cost_11_050_pounds() -> None:
    spring = [parse(month) for month in ("2026-04", "2026-05", "2026-06")]
    days = {day: {"north": 85_000 * 1300} for day in days_of(spring[0].first, spring[2].last)}
    assert len(days) == 91
    months = [
        made("cost(weekly_spend)", stood("cost", days), period=month, as_at=spring[2].last, unit="pounds")
        for month in spring
    ]
    assert [month.value for month in months] == [3642.86, 3764.29, 3642.86]
    exact = sum(days[day]["north"] for day in days)
    assert exact / 7 / 1300 == 1_105_000


def test_totals_are_summed_before_they_are_rounded() -> None:
    two_fifths_of_a_penny = 1300 * 7 * 2 // 5
    alone = made(
        "cost(weekly_spend)", stood("cost", {TODAY: {"north": two_fifths_of_a_penny}}), unit="pounds"
    )
    both = {TODAY: {"north": two_fifths_of_a_penny, "long": two_fifths_of_a_penny}}
    together = made("cost(weekly_spend)", stood("cost", both), unit="pounds")
    assert (alone.value, together.value) == (0.0, 0.01)


def test_a_cost_counts_the_days_up_to_the_day_asked_and_each_with_the_teams_of_that_day() -> None:
    days = {day: {"north": 700 * 1300, "elsewhere": 5} for day in days_of(JUNE.first, JUNE.last)}
    found = made("cost(weekly_spend)", stood("cost", days), unit="pounds")
    assert (found.value, found.numerator, found.unfinished) == (15.0, 1500, True)
    need = wanted([(Key("x", "long", JUNE), declared("cost(weekly_spend)", unit="pounds"))], ROLLUP, TODAY)
    assert need.daily == {Term("cost", "weekly_spend")}
    assert need.each == set(days_of(JUNE.first, TODAY))
    assert not need.stocks


@pytest.mark.parametrize(
    ("parts", "unit", "value"),
    [
        (28_700 * 1300, "pounds_a_week", 287.0),
        (28_700 * 1300, "pounds_a_day", 41.0),
        (100_000 * 300, "pounds_a_week", 230.77),
        (649, "pounds_a_week", 0.0),
        (650, "pounds_a_week", 0.01),
        (-650, "pounds_a_week", -0.01),
    ],
)
def test_money_is_shown_in_pounds_rounded_half_up_once(parts: int, unit: str, value: float) -> None:
    assert made("end(weekly_spend)", stood("end", {TODAY: {"north": parts}}), unit=unit).value == value


def test_money_over_a_count_is_money_and_over_money_a_share() -> None:
    nursing = Term("end", "weekly_spend", (Filter("setting", ("nursing",)),))
    sums = Sums(
        {},
        {
            (nursing, TODAY): {"north": 1000 * 1300},
            (Term("end", "weekly_spend"), TODAY): {"north": 3000 * 1300},
            (Term("end", "packages"), TODAY): {"north": 7},
        },
        {},
    )
    each = made("ratio(end(weekly_spend), end(packages))", sums, unit="pounds_a_week")
    assert (each.value, each.numerator, each.denominator) == (4.29, 3000, 7)
    share = made("percent(end(weekly_spend where setting = nursing), end(weekly_spend))", sums)
    assert (share.value, share.numerator, share.denominator) == (33.3333, 1000, 3000)


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
