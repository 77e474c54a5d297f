"""Reports at their addresses: as JSON and, of exactly the same rows, as CSV and Excel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query, Response

from services.metrics.api.report_views import Report
from services.metrics.api.sheets import CSV, XLSX, Cell, as_csv, as_xlsx, headers_of
from services.metrics.domain.cuts import Only

Worker = Annotated[
    str | None, Query(max_length=200, description="Only what this worker held; all workers without one.")
]
Kinds = Annotated[
    list[str] | None, Query(alias="kind", max_length=20, description="Kinds of work; all without one.")
]


Settings = Annotated[
    list[str] | None,
    Query(alias="setting", max_length=20, description="Settings of packages; all without one."),
]


async def only(worker: Worker = None, kind: Kinds = None) -> Only:
    """The part of a unit's work that a report is about."""
    return Only(worker, tuple(kind or ()))


class Told(Protocol):
    """What can be laid out as a file."""

    def table(self) -> tuple[list[str], list[list[Cell]]]: ...
    def about(self) -> dict[str, Cell]: ...
    def name(self) -> str: ...


def add(routes: APIRouter, name: str, report: Any, shape: type[Report]) -> None:
    """The report at its address as JSON and, with .csv and .xlsx, as files."""
    summary = (shape.__doc__ or "").strip()
    routes.get(f"/v1/reports/{name}", response_model=shape, summary=summary, name=name)(report)
    add_files(routes, f"/v1/reports/{name}", name, report, summary.rstrip("."))


def add_files(routes: APIRouter, path: str, name: str, answer: Any, summary: str) -> None:
    """An answer at its address with .csv and .xlsx."""
    for ending, (media_type, write) in {"csv": (CSV, _csv), "xlsx": (XLSX, _xlsx)}.items():
        routes.get(
            f"{path}.{ending}",
            summary=f"{summary}, as {ending.upper()}.",
            name=f"{name}_{ending}",
            response_class=Response,
            responses={200: {"content": {media_type: {}}, "description": "The same rows as a file."}},
        )(_file(answer, ending, media_type, write))


def _file(answer: Any, ending: str, media_type: str, write: Callable[[Told], bytes]) -> Any:
    async def as_file(told: Any = Depends(answer)) -> Response:
        name = f"{told.name()}.{ending}"
        safe = "".join(
            letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "-" for letter in name
        )
        return Response(write(told), media_type=media_type, headers=headers_of(told, safe))

    return as_file


def _csv(told: Told) -> bytes:
    return as_csv(*told.table())


def _xlsx(told: Told) -> bytes:
    return as_xlsx(*told.table(), told.about())
