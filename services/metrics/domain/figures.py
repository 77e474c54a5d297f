"""From keys to figures: which sums of the ledger each needs, and what they come to."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.metrics.domain import money
from services.metrics.domain.aims import Aim
from services.metrics.domain.complete import From
from services.metrics.domain.formula import DAILY, How, Quantile, Quotient, Term, Total, terms_of
from services.metrics.domain.measures import Declared, Measure, UnitOfMeasure
from services.metrics.domain.periods import Period
from services.metrics.domain.units import EVERYTHING, Rollup, Span, Teams

Number = int | float
Slice = tuple[dt.date, dt.date]
"""First and last day of a flow, both counted."""

ONE_DAY = dt.timedelta(days=1)
DECIMALS = 4
"""Quotients are given to so many decimals; numerator and denominator say the rest exactly."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a figure is of."""

    measure: str
    unit: str
    period: Period


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with what it was made from; `value` is None where there is nothing to divide by or count.

    Of money, `value` is in pounds, `numerator` and `denominator` are in whole pence.
    `unfinished`: the period's end lies after the day asked. `ahead`: the day lies after today, so the value
    holds if nothing is done. `not_complete`: a feed had not told all of these days, so nothing is said.
    `aim`: what the unit agreed to reach in the period, where it did.
    """

    key: Key
    value: Number | None
    numerator: int | None
    denominator: int | None
    unfinished: bool
    ahead: bool = False
    not_complete: From | None = None
    aim: Aim | None = None

    def target(self, measure: Measure) -> Number | None:
        """What it is to reach: as agreed, else as the catalogue says."""
        return self.aim.value if self.aim else measure.target


@dataclass(frozen=True, slots=True)
class Wide:
    """For which teams sums are asked; `whole`: always for all together, so one sum over all is enough."""

    teams: Teams
    whole: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The sums that a set of figures needs: each term over each slice or at each day, for these teams.

    `cohorts` are flows by the day of passing on, over the same slices.
    """

    flows: frozenset[Term]
    slices: frozenset[Slice]
    stocks: frozenset[Term]
    days: frozenset[dt.date]
    spreads: frozenset[Term]
    teams: Wide
    daily: frozenset[Term] = frozenset()
    """Stocks that are needed at the end of each of `each`."""
    each: frozenset[dt.date] = frozenset()
    cohorts: frozenset[Term] = frozenset()
    dues: frozenset[Term] = frozenset()
    """Stocks of the eve of each of `due_in`, by what falls due in it."""
    due_in: frozenset[Slice] = frozenset()


Flows = Mapping[tuple[Term, Slice], Mapping[str, int]]
Stocks = Mapping[tuple[Term, dt.date], Mapping[str, int]]
Spreads = Mapping[tuple[Term, Slice], Mapping[str, Mapping[int, int]]]


@dataclass(frozen=True, slots=True)
class Sums:
    """What the ledger answered: amounts by team, for flows by slice, stocks by day, histograms by slice.

    Among the flows are cohorts, of which the slice holds the day of passing on, and what falls due, of which
    it holds the due date.
    """

    flows: Flows
    stocks: Stocks
    spreads: Spreads


def wanted(asked: Iterable[tuple[Key, Declared]], rollup: Rollup, as_at: dt.date) -> Wanted:
    """Gather what all the figures need, so that the ledger is asked once."""
    terms: dict[How, set[Term]] = defaultdict(set)
    each: set[dt.date] = set()
    slices: set[Slice] = set()
    days: set[dt.date] = set()
    due_in: set[Slice] = set()
    teams: set[Teams] = set()
    for key, declared in asked:
        last = min(key.period.last, as_at)
        if key.period.first > as_at:
            continue
        for term in terms_of(declared.formula):
            terms[term.how].add(term)
        spans = counted(key, declared, rollup, last)
        if declared.standing:
            days.add(last)
            teams.add(spans[0].teams)
        else:
            slices.update((span.first, span.last) for span in spans)
            teams.update(span.teams for span in spans)
            if declared.falls_due:
                due_in.add((key.period.first, key.period.last))
            if declared.daily:
                each.update(_days(key.period.first, last))
    return Wanted(
        frozenset(terms["sum"]),
        frozenset(slices),
        frozenset(terms["end"]),
        frozenset(days),
        frozenset(terms["days"]),
        _wide(teams),
        frozenset().union(*(terms[how] for how in DAILY)),
        frozenset(each),
        frozenset(terms["cohort"]),
        frozenset(terms["due"]),
        frozenset(due_in),
    )


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(place) for place in range((last - first).days + 1)]


def _wide(teams: set[Teams]) -> Wide:
    """Every team in any of them; as soon as one takes the rest, all."""
    if any(some.rest for some in teams):
        return Wide(EVERYTHING, whole=teams == {EVERYTHING})
    return Wide(Teams(frozenset().union(*(some.names for some in teams))), whole=False)


