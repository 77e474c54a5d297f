"""Meetings: the list, and one meeting that is run from a single page."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.domain import words
from services.dashboard.flow import Asked
from services.dashboard.pages import desk
from services.dashboard.pages.commitments import promised
from services.dashboard.pages.desk import Holder, Who
from services.dashboard.stories import agreements

router = APIRouter()
Id = Annotated[str, Path(max_length=200)]
Verb = Literal["start", "review", "decisions", "close"]
DONE = {"start": "started", "review": "reviewed", "decisions": "decided", "close": "meeting-closed"}
PLACES = {"review": "review", "decisions": "decisions"}
"""Where on the page a meeting goes on after a command, so that nobody has to find the place again."""
FIELDS = {"start": (), "review": ("commitment", "note"), "decisions": ("text",), "close": ()}
WANTED = {
    "note": "Say how the commitment stands",
    "text": "Write the decision",
    "commitment": "Choose a commitment",
}


@router.get("/meetings", response_class=HTMLResponse)
async def meetings(request: Request, who: Who) -> Response:
    """Meetings of the unit and below, and the form to plan one."""
    asking = desk.asked(request, who)
    return await _list(request, who, asking)


@router.post("/meetings", response_class=HTMLResponse)
async def plan(request: Request, who: Holder) -> Response:
    """Plan a meeting."""
    fields = await desk.form(request)
    asking = desk.asked(request, who, fields.get("unit") or None)
    starts = _starts(fields.get("day", ""), fields.get("time", ""))
    errors = [] if fields.get("title") else ["Give the meeting a title"]
    errors += [] if starts else ["Give the day and the time, such as 24 November 2026 at 10:00"]
    if not errors:
        body = {"unit": asking.unit, "title": fields["title"], "starts": starts}
        errors += await desk.commanded(asking, "actions", "/v1/meetings", body, fields)
        if not errors:
            return desk.onward(f"/meetings?unit={asking.unit}", "planned")
    return await _list(request, who, asking, tuple(errors), fields)


async def _list(
    request: Request,
    who: Who,
    asking: Asked,
    errors: tuple[str, ...] = (),
    values: dict[str, str] | None = None,
) -> Response:
    return await desk.show(
        request,
        who,
        asking,
        "meetings.html",
        {"meetings": agreements.meetings},
        nav="meetings",
        errors=errors,
        values=values or {},
    )


def _starts(day: str, time: str) -> str:
    """The moment in London's time with its offset; blank when it is none."""
    try:
        moment = dt.datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        return ""
    return moment.replace(tzinfo=words.LONDON).isoformat() if len(day) == 10 and time else ""


@router.get("/meetings/{meeting}", response_class=HTMLResponse)
async def meeting(request: Request, who: Who, meeting: Id) -> Response:
    """One meeting."""
    asking = desk.asked(request, who, meeting=meeting)
    return await _one(request, who, asking)


@router.post("/meetings/{meeting}/commitments", response_class=HTMLResponse)
async def agree(request: Request, who: Holder, meeting: Id) -> Response:
    """Agree a commitment in this meeting."""
    fields = await desk.form(request)
    asking = desk.asked(request, who, fields.get("unit") or None, meeting=meeting)
    errors = await promised(asking, {**fields, "meeting": meeting})
    if errors:
        return await _one(request, who, asking, errors, fields)
    return desk.onward(f"/meetings/{meeting}", "agreed", "promised")


@router.post("/meetings/{meeting}/{verb}", response_class=HTMLResponse)
async def act(request: Request, who: Holder, meeting: Id, verb: Verb) -> Response:
    """Start it, review a commitment, record a decision, close it."""
    fields = await desk.form(request)
    asking = desk.asked(request, who, meeting=meeting)
    errors = tuple(WANTED[field] for field in FIELDS[verb] if not fields.get(field))
    if not errors:
        errors = await desk.commanded(
            asking,
            "actions",
            f"/v1/meetings/{meeting}/{verb}",
            {field: fields[field] for field in FIELDS[verb]},
            fields,
        )
        if not errors:
            return desk.onward(f"/meetings/{meeting}", DONE[verb], PLACES.get(verb, ""))
    return await _one(request, who, asking, errors, fields)


async def _one(
    request: Request,
    who: Who,
    asking: Asked,
    errors: tuple[str, ...] = (),
    values: dict[str, str] | None = None,
) -> Response:
    return await desk.show(
        request,
        who,
        asking,
        "meeting.html",
        {"one": agreements.meeting},
        nav="meetings",
        errors=errors,
        values=values or {},
    )
