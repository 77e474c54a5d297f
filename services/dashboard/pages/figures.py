"""Pages about figures: a measure over time, what a figure is made of, an event, a piece of work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.pages import desk
from services.dashboard.pages.desk import Who
from services.dashboard.stories import measure

router = APIRouter()
Id = Annotated[str, Path(max_length=200)]


@router.get("/measures/{measure_id}", response_class=HTMLResponse)
async def measure_page(request: Request, who: Who, measure_id: Id) -> Response:
    """A measure of a unit over time, with its definition."""
    asking = desk.asked(request, who, measure=measure_id)
    return await desk.show(request, who, asking, "measure.html", {"measure": measure.measure}, nav="team")


@router.get("/explain", response_class=HTMLResponse)
async def explain(
    request: Request,
    who: Who,
    measure_id: Annotated[str, Query(alias="measure", max_length=200)],
    period: Annotated[str, Query(pattern=r"^\d{4}-(\d{2}|W\d{2})$")],
) -> Response:
    """What a figure is made of: its definition, its lines, and each line's event."""
    asking = desk.asked(request, who, measure=measure_id, period=period)
    parts = {"explanation": measure.explanation}
    return await desk.show(request, who, asking, "explain.html", parts, nav="team")


@router.get("/events/{topic}/{partition}/{offset}", response_class=HTMLResponse)
async def event(request: Request, who: Who, topic: Id, partition: int, offset: int) -> Response:
    """One event of the log, and the lines that it caused."""
    asking = desk.asked(request, who, topic=topic, partition=str(partition), offset=str(offset))
    return await desk.show(request, who, asking, "event.html", {"event": measure.event}, nav="team")


@router.get("/items", response_class=HTMLResponse)
async def item(request: Request, who: Who, subject: Annotated[str, Query(max_length=300)]) -> Response:
    """One piece of work: how it stands, its events and its lines."""
    asking = desk.asked(request, who, subject=subject)
    return await desk.show(request, who, asking, "item.html", {"item": measure.item}, nav="team")


@router.get("/catalogue", response_class=HTMLResponse)
async def catalogue(request: Request, who: Who) -> Response:
    """Every measure with its definition, and the rules that watch it."""
    asking = desk.asked(request, who)
    parts = {"catalogue": measure.catalogue}
    return await desk.show(request, who, asking, "catalogue.html", parts, nav="catalogue")
