"""A practitioner's own page; a manager reaches the same page of somebody whom they manage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.pages import desk
from services.dashboard.pages.desk import Who
from services.dashboard.stories import mine, unit

router = APIRouter()


@router.get("/my-work", response_class=HTMLResponse)
async def my_work(
    request: Request, who: Who, worker: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """Own open work, and what own decisions did; of somebody else where metrics lets the reader see it."""
    asking = desk.asked(request, who, worker=worker or who.subject)
    parts = {"work": mine.work, "promised": mine.promised, "meeting": unit.meeting, "part": mine.part}
    nav = "work" if asking.options["worker"] == who.subject else "team"
    return await desk.show(request, who, asking, "mine.html", parts, nav=nav)
