"""How long work waited, and how old overdue work is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from services.metrics.answers.asked import Days, checked, complete, happened, months_until, standing
from services.metrics.answers.asking import Answer, Ask, Sources
from services.metrics.domain import ages, waits
from services.metrics.domain.cuts import ALL, Only, Per
from services.metrics.domain.periods import Period, containing


@dataclass(frozen=True, slots=True)
class WaitReport:
    """Waits that ended from `first` to `last`."""

    by: waits.By
    rows: tuple[waits.Wait, ...]
    finding: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class AgeReport:
    """Overdue work as at the day asked, by how long it is overdue."""

    by: ages.By
    rows: tuple[ages.Age, ...]
    finding: str


async def waited(
    sources: Sources, ask: Ask, by: waits.By, days: Days, per: Per = "month", only: Only = ALL
) -> Answer[WaitReport]:
    """How long work waited that was started, and that was completed, in each month or in all the days."""
    first, last = months_until(ask, days)
    cut = () if by == "month" else (by,)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        spans = sources.rollup(ask.tenant).spans(ask.unit, first, last)
        columns = ("account", "month", "days", *cut)
        found = await happened(snapshot, tuple(waits.ACCOUNTS), spans, columns, only)
        fresh = await snapshot.freshness()
    histograms = [
        waits.Waited(waits.ACCOUNTS[account], _month(month), "".join(rest), int(waiting), amount)
        for (account, month, waiting, *rest), amount in found
    ]
    as_one = [one._replace(by="") for one in histograms]
    said = waits.finding(waits.waits(as_one, "period"))
    return Answer(ask, fresh, WaitReport(by, waits.waits(histograms, per), said, first, last))


async def overdue(sources: Sources, ask: Ask, by: ages.By, days: Days, only: Only = ALL) -> Answer[AgeReport]:
    """Overdue work as at the day asked, each piece once; days limit the due dates."""
    complete(ask, ask.as_at)
    first, last = checked(days)
    teams = sources.rollup(ask.tenant).on(ask.unit, ask.as_at)
    cut = () if by in ("all", "month") else (by,)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = await standing(snapshot, "overdue", teams, ask.as_at, ("due", *cut), only)
        fresh = await snapshot.freshness()
    late = [
        ages.Overdue(dt.date.fromisoformat(due), due[:7] if by == "month" else "".join(rest), amount)
        for (due, *rest), amount in found
    ]
    asked = [one for one in late if (first or one.due) <= one.due <= (last or one.due)]
    rows = ages.ages(asked, ask.as_at)
    return Answer(ask, fresh, AgeReport(by, rows, ages.finding(rows, ask.as_at)))


def _month(label: str) -> Period:
    return containing(dt.date.fromisoformat(f"{label}-01"), "month")
