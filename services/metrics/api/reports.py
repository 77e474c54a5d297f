"""`/v1/reports/…`: the three reports as JSON, CSV and Excel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from services.metrics.answers import reports
from services.metrics.answers.asking import Ask
from services.metrics.api import report_views as views
from services.metrics.api.desk import Desk, From, To, answering, range_of
from services.metrics.api.report_files import add, only
from services.metrics.api.report_views import ByUnit
from services.metrics.api.shaping import cut_of, meta_of
from services.metrics.api.units_beside import each_of
from services.metrics.domain.cuts import Only
from services.metrics.domain.reports import By, OutcomeRow

Cut = Annotated[By | ByUnit, Query(description="By what else the months are cut; `unit`: each right below.")]
ByOutcome = Annotated[
    Literal["outcome"] | ByUnit, Query(description="`unit`: how work ended in each unit right below.")
]


def router(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter(tags=["reports"])
    _workload(routes, desk)
    _completed(routes, desk)
    _outcomes(routes, desk)
    return routes


def _workload(routes: APIRouter, desk: Desk) -> None:
    async def workload(
        ask: Ask = Depends(desk.ask),
        part: Only = Depends(only),
        by: Cut = "month",
        first: From = None,
        to: To = None,
    ) -> views.Workload:
        """As at the day asked each open item once, by the month of its due date; allocations beside it."""
        days = range_of(first, to)
        cut: By = "month" if by == "unit" else by
        with answering():
            told = await each_of(
                desk, ask, by, days, lambda sources, one: reports.workload(sources, one, cut, days, part)
            )
        laid = told.whole.what.laid
        return views.Workload(
            **meta_of(told.whole),
            unit=ask.unit,
            by=by,
            finding=told.whole.what.finding,
            earlier=laid.earlier,
            later=laid.later,
            rows=[
                views.WorkloadRow(
                    month=row.month.label if row.month else None,
                    **unit,
                    **cut_of(cut, row.by),
                    overdue=row.overdue,
                    due=row.due,
                    allocated=row.allocated,
                )
                for unit, one in told.each
                for row in one.laid.rows
            ],
            left_out=told.left_out,
        )

    add(routes, "workload", workload, views.Workload)


def _completed(routes: APIRouter, desk: Desk) -> None:
    async def completed(
        ask: Ask = Depends(desk.ask),
        part: Only = Depends(only),
        by: Cut = "month",
        first: From = None,
        to: To = None,
    ) -> views.Completed:
        """Work completed each month, and how much of it after its due day."""
        days = range_of(first, to)
        cut: By = "month" if by == "unit" else by
        with answering():
            told = await each_of(
                desk, ask, by, days, lambda sources, one: reports.completed(sources, one, cut, days, part)
            )
        whole = told.whole.what
        return views.Completed(
            **meta_of(told.whole),
            unit=ask.unit,
            by=by,
            finding=whole.finding,
            first=whole.first,
            last=whole.last,
            rows=[
                views.CompletedRow(
                    month=row.month.label,
                    **unit,
                    **cut_of(cut, row.by),
                    completed=row.completed,
                    late=row.late,
                )
                for unit, one in told.each
                for row in one.rows
            ],
            left_out=told.left_out,
        )

    add(routes, "completed", completed, views.Completed)


def _outcomes(routes: APIRouter, desk: Desk) -> None:
    async def outcomes(
        ask: Ask = Depends(desk.ask),
        part: Only = Depends(only),
        by: ByOutcome = "outcome",
        first: From = None,
        to: To = None,
    ) -> views.Outcomes:
        """How completed work ended, beside the same days a year before."""
        days = range_of(first, to)
        with answering():
            told = await each_of(
                desk, ask, by, days, lambda sources, one: reports.outcomes(sources, one, days, part)
            )
        report = told.whole.what
        return views.Outcomes(
            **meta_of(told.whole),
            unit=ask.unit,
            by=by,
            finding=report.finding,
            kinds=report.kinds,
            first=report.first,
            last=report.last,
            before_from=report.before[0],
            before_to=report.before[1],
            before_note=report.note,
            rows=[_ended(row, unit) for unit, one in told.each for row in one.rows],
            left_out=told.left_out,
        )

    add(routes, "outcomes", outcomes, views.Outcomes)


def _ended(row: OutcomeRow, unit: Mapping[str, str]) -> views.OutcomeRow:
    return views.OutcomeRow(
        **unit,
        outcome=row.outcome,
        count=row.count,
        share=row.share,
        before_count=row.before_count,
        before_share=row.before_share,
    )
