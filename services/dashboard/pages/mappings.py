"""Mappings: which there are, how each reads a file, one tried on a file, proposed from a file, and kept."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.domain import imports, mappings
from services.dashboard.domain.mappings import Shown, Trial
from services.dashboard.domain.refusals import Away, Missing, Refused
from services.dashboard.flow import Asked, Part
from services.dashboard.pages import desk
from services.dashboard.pages.imports import Sender
from services.dashboard.pages.uploads import carrier, received
from services.dashboard.stories import imports as stories

router = APIRouter()
NAME = r"[a-z0-9][a-z0-9-]{0,79}"
Name = Annotated[str, Path(pattern=f"^{NAME}$")]
NO_FILE = "Choose a file"
NO_NAME = "Give it a name of small letters, digits and hyphens, such as mosaic-reviews"
TAKEN = "There is a mapping of this name; choose another one, or change that one on its own page"
MOST_TEXT = 64 * 1024
"""As long as ingest takes a mapping."""
KEPT = "mapping-kept"


@router.get("/mappings", response_class=HTMLResponse)
async def listed(request: Request, who: Sender) -> Response:
    """Every mapping, with a form that proposes one for a file."""
    return await _list(request, who)


@router.post("/mappings/draft", response_class=HTMLResponse)
async def draft(request: Request, who: Sender) -> Response:
    """Propose a mapping for the file of the form."""
    async with received(request) as sent:
        params = {key: sent.fields[key] for key in ("source", "noun") if sent.fields.get(key)}
        if sent.file is None:
            return await _list(request, who, errors=(NO_FILE,), values=sent.fields)
        try:
            body = await carrier(request).upload("/v1/mappings/draft", params, sent.pieces(), size=sent.size)
        except (Refused, Away) as refused:
            return await _list(request, who, errors=_said(refused), values=sent.fields)
        return await _list(request, who, values=sent.fields, proposed=(sent.name, body.decode()))


@router.post("/mappings", response_class=HTMLResponse)
async def keep(request: Request, who: Sender) -> Response:
    """Keep a new mapping under a name that no other has."""
    async with received(request, MOST_TEXT) as sent:
        name, text = sent.fields.get("name", ""), sent.fields.get("text", "")
    errors: tuple[str, ...] = (NO_NAME,)
    if re.fullmatch(NAME, name):
        errors = (TAKEN,) if await _is_there(request, name) else await _kept(request, name, text, 0)
    if not errors:
        return desk.onward(f"/mappings/{name}", KEPT)
    return await _list(request, who, errors=errors, values=sent.fields, proposed=("your file", text))


@router.post("/mappings/{name}", response_class=HTMLResponse)
async def change(request: Request, who: Sender, name: Name) -> Response:
    """Keep a mapping as it was changed on its page, unless somebody else changed it meanwhile."""
    async with received(request, MOST_TEXT) as sent:
        text = sent.fields.get("text", "")
    errors = await _kept(request, name, text, desk.version(sent.fields) or 0)
    return (
        await _one(request, who, name, errors=errors, text=text)
        if errors
        else desk.onward(f"/mappings/{name}", KEPT)
    )


@router.get("/mappings/{name}", response_class=HTMLResponse)
async def one(request: Request, who: Sender, name: Name) -> Response:
    """How a mapping reads a file."""
    return await _one(request, who, name)


@router.post("/mappings/{name}/check", response_class=HTMLResponse)
async def check(request: Request, who: Sender, name: Name) -> Response:
    """Try the mapping on the file of the form; nothing is sent."""
    async with received(request) as sent:
        if sent.file is None:
            return await _one(request, who, name, errors=(NO_FILE,))
        try:
            body = await carrier(request).upload(
                f"/v1/mappings/{name}/check", {}, sent.pieces(), size=sent.size
            )
        except (Refused, Away) as refused:
            return await _one(request, who, name, errors=_said(refused))
        trial = msgspec.json.decode(body, type=Trial)
        return await _one(request, who, name, trial=trial, file=sent.name)


async def _list(
    request: Request,
    who: Sender,
    *,
    errors: tuple[str, ...] = (),
    values: object = None,
    proposed: tuple[str, str] | None = None,
) -> Response:
    asking = desk.asked(request, who)
    return await desk.show(
        request, who, asking, "mappings.html", {"list": stories.mapped}, nav="imports",
        errors=errors, values=values or {}, proposed=proposed,
        kinds=mappings.KINDS,
    )  # fmt: skip


async def _one(
    request: Request,
    who: Sender,
    name: str,
    *,
    errors: tuple[str, ...] = (),
    trial: Trial | None = None,
    file: str = "",
    text: str = "",
) -> Response:
    asking = desk.asked(request, who)
    return await desk.show(
        request, who, asking, "mapping.html", {"mapping": _read(request, name)}, nav="imports",
        errors=errors, trial=trial, file=file, text=text, told=imports,
    )  # fmt: skip


def _read(request: Request, name: str) -> Part:
    async def read(asked: Asked) -> Shown:
        body, told = await carrier(request).fetch("ingest", f"/v1/mappings/{name}", {})
        return mappings.shown(name, body.decode(), int(told.get("etag", "0").strip('"')))

    return read


async def _is_there(request: Request, name: str) -> bool:
    try:
        await carrier(request).fetch("ingest", f"/v1/mappings/{name}", {})
    except Missing:
        return False
    return True


async def _kept(request: Request, name: str, text: str, version: int) -> tuple[str, ...]:
    """Keep a mapping; answers with what is wrong with it, nothing where it is kept."""
    lines = text.replace("\r\n", "\n") + "\n"  # a browser ends lines its own way, and the last one not
    try:
        await carrier(request).save(f"/v1/mappings/{name}", lines, version=version)
    except (Refused, Away) as refused:
        return _said(refused)
    return ()


def _said(refused: Refused | Away) -> tuple[str, ...]:
    return getattr(refused, "problems", ()) or (str(refused),)
