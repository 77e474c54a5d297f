"""Figures of a part of a unit's work: one worker's own lines, or what is due on some days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Cuts, Sources
from services.metrics.answers.asking import Sums as Ledger
from services.metrics.answers.daywise import Cells, stood_on
from services.metrics.answers.figures import counted_from, periods_of
from services.metrics.domain.accounts import ACCOUNTS, PACKAGES_OF_CARE, beginning_with
from services.metrics.domain.figures import Figure, Key, Slice, counted, figure
from services.metrics.domain.formula import DUE, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Grain, Period
from services.metrics.domain.restatement import NOTHING, reach, with_lines
from services.metrics.domain.series import Series, judge
from services.metrics.domain.spc import Rules
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import EVERYTHING, Rollup

NOBODYS = PACKAGES_OF_CARE | {
    "received",
    "unallocated",
    "incomplete",
    "transferred_in",
    "referred_on",
    "referral_ended",
    "meetings_held",
}
"""Accounts whose lines name no worker."""
COLUMNS = ("account", "team", "day", "kind", "setting")
MOST_POINTS = 60
"""Points of a series by due date: each is read from lines, since months do not keep due dates."""


@dataclass(frozen=True, slots=True)
class Due:
    """Due dates that count: from a day, to a day, or so many days before the day of the figure."""

    first: dt.date | None = None
    last: dt.date | None = None
    overdue_for: int | None = None

    def holds(self, due: str, day: dt.date) -> bool:
        """Whether work with this due date (blank: none) counts in a figure of a day."""
        if not due:
            return False
        on = dt.date.fromisoformat(due)
        late = self.overdue_for is None or (day - on).days >= self.overdue_for
        return (self.first or on) <= on <= (self.last or on) and late


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a unit's work that figures are about."""

    worker: str | None = None
    due: Due | None = None


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
    sources: Sources, ask: Ask, part: Part, measures: Sequence[str], units: Sequence[str], period: Period
) -> Answer[list[Figure]]:
    """Each measure of a part of a unit's work."""
    declared = [_possible(sources.declared(name), part) for name in measures]
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = [
            await _figure(snapshot, ask, part, Key(one.measure.id, unit, period), one, rollup)
            for one in declared
            for unit in units
        ]
        return Answer(ask, await snapshot.freshness(), found)


async def series_of(
    sources: Sources,
    ask: Ask,
    part: Part,
    measures: Sequence[str],
    grain: Grain,
    days: tuple[dt.date | None, dt.date | None],
    rules: Rules | None = None,
) -> Answer[list[Series]]:
    """Measures of a part of a unit's work over time, judged."""
    rollup, made = sources.rollup(ask.tenant), []
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        for one in [_possible(sources.declared(name), part) for name in dict.fromkeys(measures)]:
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


def _possible(declared: Declared, part: Part) -> Declared:
    """The measure, if its accounts say what the part is chosen by."""
    terms = terms_of(declared.formula)
    nobodys = sorted({term.account for term in terms} & NOBODYS) if part.worker is not None else []
    if nobodys:
        raise BadQuestion(
            "measure",
            f"{declared.measure.id} is no one worker's: {', '.join(nobodys)} names nobody; leave worker out.",
        )
    if part.due and any(term.how != "end" or DUE not in ACCOUNTS[term.account].detail for term in terms):
        fitting = ", ".join(name for name, one in ACCOUNTS.items() if DUE in one.detail)
        raise BadQuestion(
            "measure",
            f"{declared.measure.id} has no due dates; by them can be asked what stands on {fitting}.",
        )
    return declared


async def _figure(
    ledger: Ledger, ask: Ask, part: Part, key: Key, declared: Declared, rollup: Rollup
) -> Figure:
    return (await _figures(ledger, ask, part, [key], declared, rollup))[0]


async def _figures(
    ledger: Ledger, ask: Ask, part: Part, keys: Sequence[Key], declared: Declared, rollup: Rollup
) -> list[Figure]:
    """Figures of one measure in several periods; of what stands all from one look at the lines."""
    begun = [] if ask.before_all else [key for key in keys if key.period.first <= ask.as_at]
    spans = {key: counted(key, declared, rollup, min(key.period.last, ask.as_at)) for key in begun}
    columns = _columns(part, declared)
    accounts = tuple(sorted({term.account for term in terms_of(declared.formula)}))
    where = (("worker", frozenset({part.worker})),) if part.worker is not None else ()
    stood: Mapping[dt.date, Cells] = {}
    if declared.standing:
        teams = {one.teams for some in spans.values() for one in some}
        whose = next(iter(teams)) if len(teams) == 1 else EVERYTHING
        days = [some[-1].last for some in spans.values()]
        stood = await stood_on(ledger, accounts, whose, days, columns, where)
    made = []
    for key in keys:
        sums = NOTHING
        if key in spans:
            last = min(key.period.last, ask.as_at)
            if declared.standing:
                found = list(stood[last].items())
            else:
                cuts = Cuts(accounts, reach(spans[key], declared, BEGINNING), columns, where)
                found = [(one.by, one.amount) for one in await ledger.sums(cuts)]
            cells = [_cell(said, columns, amount, last) for said, amount in found]
            chosen = [one for one in cells if not part.due or part.due.holds(str(one.detail[DUE]), last)]
            period: Slice = (key.period.first, key.period.last)
            sums = with_lines(sums, chosen, declared, spans[key], period)
        made.append(figure(key, declared, sums, rollup, ask.as_at, ask.today))
    return made


def _columns(part: Part, declared: Declared) -> tuple[str, ...]:
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
