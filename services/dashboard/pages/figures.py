"""Pages about figures: a measure over time, what a figure is made of, an event, a piece of work."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.domain import narrowing
from services.dashboard.flow import Part
from services.dashboard.pages import desk, files
from services.dashboard.pages.desk import Who
from services.dashboard.stories import feeding, measure, restated
from services.dashboard.stories.beside import beside

router = APIRouter()
Id = Annotated[str, Path(max_length=200)]


@router.get("/measures/{measure_id}", response_class=HTMLResponse)
async def measure_page(request: Request, who: Who, measure_id: Id) -> Response:
    """A measure of a unit over time, with its definition; as a fixed table where it is for many eyes."""
    asking = desk.asked(request, who, measure=measure_id)
    if asking.shared:
        parts: dict[str, Part] = {"measure": measure.for_many_eyes}
        return await desk.show(request, who, asking, "measure_shared.html", parts, nav="")
    parts = {"measure": measure.measure, "changes": beside(restated.changes)}
    return await desk.show(request, who, asking, "measure.html", parts, nav="")


@router.get("/measures/{measure_id}/file.{form}")
async def measure_file(request: Request, who: Who, measure_id: Id, form: Literal["csv", "xlsx"]) -> Response:
    """A measure's series as CSV or Excel: the periods, limits and marks of its chart."""
    asking = desk.asked(request, who, measure=measure_id)
    sheet = await measure.table(asking)
    return files.answer(sheet, form, f"{measure_id}-{asking.unit}-{asking.when.today}")


@router.get("/feeds", response_class=HTMLResponse)
async def feeds(request: Request, who: Who) -> Response:
    """Who feeds the ledger, and who has been silent for too long."""
    asking = desk.asked(request, who)
    return await desk.show(request, who, asking, "feeds.html", {"feeds": feeding.feeds}, nav="feeds")


@router.get("/explain", response_class=HTMLResponse)
async def explain(
    request: Request,
    who: Who,
    measure_id: Annotated[str, Query(alias="measure", max_length=200)],
    period: Annotated[str, Query(pattern=r"^\d{4}-(\d{2}|W\d{2})$")],
) -> Response:
    """What a figure is made of: its definition, its lines, and each line's event."""
    asking = desk.asked(request, who, measure=measure_id, period=period)
    parts = {"explanation": measure.explanation, "given": beside(restated.given)}
    only = narrowing.said(asking.options, asking.names, asking.when.today)
    return await desk.show(request, who, asking, "explain.html", parts, nav="", only=only)


@router.get("/events/{topic}/{partition}/{offset}", response_class=HTMLResponse)
async def event(request: Request, who: Who, topic: Id, partition: int, offset: int) -> Response:
    """One event of the log, and the lines that it caused."""
    asking = desk.asked(request, who, topic=topic, partition=str(partition), offset=str(offset))
    return await desk.show(request, who, asking, "event.html", {"event": measure.event}, nav="")


@router.get("/items", response_class=HTMLResponse)
async def item(request: Request, who: Who, subject: Annotated[str, Query(max_length=300)]) -> Response:
    """One piece of work: how it stands, its events and its lines."""
    asking = desk.asked(request, who, subject=subject)
    return await desk.show(request, who, asking, "item.html", {"item": measure.item}, nav="")


@router.get("/catalogue", response_class=HTMLResponse)
async def catalogue(request: Request, who: Who) -> Response:
    """Every measure with its definition, and the rules that watch it."""
    asking = desk.asked(request, who)
    parts = {"catalogue": measure.catalogue}
    return await desk.show(request, who, asking, "catalogue.html", parts, nav="catalogue")
