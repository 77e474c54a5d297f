"""Trying a mapping on a file, and having one proposed; nothing is kept and nothing enters the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, Protocol, TypeVar

from fastapi import APIRouter, Query, Request, Response

from runtime.auth import Principal, needs
from runtime.http import not_found
from runtime.problems import wrong
from services.ingest.api.bodies import Room
from services.ingest.api.described import problems
from services.ingest.api.mappings import MISSING, Name
from services.ingest.api.ports import Mappings
from services.ingest.domain.mapping import AnyMapping, parse
from services.ingest.domain.rows import Noun, UnreadableFile
from services.ingest.domain.trial import Trial

P = ParamSpec("P")
T = TypeVar("T")
TRIERS = ("feeder", "operator", "analyst")
MOST_BYTES = 16 * 1024 * 1024
MOST_ROWS = 20_000
"""A trial reads so many rows: enough to see what is wrong, and over in a moment."""
MOST_CAUSES = 20
SAMPLES = 3
Source = Annotated[str, Query(pattern=r"^[A-Za-z0-9._~/-]{1,200}$", description="A name for the feed.")]


class Trials(Protocol):
    """Where mappings are tried; both raise `UnreadableFile`."""

    def draft(self, body: bytes, source: str, noun: Noun) -> str: ...
    def check(self, body: bytes, mapping: AnyMapping, samples: int, most: int) -> Trial: ...


def router(mappings: Mappings, trials: Trials, room: Room) -> APIRouter:
    """The routes over what tries them."""
    routes = APIRouter(tags=["mappings"])
    _drafting(routes, trials, room)
    _checking(routes, mappings, trials, room)
    return routes


def _drafting(routes: APIRouter, trials: Trials, room: Room) -> None:
    @routes.post(
        "/v1/mappings/draft",
        summary="Propose a mapping for a table (the body): YAML, to be read by somebody who knows the table.",
        response_class=Response,
        responses={200: {"content": {"application/yaml": {}}}, **problems(TRYING)},
        openapi_extra={"requestBody": FILE},
    )
    async def draft_mapping(
        request: Request,
        source: Source = "casesystem/export",
        noun: Noun = "work",
        who: Principal = needs(*TRIERS),
    ) -> Response:
        async with room.body(request, MOST_BYTES) as body:
            text = await _tried(trials.draft, body, source, noun)
        return Response(text, media_type="application/yaml")


def _checking(routes: APIRouter, mappings: Mappings, trials: Trials, room: Room) -> None:
    @routes.post(
        "/v1/mappings/{name}/check",
        summary=f"What a mapping makes of a file (the body), of its first {MOST_ROWS:,} rows.",
        responses=problems({**MISSING, **TRYING}),
        openapi_extra={"requestBody": FILE},
    )
    async def check_mapping(name: Name, request: Request, who: Principal = needs(*TRIERS)) -> dict[str, Any]:
        kept = await mappings.find(who.tenant, name)
        if kept is None:
            raise not_found()
        async with room.body(request, MOST_BYTES) as body:
            return _shown(await _tried(trials.check, body, parse(kept.body), SAMPLES, MOST_ROWS))


async def _tried(trying: Callable[P, T], /, *given: P.args, **more: P.kwargs) -> T:
    """Off the loop, for it takes a moment."""
    try:
        return await asyncio.to_thread(trying, *given, **more)
    except UnreadableFile as error:
        raise wrong(str(error), field="body", reason="file") from error


def _shown(found: Trial) -> dict[str, Any]:
    causes = [(one.rows, one.first) for one in found.causes(MOST_CAUSES)]
    return {
        "taken": found.taken,
        "beside": found.beside,
        "refused": found.refused,
        "whole": found.whole,
        "causes": [
            {
                "rows": rows,
                "column": first.column,
                "reason": first.reason,
                "remedy": first.remedy,
                "first_row": first.row,
                "value": first.value,
            }
            for rows, first in causes
        ],
        "faults": [
            {"field": field, "result": result, "rows": rows}
            for (field, result), rows in found.faults.most_common()
        ],
        "samples": [{"row": number, "told": told} for number, told in found.samples],
    }


TRYING = {
    400: "The body ended early.",
    413: f"The file is larger than {MOST_BYTES // 2**20} MiB; `primed mapping` tries any.",
    422: "The file cannot be read.",
    503: "Too much at once: repeat after `Retry-After` seconds.",
}
FILE = {
    "required": True,
    "description": "The file itself, plain or gzip.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
