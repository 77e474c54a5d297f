"""Teams beside the limits of chance."""

import datetime as dt

import pytest

from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.formula import read
from services.metrics.domain.funnel import NoShare, dispersion, finding, funnel, limits
from services.metrics.domain.measures import Declared, Measure
from services.metrics.domain.periods import containing

MAY = containing(dt.date(2026, 5, 1), "month")
PERCENT = "percent(sum(completed_late), sum(completed))"


def declared(formula: str = PERCENT, unit: str = "percent", **more) -> Declared:
    about = Measure(
        id="late", name="Late", definition="Late.", formula=formula, unit=unit, polarity="lower", **more
    )
    return Declared(about, read(formula))


def team(name: str, over: int, under: int) -> Figure:
    value = 100 * over / under if under else None
    return Figure(Key("late", name, MAY), value, over, under, unfinished=False)


def test_wilson_limits_as_published() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857, table I, method 3): 81 of 263 and 15 of 148 at 95%."""
    drawn = limits(81 / 263, 263)
    assert (drawn.lower_95, drawn.upper_95) == (0.2553, 0.3662)
    drawn = limits(15 / 148, 148)
    assert (drawn.lower_95, drawn.upper_95) == (0.0624, 0.1605)
    assert drawn.lower_99_8 < drawn.lower_95 < drawn.upper_95 < drawn.upper_99_8


def test_pooled_share_and_three_verdicts() -> None:
    told = funnel(
        declared(), [team("a", 20, 100), team("b", 32, 100), team("c", 45, 100), team("d", 500, 2700)]
    )
    assert told.pooled == 19.9
    assert [(spot.team, spot.verdict, spot.direction) for spot in told.spots] == [
        ("a", "as_expected", None),
        ("b", "look", "high"),
        ("c", "stands_out", "high"),
        ("d", "as_expected", None),
    ]
    assert finding(told, {"b": "Bee", "c": "Sea"}) == "Sea stands out, and not by chance; Bee is worth a look"
    widths = [one.upper_95 - one.lower_95 for one in told.curve]
    assert widths == sorted(widths, reverse=True)
    assert told.curve[-1].denominator == 2700
    assert all(0 <= one.lower_99_8 <= one.upper_99_8 <= 100 for one in told.curve)


def test_a_team_with_too_little_is_shown_and_not_judged() -> None:
    told = funnel(declared(smallest_denominator=5), [team("a", 4, 4), team("b", 3, 10), team("c", 0, 0)])
    assert [(spot.team, spot.verdict) for spot in told.spots] == [("a", None), ("b", "as_expected")]
    assert finding(told, {}) == "Only one team has enough to be compared"
    assert finding(funnel(declared(), []), {}) == "Nothing to compare yet"
    alike = funnel(declared(), [team("a", 3, 10), team("b", 4, 10)])
    assert finding(alike, {}) == "No team stands out: the 2 teams differ as much as chance gives"


def test_teams_that_spread_too_widely_are_warned_of_but_one_outlier_is_not() -> None:
    wide = funnel(
        declared(),
        [team(name, over, 400) for name, over in zip("abcdef", (20, 60, 100, 140, 180, 220), strict=True)],
    )
    assert wide.too_wide
    assert finding(wide, {}).endswith("the teams differ so widely that their work may not be alike")
    one = funnel(
        declared(),
        [team(name, over, 400) for name, over in zip("abcdef", (100, 101, 99, 98, 102, 180), strict=True)],
    )
    assert not one.too_wide
    assert dispersion([(1, 2)] * 4, 0.5) is None
    assert dispersion([(0, 5)] * 6, 0.0) is None


@pytest.mark.parametrize(
    ("formula", "unit", "says"),
    [
        ("sum(completed)", "count", "is no share of anything"),
        ("median(days_to_complete)", "days", "is no share of anything"),
        ("ratio(end(weekly_spend), end(packages))", "pounds_a_week", "is money"),
    ],
)
def test_what_is_no_share_is_refused(formula: str, unit: str, says: str) -> None:
    with pytest.raises(NoShare, match=says):
        funnel(declared(formula, unit), [])


def test_a_quotient_above_one_is_refused_by_its_figures() -> None:
    with pytest.raises(NoShare, match="12 of 10 in a"):
        funnel(declared("ratio(sum(received), sum(completed))", "ratio"), [team("a", 12, 10)])