def figure(
    key: Key, declared: Declared, sums: Sums, rollup: Rollup, as_at: dt.date, today: dt.date
) -> Figure:
    """What the sums come to for one key."""
    unfinished = key.period.last > as_at
    if key.period.first > as_at:
        return Figure(key, None, None, None, unfinished=True)
    last = min(key.period.last, as_at)
    spans = counted(key, declared, rollup, last)
    since = rollup.complete.of(terms_of(declared.formula)[0].account, spans[0].teams)
    begins = spans[0].first - ONE_DAY if declared.falls_due else spans[0].first
    if since and begins < since.day:
        return Figure(key, None, None, None, unfinished, last > today, since)
    value, over, under = _value(declared, sums, spans, (key.period.first, key.period.last))
    return Figure(key, value, over, under, unfinished, ahead=last > today)


def counted(key: Key, declared: Declared, rollup: Rollup, last: dt.date) -> list[Span]:
    """The days and teams that count in a figure up to a day: of a stock that day alone."""
    if declared.standing:
        return [Span(last, last, rollup.on(key.unit, last))]
    return rollup.spans(key.unit, key.period.first, last)


def _value(
    declared: Declared, sums: Sums, spans: Sequence[Span], period: Slice
) -> tuple[Number | None, int | None, int | None]:
    least = max(declared.measure.smallest_denominator, 1)
    match declared.formula:
        case Total() as total:
            amount = _Amount.of(total, declared.measure.unit, sums, spans, period)
            return amount.value, amount.shown, amount.days
        case Quotient(over=above, under=below, per=per):
            over = _Amount.of(above, declared.measure.unit, sums, spans, period)
            under = _Amount.of(below, declared.measure.unit, sums, spans, period)
            return over.divided(under, per) if under.mean >= least else None, over.shown, under.shown
        case Quantile(term=term, percent=percent):
            histogram = _histogram(term, sums, spans)
            count = sum(histogram.values())
            value = quantile(histogram, percent) if count >= least else None
            return value, None, count


@dataclass(frozen=True, slots=True)
class _Amount:
    """What a total comes to, exactly: a count, or (`money`) 1/1300 pence, added up before it is rounded.

    Of an average `exact` is the sum over its `days`.
    """

    exact: Fraction
    money: bool
    days: int | None = None

    @classmethod
    def of(
        cls, total: Total, unit: UnitOfMeasure, sums: Sums, spans: Sequence[Span], period: Slice
    ) -> _Amount:
        exact = sum((sign * _amount(term, sums, spans, period) for sign, term in total.terms), Fraction())
        averaged = total.terms[0][1].how == "average"
        days = sum((span.last - span.first).days + 1 for span in spans) if averaged else None
        return cls(exact / money.DAYS_A_WEEK if unit == "pounds_a_day" else exact, total.money, days)

    @property
    def mean(self) -> Fraction:
        return self.exact / self.days if self.days else self.exact

    @property
    def shown(self) -> int:
        return money.pence(self.exact) if self.money else int(self.exact)

    @property
    def value(self) -> Number:
        if self.money:
            return money.pounds(self.mean)
        return int(self.mean) if self.mean.denominator == 1 else round(float(self.mean), DECIMALS)

    def divided(self, under: _Amount, per: int) -> Number:
        if self.money and not under.money:
            return money.pounds(self.mean / under.mean)
        return round(float(per * self.mean / under.mean), DECIMALS)


def _amount(term: Term, sums: Sums, spans: Sequence[Span], period: Slice) -> Fraction:
    """A term over the spans; a cost is a seventh of the weekly cost for each of their days.

    Of an average it is the sum over the days; what falls due does so in the whole period, in the teams that
    belong to the unit when it begins.
    """
    match term.how:
        case "end":
            return Fraction(sum(_of(span, sums.stocks.get((term, span.last), {})) for span in spans))
        case "cost" | "average":
            days = ((span, day) for span in spans for day in _days(span.first, span.last))
            stands = sum(_of(span, sums.stocks.get((term, day), {})) for span, day in days)
            return Fraction(stands, money.DAYS_A_WEEK if term.how == "cost" else 1)
        case "due":
            return Fraction(_of(spans[0], sums.flows.get((term, period), {})))
        case _:
            posted = ((span, sums.flows.get((term, (span.first, span.last)), {})) for span in spans)
            return Fraction(sum(_of(span, found) for span, found in posted))


def _of(span: Span, by_team: Mapping[str, int]) -> int:
    return sum(some for team, some in by_team.items() if team in span.teams)


def _histogram(term: Term, sums: Sums, spans: Sequence[Span]) -> Counter[int]:
    histogram: Counter[int] = Counter()
    for span in spans:
        for team, days in sums.spreads.get((term, (span.first, span.last)), {}).items():
            if team in span.teams:
                histogram.update(days)
    return histogram


def quantile(histogram: Mapping[int, int], percent: int) -> Number | None:
    """The percentile by nearest rank; the median is the mean of the middle two (docs/ledger.md)."""
    count = sum(histogram.values())
    if count <= 0:
        return None
    if percent == 50:
        low, high = _ranked(histogram, (count + 1) // 2), _ranked(histogram, count // 2 + 1)
        return low if low == high else (low + high) / 2
    return _ranked(histogram, max(1, -(-percent * count // 100)))


def _ranked(histogram: Mapping[int, int], rank: int) -> int:
    seen = 0
    for days in sorted(histogram):
        seen += histogram[days]
        if seen >= rank:
            return days
    raise ValueError(f"There is no rank {rank} in a histogram of {seen}.")
