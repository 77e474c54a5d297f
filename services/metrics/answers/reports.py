"""The three reports, and the sentence that a unit's page opens with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Ledger, Reports, Sources
from services.metrics.answers.figures import evaluate, periods_of
from services.metrics.domain import finding, reports
from services.metrics.domain.figures import Key
from services.metrics.domain.periods import containing, year_before
from services.metrics.domain.reports import (
    By,
    CompletedRow,
    Cut,
    Flow,
    OutcomeRow,
    Workload,
)
from services.metrics.domain.series import Series, judge
from services.metrics.domain.units import Rollup

MONTHS = 12
QUARTER = 3
SPOKEN = {"overdue": "Overdue work", "unallocated": "Work that nobody holds", "completed": "Completed work"}
"""What the sentence of a unit's page speaks of when it is not as usual."""

Days = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True, slots=True)
class WorkloadReport:
    """Open work by the month of its due date, and what it says."""

    by: By
    laid: Workload
    finding: str


@dataclass(frozen=True, slots=True)
class CompletedReport:
    """Work completed in each month from `first` to `last`."""

    by: By
    rows: tuple[CompletedRow, ...]
    finding: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class OutcomesReport:
    """How work completed from `first` to `last` ended, beside the same days a year before."""

    rows: tuple[OutcomeRow, ...]
    finding: str
    first: dt.date
    last: dt.date
    kinds: tuple[str, ...]

    @property
    def before(self) -> tuple[dt.date, dt.date]:
        """The days compared."""
        return year_before(self.first), year_before(self.last)


async def workload(sources: Sources, ask: Ask, by: By, days: Days) -> Answer[WorkloadReport]:
    """As at the day asked each open item once by the month of its due date, with allocations beside it.

    Days limit the months shown; without them all due dates are, and the allocations of a year.
    """
    _check(days)
    rollup = sources.rollup(ask.tenant)
    this = containing(ask.as_at, "month")
    first, last = days[0] or this.back(MONTHS - 1).first, min(days[1] or this.last, ask.as_at)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        opened = await snapshot.open_by_due(ask.as_at, rollup.on(ask.unit, ask.as_at), by)
        allocations = await _flows(snapshot, rollup, ask.unit, ("allocations",), (first, last), by)
        laid = reports.workload(opened, allocations, as_at=ask.as_at, asked=days)
        whole = reports.workload(opened, (), as_at=ask.as_at).dues
        report = WorkloadReport(by, laid, finding.of_workload(whole, ask.as_at))
        return Answer(ask, await snapshot.freshness(), report)


async def completed(sources: Sources, ask: Ask, by: By, days: Days) -> Answer[CompletedReport]:
    """What was completed in each month, and how much of it late; without days the last twelve months."""
    _check(days)
    this = containing(ask.as_at, "month")
    first, last = days[0] or this.back(MONTHS - 1).first, min(days[1] or this.last, ask.as_at)
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        accounts = ("completed", "completed_late")
        flows = await _flows(snapshot, rollup, ask.unit, accounts, (first, last), by)
        judged = await _judged(sources, ask, snapshot, ["completed"])
        said = finding.of_completed(judged[0], ask.as_at)
        report = CompletedReport(by, reports.completed(flows, by, first, last), said, first, last)
        return Answer(ask, await snapshot.freshness(), report)


async def outcomes(sources: Sources, ask: Ask, kinds: Sequence[str], days: Days) -> Answer[OutcomesReport]:
    """How completed work ended; without days in the last three whole months."""
    _check(days)
    this = containing(ask.as_at, "month")
    first, last = days[0] or this.back(QUARTER).first, min(days[1] or this.back(1).last, ask.as_at)
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        now = await _flows(snapshot, rollup, ask.unit, ("completed",), (first, last), "outcome", kinds)
        year_ago = (year_before(first), year_before(last))
        before = await _flows(snapshot, rollup, ask.unit, ("completed",), year_ago, "outcome", kinds)
        rows = reports.outcomes(now, before)
        said = finding.of_outcomes(reports.ended(rows))
        report = OutcomesReport(rows, said, first, last, tuple(kinds))
        return Answer(ask, await snapshot.freshness(), report)


async def summary(sources: Sources, ask: Ask) -> Answer[str]:
    """`128 pieces of work are open: 23 are overdue and 41 fall due in December. …`"""
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        opened = await snapshot.open_by_due(ask.as_at, rollup.on(ask.unit, ask.as_at), "month")
        dues = reports.workload(opened, (), as_at=ask.as_at).dues
        spoken = [name for name in SPOKEN if sources.catalogue.get(name)]
        judged = await _judged(sources, ask, snapshot, spoken)
        named = [(SPOKEN[name], one) for name, one in zip(spoken, judged, strict=True)]
        said = finding.of_team(finding.of_open(dues, ask.as_at), named, ask.as_at)
        return Answer(ask, await snapshot.freshness(), said)


async def _judged(sources: Sources, ask: Ask, ledger: Ledger, measures: Sequence[str]) -> list[Series]:
    """The measures' last two years by month, judged."""
    declared = [sources.declared(measure) for measure in measures]
    months = [await periods_of(ledger, one, "month", ask.as_at, (None, None)) for one in declared]
    keys = [
        (Key(one.measure.id, ask.unit, month), one)
        for one, shown in zip(declared, months, strict=True)
        for month in shown
    ]
    figures = await evaluate(ledger, keys, sources.rollup(ask.tenant), ask.as_at, ask.today)
    by_measure = {
        one.measure.id: [made for made in figures if made.key.measure == one.measure.id] for one in declared
    }
    return [judge(one.measure, by_measure[one.measure.id], sources.rules) for one in declared]


async def _flows(
    snapshot: Reports,
    rollup: Rollup,
    unit: str,
    accounts: Sequence[str],
    days: tuple[dt.date, dt.date],
    cut: Cut,
    kinds: Sequence[str] = (),
) -> list[Flow]:
    """Flows of a unit: of each span of days those of the teams that belonged to it."""
    found: list[Flow] = []
    for span in rollup.spans(unit, *days):
        found += await snapshot.flows_by(accounts, span, cut, kinds)
    return found


def _check(days: Days) -> None:
    first, last = days
    if first and last and first > last:
        raise BadQuestion("from", f"The report would end on {last}, before it begins on {first}.")
