"""Reports at their addresses: as JSON and, of exactly the same rows, as CSV and Excel."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from services.metrics.api.report_views import Report
from services.metrics.api.sheets import CSV, XLSX, as_csv, as_xlsx, headers_of
from services.metrics.domain.cuts import Only

Worker = Annotated[
    str | None, Query(max_length=200, description="Only what this worker held; all workers without one.")
]
Kinds = Annotated[
    list[str] | None, Query(alias="kind", max_length=20, description="Kinds of work; all without one.")
]


async def only(worker: Worker = None, kind: Kinds = None) -> Only:
    """The part of a unit's work that a report is about."""
    return Only(worker, tuple(kind or ()))


def add(routes: APIRouter, name: str, report: Any, shape: type[Report]) -> None:
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
    return as_csv(*report.table())


def _xlsx(report: Report) -> bytes:
    told = report.model_dump(mode="json")
    about = {
        name: told[name] for name in ("report", "unit", "by", "finding", "as_at", "as_known", "fresh_at")
    }
    return as_xlsx(*report.table(), about)
