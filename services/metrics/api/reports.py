"""`/v1/reports/…`: the three reports as JSON, CSV and Excel."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.metrics.answers import reports
from services.metrics.answers.asking import Ask
from services.metrics.api import report_views as views
from services.metrics.api.desk import Desk, From, To, answering, range_of
from services.metrics.api.report_files import add, only
from services.metrics.api.shaping import cut_of, meta_of
from services.metrics.domain.cuts import Only
from services.metrics.domain.reports import By

Cut = Annotated[By, Query(description="By what else the months are cut.")]


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
        with answering():
            answer = await reports.workload(desk.sources, ask, by, days, part)
        return views.Workload(
            **meta_of(answer),
            unit=ask.unit,
            by=by,
            finding=answer.what.finding,
            earlier=answer.what.laid.earlier,
            later=answer.what.laid.later,
            rows=[
                views.WorkloadRow(
                    month=row.month.label if row.month else None,
                    **cut_of(by, row.by),
                    overdue=row.overdue,
                    due=row.due,
                    allocated=row.allocated,
                )
                for row in answer.what.laid.rows
            ],
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
        with answering():
            answer = await reports.completed(desk.sources, ask, by, days, part)
        return views.Completed(
            **meta_of(answer),
            unit=ask.unit,
            by=by,
            finding=answer.what.finding,
            first=answer.what.first,
            last=answer.what.last,
            rows=[
                views.CompletedRow(
                    month=row.month.label, **cut_of(by, row.by), completed=row.completed, late=row.late
                )
                for row in answer.what.rows
            ],
        )

    add(routes, "completed", completed, views.Completed)


def _outcomes(routes: APIRouter, desk: Desk) -> None:
    async def outcomes(
        ask: Ask = Depends(desk.ask), part: Only = Depends(only), first: From = None, to: To = None
    ) -> views.Outcomes:
        """How completed work ended, beside the same days a year before."""
        days = range_of(first, to)
        with answering():
            answer = await reports.outcomes(desk.sources, ask, days, part)
        report = answer.what
        return views.Outcomes(
            **meta_of(answer),
            unit=ask.unit,
            finding=report.finding,
            kinds=report.kinds,
            first=report.first,
            last=report.last,
            before_from=report.before[0],
            before_to=report.before[1],
            before_note=report.note,
            rows=[
                views.OutcomeRow(
                    outcome=row.outcome,
                    count=row.count,
                    share=row.share,
                    before_count=row.before_count,
                    before_share=row.before_share,
                )
                for row in report.rows
            ],
        )

    add(routes, "outcomes", outcomes, views.Outcomes)
