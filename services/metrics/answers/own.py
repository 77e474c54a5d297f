"""Figures of a part of a unit's work: one worker's own lines, or what is due on some days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Cuts, Sources
from services.metrics.answers.asking import Sums as Ledger
from services.metrics.answers.daywise import Cells, stood_on
from services.metrics.answers.figures import counted_from, periods_of
from services.metrics.domain.accounts import ACCOUNTS, beginning_with
from services.metrics.domain.cuts import Only
from services.metrics.domain.figures import Figure, Key, Slice, counted, figure
from services.metrics.domain.formula import DUE, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.narrowing import NotOfIt, narrowed
from services.metrics.domain.periods import Grain, Period
from services.metrics.domain.restatement import NOTHING, reach, with_lines
from services.metrics.domain.series import Series, judge
from services.metrics.domain.spc import Rules
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import EVERYTHING, Rollup

COLUMNS = ("account", "team", "day", "kind", "setting")
MOST_POINTS = 60
"""Points of a series by due date: each is read from lines, since months do not keep due dates."""


class Cell(NamedTuple):
    """Lines of one account that say the same, added up."""

    account: str
    team: str
    day: dt.date
    kind: str
    setting: str
    detail: Mapping[str, str | int]
    amount: int


async def figures_of(
    sources: Sources, ask: Ask, part: Only, measures: Sequence[str], units: Sequence[str], period: Period
) -> Answer[list[Figure]]:
    """Each measure of a part of a unit's work."""
    declared = [possible(sources.declared(name), part) for name in measures]
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = [
            await figure_of(snapshot, ask, part, Key(one.measure.id, unit, period), one, rollup)
            for one in declared
            for unit in units
        ]
        return Answer(ask, await snapshot.freshness(), found)


async def series_of(
    sources: Sources,
    ask: Ask,
    part: Only,
    measures: Sequence[str],
    grain: Grain,
    days: tuple[dt.date | None, dt.date | None],
    rules: Rules | None = None,
) -> Answer[list[Series]]:
    """Measures of a part of a unit's work over time, judged."""
    rollup, made = sources.rollup(ask.tenant), []
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        for one in [possible(sources.declared(name), part) for name in dict.fromkeys(measures)]:
            begins = await snapshot.begins(beginning_with(terms_of(one.formula)[0].account))
            periods = periods_of(counted_from(one, begins, grain), grain, ask.as_at, days)
            if len(periods) > MOST_POINTS:
                raise BadQuestion(
                    "from", f"By due date a series has at most {MOST_POINTS} points; ask for fewer."
                )
            keys = [Key(one.measure.id, ask.unit, period) for period in periods]
            figures = await _figures(snapshot, ask, part, keys, one, rollup)
            made.append(judge(one.measure, figures, rules or sources.rules))
        return Answer(ask, await snapshot.freshness(), made)


def possible(declared: Declared, only: Only) -> Declared:
    """The measure of that part of the work; refused where its accounts do not say what is chosen by."""
    try:
        return narrowed(declared, only)
    except NotOfIt as error:
        raise BadQuestion("measure", str(error)) from error


async def figure_of(
    ledger: Ledger, ask: Ask, part: Only, key: Key, declared: Declared, rollup: Rollup
) -> Figure:
    """One figure, as lines make it: of a measure that is possible for the part."""
    return (await _figures(ledger, ask, part, [key], declared, rollup))[0]


async def _figures(
    ledger: Ledger, ask: Ask, part: Only, keys: Sequence[Key], declared: Declared, rollup: Rollup
) -> list[Figure]:
    """Figures of one measure in several periods; of what stands all from one look at the lines."""
    begun = [] if ask.before_all else [key for key in keys if key.period.first <= ask.as_at]
    spans = {key: counted(key, declared, rollup, min(key.period.last, ask.as_at)) for key in begun}
    columns = _columns(part, declared)
    accounts = tuple(sorted({term.account for term in terms_of(declared.formula)}))
    stood: Mapping[dt.date, Cells] = {}
    if declared.standing:
        teams = {one.teams for some in spans.values() for one in some}
        whose = next(iter(teams)) if len(teams) == 1 else EVERYTHING
        days = [some[-1].last for some in spans.values()]
        stood = await stood_on(ledger, accounts, whose, days, columns, part.where)
    made = []
    for key in keys:
        sums = NOTHING
        if key in spans:
            last = min(key.period.last, ask.as_at)
            if declared.standing:
                found = list(stood[last].items())
            else:
                cuts = Cuts(accounts, reach(spans[key], declared, BEGINNING), columns, part.where)
                found = [(one.by, one.amount) for one in await ledger.sums(cuts)]
            cells = [_cell(said, columns, amount, last) for said, amount in found]
            chosen = [one for one in cells if not part.due or part.due.holds(str(one.detail[DUE]), last)]
            period: Slice = (key.period.first, key.period.last)
            sums = with_lines(sums, chosen, declared, spans[key], period)
        made.append(figure(key, declared, sums, rollup, ask.as_at, ask.today))
    return made


def _columns(part: Only, declared: Declared) -> tuple[str, ...]:
    """What lines are told apart by; of what stands not by day."""
    terms = terms_of(declared.formula)
    details = {word for term in terms for word in ACCOUNTS[term.account].detail}
    used = {one.word for term in terms for one in term.filters} | {"days"}
    used |= {DUE} if part.due or declared.falls_due else set()
    plain = tuple(name for name in COLUMNS if name != "day" or not declared.standing)
    return (*plain, *sorted(details & used))


def _cell(said: Sequence[str], columns: Sequence[str], amount: int, last: dt.date) -> Cell:
    """A sum with what it says; of what stands no day is asked, so it is that of the figure."""
    told = dict(zip(columns, said, strict=True))
    day = dt.date.fromisoformat(told.pop("day")) if "day" in told else last
    plain = (told.pop("account"), told.pop("team"), day, told.pop("kind"), told.pop("setting"))
    return Cell(*plain, told, amount)
