"""Where the money goes: spend a week from opening to closing, and what moved it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.metrics.answers.asked import ONE_DAY, Days, happened, months_until, standing
from services.metrics.answers.asking import Answer, Ask, Sources, Sums
from services.metrics.domain.bridge import (
    FLOWS,
    REORGANISED,
    STOCK,
    Bridge,
    By,
    Posted,
    bridge,
    finding,
    stretches,
    whole,
)
from services.metrics.domain.cuts import ALL, Only, Per
from services.metrics.domain.units import Rollup, Teams

Stands = Counter[str]


@dataclass(frozen=True, slots=True)
class SpendReport:
    """The bridge from `first` to `last`, row by row and (`total`) as one."""

    by: By
    rows: tuple[Bridge, ...]
    total: Bridge
    finding: str
    first: dt.date
    last: dt.date


async def spend(
    sources: Sources, ask: Ask, by: By, days: Days, per: Per = "month", only: Only = ALL
) -> Answer[SpendReport]:
    """The spend bridge by month and, cut, by setting or team; per period all the days in one row."""
    first, last = months_until(ask, days, of="packages")
    rollup = sources.rollup(ask.tenant)
    over = stretches(per == "month", first, last)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        before = first - ONE_DAY
        opening = await _stands(snapshot, rollup.on(ask.unit, before), before, by, only)
        posted = await _posted(snapshot, rollup, ask.unit, (first, last), by, only)
        fresh = await snapshot.freshness()
    total = whole(opening, posted, over)
    said = finding(total, first, last)
    return Answer(ask, fresh, SpendReport(by, bridge(opening, posted, over, by), total, said, first, last))


async def _stands(ledger: Sums, teams: Teams, day: dt.date, by: By, only: Only) -> Stands:
    found = await standing(ledger, STOCK, teams, day, _cut(by), only)
    return Counter({"".join(cut): amount for cut, amount in found})


async def _posted(
    ledger: Sums, rollup: Rollup, unit: str, days: tuple[dt.date, dt.date], by: By, only: Only
) -> list[Posted]:
    """What was posted in the days, and what came and went with teams on the day of each reorganisation."""
    spans = rollup.spans(unit, *days)
    found = await happened(ledger, (STOCK, *FLOWS), spans, ("account", "day", *_cut(by)), only)
    posted = [
        Posted(account, dt.date.fromisoformat(day), "".join(rest), amount)
        for (account, day, *rest), amount in found
    ]
    teams = rollup.on(unit, days[0] - ONE_DAY)
    for span in spans:
        if span.teams != teams:
            eve = span.first - ONE_DAY
            moved = await _stands(ledger, span.teams, eve, by, only)
            moved.subtract(await _stands(ledger, teams, eve, by, only))
            posted += [Posted(REORGANISED, span.first, name, amount) for name, amount in moved.items()]
        teams = span.teams
    return posted


def _cut(by: By) -> Sequence[str]:
    """The column beside the day, if any."""
    return () if by == "month" else (by,)
