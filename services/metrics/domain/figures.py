"""From keys to figures: which sums of the ledger each needs, and what they come to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.metrics.domain.formula import Formula, Quantile, Quotient, Term, Total, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period
from services.metrics.domain.units import EVERYTHING, Rollup, Span, Teams

Number = int | float
Slice = tuple[dt.date, dt.date]
"""First and last day of a flow, both counted."""

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

    `unfinished`: the period's end lies after the day asked. `ahead`: the day lies after today, so the value
    holds if nothing is done.
    """

    key: Key
    value: Number | None
    numerator: int | None
    denominator: int | None
    unfinished: bool
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Wide:
    """For which teams sums are asked; `whole`: always for all together, so one sum over all is enough."""

    teams: Teams
    whole: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The sums that a set of figures needs: each term over each slice or at each day, for these teams."""

    flows: frozenset[Term]
    slices: frozenset[Slice]
    stocks: frozenset[Term]
    days: frozenset[dt.date]
    spreads: frozenset[Term]
    teams: Wide


Flows = Mapping[tuple[Term, Slice], Mapping[str, int]]
Stocks = Mapping[tuple[Term, dt.date], Mapping[str, int]]
Spreads = Mapping[tuple[Term, Slice], Mapping[str, Mapping[int, int]]]


@dataclass(frozen=True, slots=True)
class Sums:
    """What the ledger answered: amounts by team, for flows by slice, stocks by day, histograms by slice."""

    flows: Flows
    stocks: Stocks
    spreads: Spreads


def wanted(asked: Iterable[tuple[Key, Declared]], rollup: Rollup, as_at: dt.date) -> Wanted:
    """Gather what all the figures need, so that the ledger is asked once."""
    terms: dict[str, set[Term]] = {"sum": set(), "end": set(), "days": set()}
    slices: set[Slice] = set()
    days: set[dt.date] = set()
    teams: set[Teams] = set()
    for key, declared in asked:
        last = min(key.period.last, as_at)
        if key.period.first > as_at:
            continue
        for term in terms_of(declared.formula):
            terms[term.how].add(term)
        if declared.standing:
            days.add(last)
            teams.add(rollup.on(key.unit, last))
        else:
            spans = rollup.spans(key.unit, key.period.first, last)
            slices.update((span.first, span.last) for span in spans)
            teams.update(span.teams for span in spans)
    return Wanted(
        frozenset(terms["sum"]),
        frozenset(slices),
        frozenset(terms["end"]),
        frozenset(days),
        frozenset(terms["days"]),
        _wide(teams),
    )


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
    if declared.standing:
        spans = [Span(last, last, rollup.on(key.unit, last))]
    else:
        spans = rollup.spans(key.unit, key.period.first, last)
    value, over, under = _value(declared.formula, declared.measure.smallest_denominator, sums, spans)
    return Figure(key, value, over, under, unfinished, ahead=last > today)


def _value(
    formula: Formula, least: int, sums: Sums, spans: Sequence[Span]
) -> tuple[Number | None, int | None, int | None]:
    match formula:
        case Total():
            amount = _total(formula, sums, spans)
            return amount, amount, None
        case Quotient(over=above, under=below, per=per):
            over, under = _total(above, sums, spans), _total(below, sums, spans)
            value = round(per * over / under, DECIMALS) if under >= max(least, 1) else None
            return value, over, under
        case Quantile(term=term, percent=percent):
            histogram = _histogram(term, sums, spans)
            count = sum(histogram.values())
            value = quantile(histogram, percent) if count >= max(least, 1) else None
            return value, None, count


def _total(total: Total, sums: Sums, spans: Sequence[Span]) -> int:
    return sum(sign * _amount(term, sums, spans) for sign, term in total.terms)


def _amount(term: Term, sums: Sums, spans: Sequence[Span]) -> int:
    amount = 0
    for span in spans:
        if term.how == "end":
            by_team = sums.stocks.get((term, span.last), {})
        else:
            by_team = sums.flows.get((term, (span.first, span.last)), {})
        amount += sum(some for team, some in by_team.items() if team in span.teams)
    return amount


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
