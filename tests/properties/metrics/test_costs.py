"""What a period costs is the weekly cost of each of its days divided by seven, exactly, and rounded once."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.tree import Tree
from services.metrics.domain.declaring import catalogue
from services.metrics.domain.figures import Key, figure
from services.metrics.domain.periods import Period, containing
from services.metrics.domain.postings import postings
from services.metrics.domain.restatement import NOTHING, with_lines
from services.metrics.domain.units import Rollup
from tests.casework import facts
from tests.properties.depth import examples
from tests.properties.metrics.test_packages import histories
from tests.reference import ledger

Json = dict[str, Any]
MEASURES = catalogue(
    """measures:
  - {id: cost, name: A, definition: A., formula: cost(weekly_spend), unit: pounds, polarity: lower}
  - {id: mean, name: B, definition: B., formula: average(weekly_spend), unit: pounds_a_week, polarity: lower}
  - {id: nursing, name: C, definition: C., unit: pounds, polarity: lower,
     formula: cost(weekly_spend where setting = nursing) - cost(weekly_spend where setting != nursing)}
"""
)
ROLLUP = Rollup(Tree())
days = st.dates(dt.date(2026, 4, 25), dt.date(2026, 5, 25))
periods = st.builds(containing, days, st.sampled_from(("week", "month")))


class Cell:
    """A posting as figures add it up."""

    def __init__(self, key: Any, amount: int) -> None:
        self.account, self.team, self.day, self.kind, self.setting = key[:5]
        self.detail, self.amount = dict(key.detail), amount


def shown(measure: str, history: list[Json], period: Period, as_at: dt.date) -> tuple[Any, Any]:
    """The value of a measure and its numerator, as the product makes them of the history's lines."""
    declared, key = MEASURES[measure], Key(measure, "unassigned", period)
    spans = ROLLUP.spans("unassigned", period.first, min(period.last, as_at))
    lines = [Cell(*posted) for posted in postings(facts(history)).items()]
    made = figure(key, declared, with_lines(NOTHING, lines, declared, spans), ROLLUP, as_at, as_at)
    return made.value, made.numerator


def weekly(history: list[Json], on: dt.date, setting: str | None = None) -> Fraction:
    """What stood at the end of a day in pence a week, counted from the reference's balances."""
    return Fraction(
        sum(
            amount
            for (_, account, _, day, _, its, _, _), amount in ledger.balances(history).items()
            if account == "weekly_spend" and day <= on.isoformat() and setting in (None, its)
        ),
        1300,
    )


def half_up(pence: Fraction) -> int:
    whole = (abs(pence) + Fraction(1, 2)).__floor__()
    return whole if pence >= 0 else -whole


@examples(60)
@given(histories, periods, days)
def test_a_period_costs_a_seventh_of_each_days_weekly_cost(
    history: list[Json], period: Period, as_at: dt.date
) -> None:
    if period.first > as_at:
        return
    last = min(period.last, as_at)
    each = [period.first + dt.timedelta(n) for n in range((last - period.first).days + 1)]
    total = sum((weekly(history, on) for on in each), Fraction())
    assert shown("cost", history, period, as_at) == (half_up(total / 7) / 100, half_up(total / 7))
    assert shown("mean", history, period, as_at)[0] == half_up(total / len(each)) / 100
    nursing = sum((weekly(history, on, "nursing") for on in each), Fraction())
    assert shown("nursing", history, period, as_at)[1] == half_up((2 * nursing - total) / 7)
