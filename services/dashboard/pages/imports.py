"""Imports: send a file and say what it holds, watch it go in, fetch what was refused, stop it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from runtime.auth import Principal, needs
from runtime.bodies import limited
from services.dashboard.domain import imports as told
from services.dashboard.domain.refusals import Away, Refused
from services.dashboard.pages import desk, session
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
MOST_BYTES = 512 * 1024 * 1024
"""As large as ingest takes; the file waits on disk here until it is passed on."""
PIECE = 256 * 1024


class Carrier(Protocol):
    """Passes files on, with one person's token."""

    async def send(
        self, path: str, params: Mapping[str, str], body: AsyncIterator[bytes], *, size: int, key: str
    ) -> Mapping[str, Any]: ...

    async def fetch(
        self, service: str, path: str, params: Mapping[str, str]
    ) -> tuple[bytes, Mapping[str, str]]: ...


@router.get("/imports", response_class=HTMLResponse)
async def listed(request: Request, who: Sender) -> Response:
    """What was sent and what became of it, with the form for another file."""
    asking = desk.asked(request, who)
    return await desk.show(request, who, asking, "imports.html", LIST, nav="imports", told=told)


@router.post("/imports", response_class=HTMLResponse)
async def send(request: Request, who: Sender) -> Response:
    """Take a file in and pass it on to ingest."""
    bounded = Request(request.scope, limited(request.scope, request.receive, MOST_BYTES))
    async with bounded.form(max_files=1, max_fields=20) as form:
        fields = {key: value.strip()[:400] for key, value in form.items() if isinstance(value, str)}
        session.check_form(request, fields.pop(session.FORM_FIELD, ""))
        file = form.get("file")
        name = file.filename or "" if isinstance(file, UploadFile) else ""
        asked = told.sending(fields, name)
        errors = asked.errors
        if not errors and isinstance(file, UploadFile):
            try:
                job = await carrier(request).send(
                    "/v1/imports", asked.params, _pieces(file), size=file.size or 0, key=fields.get("key", "")
                )
            except (Refused, Away) as refused:
                errors = getattr(refused, "problems", ()) or (str(refused),)
            else:
                return desk.onward(f"/imports/{job['id']}", "sent")
    return await desk.show(
        request, who, desk.asked(request, who), "imports.html", LIST, nav="imports", status=422,
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


def carrier(request: Request) -> Carrier:
    """What passes files on with the token of who asks."""
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    found: Carrier = request.app.state.desk.services.reader(sent or session.token_of(request) or "")
    return found


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece
