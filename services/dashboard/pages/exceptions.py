"""The exceptions inbox and one exception: acknowledge or snooze it with a note, close it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.domain import words
from services.dashboard.pages import desk
from services.dashboard.pages.desk import Holder, Who
from services.dashboard.stories import agreements

router = APIRouter()
Id = Annotated[str, Path(max_length=200)]
PARTS = {"exception": agreements.escalation}


@router.get("/exceptions", response_class=HTMLResponse)
async def exceptions(request: Request, who: Who) -> Response:
    """Everything out of the ordinary in the reader's unit and below."""
    asking = desk.asked(request, who)
    return await desk.show(
        request, who, asking, "exceptions.html", {"inbox": agreements.inbox}, nav="exceptions"
    )


@router.get("/escalations/{escalation}", response_class=HTMLResponse)
async def escalation(request: Request, who: Who, escalation: Id) -> Response:
    """One exception."""
    asking = desk.asked(request, who, escalation=escalation)
    return await desk.show(request, who, asking, "escalation.html", PARTS, nav="exceptions")


@router.post("/escalations/{escalation}/acknowledge", response_class=HTMLResponse)
async def acknowledge(request: Request, who: Holder, escalation: Id) -> Response:
    """Say that somebody is on it."""
    fields = await desk.form(request)
    return await _act(request, who, escalation, "acknowledge", {"note": fields.get("note", "")}, fields)


@router.post("/escalations/{escalation}/snooze", response_class=HTMLResponse)
async def snooze(request: Request, who: Holder, escalation: Id) -> Response:
    """Say on which day somebody is to be asked again; it is asked at the beginning of that day's work."""
    fields = await desk.form(request)
    day = words.date_of(fields.get("until", ""))
    morning = dt.datetime.combine(day, dt.time(9), tzinfo=words.LONDON) if day else None
    body = {"until": morning.isoformat() if morning else "", "note": fields.get("snooze_note", "")}
    return await _act(request, who, escalation, "snooze", body, fields)


@router.post("/escalations/{escalation}/close", response_class=HTMLResponse)
async def close(request: Request, who: Holder, escalation: Id) -> Response:
    """End it with a reason, or with a commitment that was made for it."""
    fields = await desk.form(request)
    chosen = "commitment" if fields.get("commitment") else "reason"
    return await _act(request, who, escalation, "close", {chosen: fields.get(chosen, "")}, fields)


async def _act(
    request: Request, who: Holder, escalation: str, verb: str, body: dict[str, str], fields: dict[str, str]
) -> Response:
    asking = desk.asked(request, who, escalation=escalation)
    errors = tuple(_WANTED[key] for key, value in body.items() if not value)
    if not errors:
        errors = await desk.commanded(asking, "notify", f"/v1/escalations/{escalation}/{verb}", body, fields)
        if not errors:
            return desk.onward(f"/escalations/{escalation}", _DONE[verb])
    return await desk.show(
        request,
        who,
        asking,
        "escalation.html",
        PARTS,
        nav="exceptions",
        errors=errors,
        values=fields,
    )


_DONE = {"acknowledge": "acknowledged", "snooze": "snoozed", "close": "closed"}
_WANTED = {
    "note": "Say in the note what you are doing about it, or why it can wait",
    "until": "Choose the day on which you want to be asked again",
    "reason": "Give the reason for closing it, or choose a commitment",
    "commitment": "Choose the commitment that answers it",
}
