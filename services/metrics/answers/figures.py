"""Figures and series: from keys to what the ledger sums up to, and how a measure goes over time."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Counted, Cuts, Sources
from services.metrics.answers.asking import Sums as ReportSums
from services.metrics.answers.daywise import stood_on
from services.metrics.domain.accounts import beginning_with
from services.metrics.domain.figures import ONE_DAY, Figure, Flows, Key, Slice, Sums, Wanted, figure, wanted
from services.metrics.domain.formula import DUE, PASSED, Term, kept, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Grain, Period, between, containing
from services.metrics.domain.series import Series, judge
from services.metrics.domain.spc import Rules
from services.metrics.domain.units import Rollup, Span

SHOWN: dict[Grain, int] = {"month": 24, "week": 26}
"""How many periods a series has when nobody says."""
MOST_POINTS = 600

Keyed = Sequence[tuple[Key, Declared]]


async def evaluate(
    ledger: Counted, keys: Keyed, rollup: Rollup, as_at: dt.date, today: dt.date
) -> list[Figure]:
    """The figures of many keys at once, in their order: each sum is asked of the ledger once."""
    sums = await sums_of(ledger, keys, rollup, as_at)
    return [
        replace(
            figure(key, declared, sums, rollup, as_at, today),
            aim=rollup.aims.of(key.unit, key.measure, key.period),
        )
        for key, declared in keys
    ]


async def sums_of(ledger: Counted, keys: Keyed, rollup: Rollup, as_at: dt.date) -> Sums:
    """What the ledger sums up to, as far as the keys need it."""
    need = wanted(keys, rollup, as_at)
    slices, days, each = sorted(need.slices), sorted(need.days), sorted(need.each)
    stood = await ledger.stocks(sorted(need.stocks), days, need.teams) if need.stocks else {}
    daily = await ledger.stocks(sorted(need.daily), each, need.teams) if need.daily else {}
    posted = await ledger.flows(sorted(need.flows), slices, need.teams) if need.flows and slices else {}
    return Sums(
        {**posted, **await cohorts(ledger, need, slices, as_at), **await falling_due(ledger, need)},
        {**stood, **daily},
        await ledger.spreads(sorted(need.spreads), slices, need.teams) if need.spreads and slices else {},
    )


async def cohorts(ledger: ReportSums, need: Wanted, slices: Sequence[Slice], as_at: dt.date) -> Flows:
    """What came, by the day asked, of work that was passed on in each slice."""
    found: dict[tuple[Term, Slice], Counter[str]] = defaultdict(Counter)
    if not need.cohorts or not slices:
        return found
    teams = need.teams.teams
    span = Span(min(first for first, _ in slices), as_at, teams)
    for term in need.cohorts:
        words = tuple(one.word for one in term.filters)
        for (team, passed, *said), amount in await ledger.sums(
            Cuts((term.account,), (span,), ("team", PASSED, *words))
        ):
            if passed and kept(term, said):
                day = dt.date.fromisoformat(passed)
                for slice_ in slices:
                    if slice_[0] <= day <= slice_[1]:
                        found[term, slice_][team] += amount
    return found


async def falling_due(ledger: ReportSums, need: Wanted) -> Flows:
    """What stood on the eve of each period and falls due in it."""
    found: dict[tuple[Term, Slice], Counter[str]] = defaultdict(Counter)
    for account in sorted({term.account for term in need.dues}):
        terms = [term for term in need.dues if term.account == account]
        words = sorted({one.word for term in terms for one in term.filters})
        eves = [first - ONE_DAY for first, _ in need.due_in]
        stood = await stood_on(ledger, (account,), need.teams.teams, eves, ("team", DUE, *words))
        for first, last in need.due_in:
            for (team, due, *said), amount in stood[first - ONE_DAY].items():
                if first.isoformat() <= due <= last.isoformat():
                    told = dict(zip(words, said, strict=True))
                    for term in terms:
                        if kept(term, [told[one.word] for one in term.filters]):
                            found[term, (first, last)][team] += amount
    return found


async def figures(
    sources: Sources, ask: Ask, measures: Sequence[str], units: Sequence[str], period: Period
) -> Answer[list[Figure]]:
    """Each measure of each unit in one period."""
    keys = [(Key(name, unit, period), sources.declared(name)) for name in measures for unit in units]
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = await evaluate(snapshot, keys, sources.rollup(ask.tenant), ask.as_at, ask.today)
        return Answer(ask, await snapshot.freshness(), as_believed(ask, found))


def as_believed(ask: Ask, found: Sequence[Figure]) -> list[Figure]:
    """The figures, without a value where nothing at all was known yet: nought would be a lie."""
    if not ask.before_all:
        return list(found)
    return [replace(one, value=None, numerator=None, denominator=None) for one in found]


async def series(
    sources: Sources,
    ask: Ask,
    measures: Sequence[str],
    grain: Grain,
    days: tuple[dt.date | None, dt.date | None],
    rules: Rules | None = None,
) -> Answer[list[Series]]:
    """Measures over time, judged; without days the last two years of months or half-year of weeks."""
    declared = [sources.declared(name) for name in dict.fromkeys(measures)]
    for one in declared:
        if grain not in one.measure.grains:
            kept = " and ".join(one.measure.grains)
            raise BadQuestion("grain", f"{one.measure.id} is kept by {kept} only.")
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        made = await judged(snapshot, ask, declared, grain, rollup, rules or sources.rules, days)
        return Answer(ask, await snapshot.freshness(), made)


async def judged(
    ledger: Counted,
    ask: Ask,
    declared: Sequence[Declared],
    grain: Grain,
    rollup: Rollup,
    rules: Rules,
    days: tuple[dt.date | None, dt.date | None] = (None, None),
) -> list[Series]:
    """The series of several measures of one unit, of which each sum is asked once."""
    together = [beginning_with(terms_of(one.formula)[0].account) for one in declared]
    begins = {accounts: await ledger.begins(accounts) for accounts in dict.fromkeys(together)}
    shown = [
        periods_of(counted_from(one, begins[accounts], grain), grain, ask.as_at, days)
        for one, accounts in zip(declared, together, strict=True)
    ]
    keys = [
        (Key(one.measure.id, ask.unit, period), one)
        for one, periods in zip(declared, shown, strict=True)
        for period in periods
    ]
    found = iter(as_believed(ask, await evaluate(ledger, keys, rollup, ask.as_at, ask.today)))
    return [
        judge(one.measure, list(islice(found, len(periods))), rules)
        for one, periods in zip(declared, shown, strict=True)
    ]


def counted_from(declared: Declared, begins: dt.date | None, grain: Grain) -> dt.date | None:
    """From when on a measure has figures: what asks how a period began, has none of the first."""
    if begins is None or not declared.falls_due:
        return begins
    return containing(begins, grain).next.first


def periods_of(
    begins: dt.date | None, grain: Grain, as_at: dt.date, days: tuple[dt.date | None, dt.date | None]
) -> list[Period]:
    """The periods to show: none after the day asked, none before the feed began: nobody counted then."""
    last = containing(min(days[1] or as_at, as_at), grain)
    first = containing(days[0], grain) if days[0] else last.back(SHOWN[grain] - 1)
    if days[0] and days[1] and days[0] > days[1]:
        raise BadQuestion("from", f"The series would end on {days[1]}, before it begins on {days[0]}.")
    if begins is not None and begins > first.first:
        first = containing(begins, grain)
    if (last.first - first.first).days // (7 if grain == "week" else 28) >= MOST_POINTS:
        raise BadQuestion("from", f"A series has at most {MOST_POINTS} points; ask for fewer {grain}s.")
    return list(between(first.first, last.last, grain))
