"""Dead letters: list them, look at one, send one again as it was or mended."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from runtime.auth import Principal, needs
from runtime.http import not_found
from runtime.problems import Problem
from services.ingest.api.bodies import Room
from services.ingest.api.described import problems
from services.ingest.api.ports import Letters
from services.ingest.domain.edge import Edge
from services.ingest.domain.letters import Letter
from services.ingest.flow import Log, replay

MENDED_BYTES = 1024 * 1024
Id = Annotated[str, Path(pattern=r"^\d{1,9}-\d{1,18}$", description="Partition and offset of the letter.")]


def router(letters: Letters, event_log: Log, edge: Edge, room: Room) -> APIRouter:
    """The routes of dead letters, for operators."""
    routes = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])

    @routes.get("", summary="Records that could not be read, newest first.", responses=problems())
    async def list_letters(
        who: Principal = needs("operator"), limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> dict[str, Any]:
        return {"dead_letters": [_shown(one) for one in await letters.newest(who.tenant, limit)]}

    @routes.get("/{letter_id}", summary="One dead letter with its content.", responses=problems(MISSING))
    async def get_letter(letter_id: Id, who: Principal = needs("operator")) -> dict[str, Any]:
        letter = await _found(letters, who, letter_id)
        return {**_shown(letter), "value": _text(letter.value)}

    @routes.post(
        "/{letter_id}/replay",
        status_code=202,
        summary="Append it to its topic again: as it was, or the mended event in the body. It counts once.",
        responses=problems(REPLAYING),
        openapi_extra={"requestBody": REQUEST_BODY},
    )
    async def replay_letter(
        letter_id: Id, request: Request, who: Principal = needs("operator")
    ) -> JSONResponse:
        letter = await _found(letters, who, letter_id)
        async with room.body(request, MENDED_BYTES) as body:
            refused = await replay(letter, body or None, who.tenant, edge, event_log)
        if refused is not None:
            raise Problem(422, "It still cannot be read", refused.detail, reason=refused.reason)
        return JSONResponse({"accepted": 1, "topic": letter.topic}, 202)

    return routes


async def _found(letters: Letters, who: Principal, letter_id: str) -> Letter:
    letter = await letters.find(who.tenant, letter_id)
    if letter is None:
        raise not_found()
    return letter


def _shown(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "reason": letter.headers.get("primed-reason", ""),
        "service": letter.headers.get("primed-service", ""),
        "topic": letter.topic,
        "partition": letter.headers.get("primed-partition", ""),
        "offset": letter.headers.get("primed-offset", ""),
        "key": _text(letter.key),
        "bytes": len(letter.value or b""),
    }


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "backslashreplace")


MISSING = {404: "There is no such dead letter for you."}
REPLAYING = {
    **MISSING,
    413: "The event is too large.",
    422: "It still cannot be read.",
}
REQUEST_BODY = {
    "required": False,
    "description": "The mended event; without a body the record is sent again as it was.",
    "content": {"application/cloudevents+json": {"schema": {"type": "object"}}},
}
