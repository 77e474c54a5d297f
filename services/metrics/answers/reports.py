"""The three reports, and the sentence that a unit's page opens with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.metrics.answers.asked import Days, checked, complete, happened, months_until, standing
from services.metrics.answers.asking import Answer, Ask, Counted, Sources, Sums
from services.metrics.answers.figures import judged
from services.metrics.domain import finding, reports
from services.metrics.domain.cuts import ALL, Only
from services.metrics.domain.periods import containing, year_before
from services.metrics.domain.reports import (
    By,
    CompletedRow,
    Cut,
    Flow,
    OpenWork,
    OutcomeRow,
    Workload,
)
from services.metrics.domain.series import Series
from services.metrics.domain.units import Rollup

QUARTER = 3
SPOKEN = {"overdue": "Overdue work", "unallocated": "Work that nobody holds", "completed": "Completed work"}
"""What the sentence of a unit's page speaks of when it is not as usual."""


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
    """How work completed from `first` to `last` ended, beside the same days a year before.

    `note` says why there is nothing beside it, where not everything was told of the year before.
    """

    rows: tuple[OutcomeRow, ...]
    finding: str
    first: dt.date
    last: dt.date
    kinds: tuple[str, ...]
    note: str | None = None

    @property
    def before(self) -> tuple[dt.date, dt.date]:
        """The days compared."""
        return year_before(self.first), year_before(self.last)


async def workload(
    sources: Sources, ask: Ask, by: By, days: Days, only: Only = ALL
) -> Answer[WorkloadReport]:
    """As at the day asked each open item once by the month of its due date, with allocations beside it.

    Days limit the months shown; without them all due dates are, and the allocations of a year.
    """
    rollup = sources.rollup(ask.tenant)
    reach = months_until(ask, days)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        opened = await _open_work(snapshot, rollup, ask, by, only)
        allocations = await _flows(snapshot, rollup, ask.unit, ("allocations",), reach, by, only)
        laid = reports.workload(opened, allocations, as_at=ask.as_at, asked=days)
        whole = reports.workload(opened, (), as_at=ask.as_at).dues
        report = WorkloadReport(by, laid, finding.of_workload(whole, ask.as_at))
        return Answer(ask, await snapshot.freshness(), report)


async def completed(
    sources: Sources, ask: Ask, by: By, days: Days, only: Only = ALL
) -> Answer[CompletedReport]:
    """What was completed in each month, and how much of it late; without days the last twelve months.

    The finding judges the unit's months; of one worker's or some kinds it only says how much it was.
    """
    first, last = months_until(ask, days)
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        accounts = ("completed", "completed_late")
        flows = await _flows(snapshot, rollup, ask.unit, accounts, (first, last), by, only)
        rows = reports.completed(flows, by, first, last)
        if only == ALL:
            said = finding.of_completed(await _completed_over_time(sources, ask, snapshot), ask.as_at)
        else:
            said = finding.of_done(sum(row.completed for row in rows), sum(row.late for row in rows))
        report = CompletedReport(by, rows, said, first, last)
        return Answer(ask, await snapshot.freshness(), report)


async def outcomes(sources: Sources, ask: Ask, days: Days, only: Only = ALL) -> Answer[OutcomesReport]:
    """How completed work ended; without days in the last three whole months."""
    checked(days)
    this = containing(ask.as_at, "month")
    last = min(days[1] or this.back(1).last, ask.as_at)
    first = max(days[0] or this.back(QUARTER).first, complete(ask, last))
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        now = await _flows(snapshot, rollup, ask.unit, ("completed",), (first, last), "outcome", only)
        year_ago = (year_before(first), year_before(last))
        note = _not_told(ask, year_ago[0])
        before = (
            None
            if note
            else await _flows(snapshot, rollup, ask.unit, ("completed",), year_ago, "outcome", only)
        )
        rows = reports.outcomes(now, before)
        said = finding.of_outcomes(reports.ended(rows))
        report = OutcomesReport(rows, said, first, last, only.kinds, note)
        return Answer(ask, await snapshot.freshness(), report)


def _not_told(ask: Ask, day: dt.date) -> str | None:
    """Why days from this one on are not compared: a part of them is not complete here."""
    since = ask.complete_in.get("work")
    if since is None or day >= since:
        return None
    return f"There is nothing beside it: the feeds are complete here from {since} on, not a year before."


async def summary(sources: Sources, ask: Ask) -> Answer[str]:
    """`128 pieces of work are open: 23 are overdue and 41 fall due in December. …`"""
    rollup = sources.rollup(ask.tenant)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        opened = await _open_work(snapshot, rollup, ask, "month", ALL)
        dues = reports.workload(opened, (), as_at=ask.as_at).dues
        spoken = [name for name in SPOKEN if sources.catalogue.get(name)]
        declared = [sources.declared(name) for name in spoken]
        made = await judged(snapshot, ask, declared, "month", rollup, sources.rules)
        named = [(SPOKEN[name], one) for name, one in zip(spoken, made, strict=True)]
        since = ask.complete_in.get("work")
        if ask.before_all:
            said = ask.note or "Nothing was known then."
        elif since and ask.as_at < since:
            said = f"There are no figures of days before {since}: not everything was told of them."
        else:
            said = finding.of_team(finding.of_open(dues, ask.as_at), named, ask.as_at)
        return Answer(ask, await snapshot.freshness(), said)


async def _completed_over_time(sources: Sources, ask: Ask, ledger: Counted) -> Series:
    """The last two years of work completed, by month."""
    declared, rollup = [sources.declared("completed")], sources.rollup(ask.tenant)
    return (await judged(ledger, ask, declared, "month", rollup, sources.rules))[0]


async def _open_work(ledger: Sums, rollup: Rollup, ask: Ask, by: By, only: Only) -> list[OpenWork]:
    """Open work at the end of the day asked by its due date."""
    teams = rollup.on(ask.unit, ask.as_at)
    found = await standing(ledger, "open", teams, ask.as_at, ("due", *_cut(by)), only)
    return [OpenWork(_day(due), "".join(cut), amount) for (due, *cut), amount in found]


async def _flows(
    ledger: Sums,
    rollup: Rollup,
    unit: str,
    accounts: Sequence[str],
    days: tuple[dt.date, dt.date],
    cut: Cut,
    only: Only,
) -> list[Flow]:
    """Flows of a unit by month: of each span of days those of the teams that belonged to it."""
    by = ("account", "month", *_cut(cut))
    found = await happened(ledger, accounts, rollup.spans(unit, *days), by, only)
    return [
        Flow(account, dt.date.fromisoformat(f"{month}-01"), "".join(rest), amount)
        for (account, month, *rest), amount in found
    ]


def _cut(cut: Cut) -> tuple[str, ...]:
    """The column beside the month, if any."""
    return () if cut == "month" else (cut,)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
