"""`/v1/reports/…`: the three reports as JSON, CSV and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Response

from services.metrics.answers import reports
from services.metrics.answers.asking import Ask
from services.metrics.api import views
from services.metrics.api.desk import Desk, From, To, answering, range_of
from services.metrics.api.shaping import meta_of
from services.metrics.api.sheets import CSV, XLSX, Cell, as_csv, as_xlsx, headers_of
from services.metrics.domain.reports import By

Cut = Annotated[By, Query(description="By what else the months are cut.")]
Kinds = Annotated[
    list[str] | None, Query(alias="kind", max_length=20, description="Kinds of work; all without one.")
]
Report = views.Workload | views.Completed | views.Outcomes
ROWS: dict[str, type[views.View]] = {
    "workload": views.WorkloadRow,
    "completed": views.CompletedRow,
    "outcomes": views.OutcomeRow,
}


def router(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter(tags=["reports"])
    _workload(routes, desk)
    _completed(routes, desk)
    _outcomes(routes, desk)
    return routes


def _workload(routes: APIRouter, desk: Desk) -> None:
    async def workload(
        ask: Ask = Depends(desk.ask), by: Cut = "month", first: From = None, to: To = None
    ) -> views.Workload:
        """As at the day asked each open item once, by the month of its due date; allocations beside it."""
        days = range_of(first, to)
        with answering():
            answer = await reports.workload(desk.sources, ask, by, days)
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
                    **_cut(by, row.by),
                    overdue=row.overdue,
                    due=row.due,
                    allocated=row.allocated,
                )
                for row in answer.what.laid.rows
            ],
        )

    _add(routes, "workload", workload, views.Workload)


def _completed(routes: APIRouter, desk: Desk) -> None:
    async def completed(
        ask: Ask = Depends(desk.ask), by: Cut = "month", first: From = None, to: To = None
    ) -> views.Completed:
        """Work completed each month, and how much of it after its due day."""
        days = range_of(first, to)
        with answering():
            answer = await reports.completed(desk.sources, ask, by, days)
        return views.Completed(
            **meta_of(answer),
            unit=ask.unit,
            by=by,
            finding=answer.what.finding,
            first=answer.what.first,
            last=answer.what.last,
            rows=[
                views.CompletedRow(
                    month=row.month.label, **_cut(by, row.by), completed=row.completed, late=row.late
                )
                for row in answer.what.rows
            ],
        )

    _add(routes, "completed", completed, views.Completed)


def _outcomes(routes: APIRouter, desk: Desk) -> None:
    async def outcomes(
        ask: Ask = Depends(desk.ask), kind: Kinds = None, first: From = None, to: To = None
    ) -> views.Outcomes:
        """How completed work ended, beside the same days a year before."""
        days = range_of(first, to)
        with answering():
            answer = await reports.outcomes(desk.sources, ask, kind or (), days)
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

    _add(routes, "outcomes", outcomes, views.Outcomes)


def _add(routes: APIRouter, name: str, report: Any, shape: type[Report]) -> None:
    """The report at its address as JSON and, with .csv and .xlsx, as files."""
    summary = (shape.__doc__ or "").strip()
    routes.get(f"/v1/reports/{name}", response_model=shape, summary=summary, name=name)(report)
    files = {"csv": (CSV, _csv), "xlsx": (XLSX, _xlsx)}
    for ending, (media_type, write) in files.items():
        routes.get(
            f"/v1/reports/{name}.{ending}",
            summary=f"{summary.rstrip('.')}, as {ending.upper()}.",
            name=f"{name}_{ending}",
            response_class=Response,
            responses={200: {"content": {media_type: {}}, "description": "The same rows as a file."}},
        )(_file(report, ending, media_type, write))


def _file(report: Any, ending: str, media_type: str, write: Any) -> Any:
    async def as_file(told: Any = Depends(report)) -> Response:
        name = f"{told.report}-{told.unit}-{told.as_at}.{ending}"
        safe = "".join(
            letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "-" for letter in name
        )
        return Response(write(told), media_type=media_type, headers=headers_of(told, safe))

    return as_file


def _csv(report: Report) -> bytes:
    return as_csv(*_table(report))


def _xlsx(report: Report) -> bytes:
    told = report.model_dump(mode="json")
    about = {
        name: told[name] for name in ("report", "unit", "by", "finding", "as_at", "as_known", "fresh_at")
    }
    return as_xlsx(*_table(report), about)


def _table(report: Report) -> tuple[list[str], list[list[Cell]]]:
    """The columns that a report has, cut as it is, and its rows."""
    cuts = set(get_args(By)) - {"month", report.by}
    columns = [column for column in ROWS[report.report].model_fields if column not in cuts]
    rows: Sequence[views.View] = report.rows
    return columns, [[getattr(row, column) for column in columns] for row in rows]


def _cut(by: By, name: str) -> dict[str, Any]:
    return {} if by == "month" else {by: name}
