"""A team's page: the finding, the figures, the three reports, the most urgent work, and what needs doing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.domain import findings, promises, questions, reports, words
from services.dashboard.domain.answers import WorkCounts
from services.dashboard.domain.findings import Rich
from services.dashboard.domain.refusals import Away
from services.dashboard.domain.reports import Completed, Outcomes, Workload
from services.dashboard.flow import Asked, Part, attempt, maybe
from services.dashboard.stories import aims, unit
from services.dashboard.stories.unit import Urgent

SHOWN = 6


@dataclass(frozen=True)
class UrgentWork:
    """The top of the work list and what it stands for."""

    rows: list[Urgent]
    counts: WorkCounts
    summary: str


async def opening(asked: Asked) -> tuple[Rich, str]:
    """The sentence that a manager could say aloud, and what is not by chance."""
    report, series = await asyncio.gather(
        asked.reader.read(questions.workload(asked.unit, asked.when)),
        attempt(unit.series_of(asked)),
    )
    today = asked.when.today
    moves = unit.moves(series, today) if isinstance(series, dict) else []
    return findings.workload_opening(report.rows, today), findings.movement(moves, today)


async def workload(asked: Asked) -> Workload:
    """Report 1: allocated, due and overdue by month."""
    report, nobodys = await asyncio.gather(
        asked.reader.read(questions.workload(asked.unit, asked.when)), _held_by_nobody(asked)
    )
    return reports.workload(report, nobodys, asked.when.today)


async def _held_by_nobody(asked: Asked) -> int:
    """How much open work nobody holds."""
    work = await maybe(asked, questions.work(asked.unit, SHOWN, asked.when))
    return 0 if isinstance(work, Away) else work.counts.unallocated


async def completed(asked: Asked) -> Completed:
    """Report 2: completed each month, with what was agreed standing on the chart."""
    report, series, agreed = await asyncio.gather(
        asked.reader.read(questions.report("completed", asked.unit, asked.when)),
        asked.reader.read(questions.series("completed", asked.unit, asked.when)),
        unit.agreed_for(asked, "completed"),
    )
    today = asked.when.today
    return reports.completed(report, series, promises.notes_for("completed", agreed, today), today)


async def outcomes(asked: Asked) -> Outcomes:
    """Report 3: outcomes of completed work over the last three finished months."""
    report = await asked.reader.read(questions.outcomes(asked.unit, asked.when))
    first, last = questions.quarter_before(asked.when.today)
    start, end = words.MONTHS[first.month - 1], words.MONTHS[last.month - 1]
    return reports.outcomes(report, f"{start} to {end}", "the same months")


async def urgent(asked: Asked) -> UrgentWork:
    """The most urgent open work."""
    work = await asked.reader.read(questions.work(asked.unit, SHOWN, asked.when))
    said = words.capital(", ".join(findings.urgent_counts(work.counts)))
    return UrgentWork([unit.urgent(row, asked) for row in work.rows[:SHOWN]], work.counts, said)


PARTS: Mapping[str, Part] = {
    "purpose": aims.purpose,
    "opening": opening,
    "strip": unit.tiles,
    "workload": workload,
    "completed": completed,
    "outcomes": outcomes,
    "urgent": urgent,
    "needs": unit.needs,
    "promises": unit.commitments,
    "meeting": unit.meeting,
}
