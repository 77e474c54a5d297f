"""Imports: send a file and say what it holds, watch it go in, fetch what was refused, stop it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from runtime.auth import Principal, needs
from services.dashboard.domain import imports as told
from services.dashboard.domain.refusals import Away, Refused
from services.dashboard.pages import desk
from services.dashboard.pages.uploads import carrier, received
from services.dashboard.stories import imports as stories

router = APIRouter()
Id = Annotated[str, Path(pattern=r"^[0-9a-zA-Z-]{1,80}$")]
Sender = Annotated[Principal, needs("feeder", "operator", "analyst")]
LIST = {"list": stories.listed, "form": stories.form}
ONE = {"job": stories.one}
SAID = {
    "sent": "The file has arrived. It goes on when you leave this page.",
    "stopped": "The import is stopped where it was.",
}
"""What the page says after a form."""


@router.get("/imports", response_class=HTMLResponse)
async def listed(request: Request, who: Sender) -> Response:
    """What was sent and what became of it, with the form for another file."""
    asking = desk.asked(request, who)
    return await desk.show(request, who, asking, "imports.html", LIST, nav="imports", told=told)


@router.post("/imports", response_class=HTMLResponse)
async def send(request: Request, who: Sender) -> Response:
    """Take a file in and pass it on to ingest."""
    async with received(request) as sent:
        fields = sent.fields
        asked = told.sending(fields, sent.name)
        errors = asked.errors
        if not errors:
            try:
                job = await carrier(request).send(
                    "/v1/imports", asked.params, sent.pieces(), size=sent.size, key=fields.get("key", "")
                )
            except (Refused, Away) as refused:
                errors = getattr(refused, "problems", ()) or (str(refused),)
            else:
                return desk.onward(f"/imports/{job['id']}", "sent")
    return await desk.show(
        request, who, desk.asked(request, who), "imports.html", LIST, nav="imports",
        errors=tuple(errors), values=fields, told=told,
    )  # fmt: skip


@router.get("/imports/{import_id}", response_class=HTMLResponse)
async def one(request: Request, who: Sender, import_id: Id) -> Response:
    """How far a file has come."""
    asking = desk.asked(request, who, **{"import": import_id})
    said = SAID.get(request.query_params.get("done", ""), "")
    return await desk.show(request, who, asking, "import.html", ONE, nav="imports", told=told, said=said)


@router.get("/imports/{import_id}/rejects.csv")
async def rejects(request: Request, who: Sender, import_id: Id) -> Response:
    """What was refused, as ingest tells it."""
    body, headers = await carrier(request).fetch("ingest", f"/v1/imports/{import_id}/rejects", {})
    return Response(body, headers=dict(headers))


@router.post("/imports/{import_id}/cancel", response_class=HTMLResponse)
async def cancel(request: Request, who: Sender, import_id: Id) -> Response:
    """Stop it where it is."""
    fields = await desk.form(request)
    await desk.reader(request).command(
        "ingest", f"/v1/imports/{import_id}/cancel", {}, key=fields.get("key", "")
    )
    return desk.onward(f"/imports/{import_id}", "stopped")
