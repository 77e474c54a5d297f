"""Figures of one worker: their own lines of what a unit's measure adds up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Cuts, Sources
from services.metrics.answers.asking import Sums as Ledger
from services.metrics.domain.accounts import ACCOUNTS, PACKAGES_OF_CARE
from services.metrics.domain.figures import Figure, Key, counted, figure
from services.metrics.domain.formula import terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period
from services.metrics.domain.restatement import NOTHING, reach, with_lines
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import Rollup

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
    sources: Sources, ask: Ask, worker: str, measures: Sequence[str], units: Sequence[str], period: Period
) -> Answer[list[Figure]]:
    """Each measure of one worker's own work in a unit."""
    declared = [_own(sources.declared(name)) for name in measures]
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = [
            await _figure(snapshot, ask, worker, Key(one.measure.id, unit, period), one, rollup)
            for one in declared
            for unit in units
        ]
        return Answer(ask, await snapshot.freshness(), found)


def _own(declared: Declared) -> Declared:
    """The measure, if its accounts name workers."""
    nobodys = sorted({term.account for term in terms_of(declared.formula)} & NOBODYS)
    if nobodys:
        raise BadQuestion(
            "measure",
            f"{declared.measure.id} is no one worker's: {', '.join(nobodys)} names nobody; leave worker out.",
        )
    return declared


async def _figure(
    ledger: Ledger, ask: Ask, worker: str, key: Key, declared: Declared, rollup: Rollup
) -> Figure:
    sums = NOTHING
    if key.period.first <= ask.as_at and not ask.before_all:
        spans = counted(key, declared, rollup, min(key.period.last, ask.as_at))
        terms = terms_of(declared.formula)
        accounts = tuple(sorted({term.account for term in terms}))
        details = {word for account in accounts for word in ACCOUNTS[account].detail}
        used = {one.word for term in terms for one in term.filters} | {"days"}
        words = tuple(sorted(details & used))
        cuts = Cuts(
            accounts,
            reach(spans, declared, BEGINNING),
            (*COLUMNS, *words),
            (("worker", frozenset({worker})),),
        )
        cells = [_cell(said, words, amount) for said, amount in await ledger.sums(cuts)]
        sums = with_lines(sums, cells, declared, spans)
    return figure(key, declared, sums, rollup, ask.as_at, ask.today)


def _cell(said: Sequence[str], words: Sequence[str], amount: int) -> Cell:
    account, team, day, kind, setting, *rest = said
    detail = dict(zip(words, rest, strict=True))
    return Cell(account, team, dt.date.fromisoformat(day), kind, setting, detail, amount)
