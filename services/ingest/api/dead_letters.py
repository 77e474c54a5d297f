"""Dead letters: list them, look at one, send one again as it was or mended, or all that can be read now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from runtime.auth import Principal, needs
from runtime.http import not_found
from runtime.problems import Problem, wrong
from services.ingest.api.bodies import Room
from services.ingest.api.described import problems
from services.ingest.api.ports import Letters
from services.ingest.domain.edge import Edge, Refused
from services.ingest.domain.letters import Cursor, Letter, Replay, Wanted, text_of
from services.ingest.flow import Log
from services.ingest.replaying import Replayed, Replayer, Replays

MENDED_BYTES = 1024 * 1024
AT_ONCE = 1_000
Id = Annotated[str, Path(pattern=r"^\d{1,9}-\d{1,18}$", description="Partition and offset of the letter.")]
Reason = Annotated[str | None, Query(max_length=80, description="Only letters with this reason.")]
Service = Annotated[str | None, Query(max_length=80, description="Only letters of this service.")]


@dataclass(frozen=True, slots=True)
class Office:
    """What the routes of dead letters stand on."""

    letters: Letters
    replays: Replays
    log: Log
    edge: Edge
    room: Room
    clock: Callable[[], dt.datetime]

    def replayer(self, who: Principal) -> Replayer:
        """Sends letters again for this operator."""
        return Replayer(who.tenant, who.subject, self.edge, self.log, self.replays, self.clock)


def router(office: Office) -> APIRouter:
    """The routes of dead letters, for operators."""
    routes = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])
    _reading(routes, office)
    _replaying(routes, office)
    _mending(routes, office)
    return routes


def _reading(routes: APIRouter, office: Office) -> None:
    @routes.get("", summary="Records that could not be read, newest first.", responses=problems())
    async def list_letters(
        who: Principal = needs("operator"),
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        reason: Reason = None,
        service: Service = None,
    ) -> dict[str, Any]:
        found = await office.letters.newest(Wanted(who.tenant, reason, service), limit)
        again = await office.replays.of(who.tenant, [one.id for one in found])
        return {"dead_letters": [_shown(one, again.get(one.id, ())) for one in found]}

    @routes.get("/{letter_id}", summary="One dead letter with its content.", responses=problems(MISSING))
    async def get_letter(letter_id: Id, who: Principal = needs("operator")) -> dict[str, Any]:
        letter = await _found(office, who, letter_id)
        again = await office.replays.of(who.tenant, [letter.id])
        return {**_shown(letter, again.get(letter.id, ())), "value": text_of(letter.value)}


def _replaying(routes: APIRouter, office: Office) -> None:
    @routes.post(
        "/replay",
        status_code=202,
        summary="Append all letters with a reason again, as after an upgrade: those not replayed before. "
        "The oldest first, in pages: go on with next_cursor until it is null.",
        responses=problems(),
    )
    async def replay_letters(
        reason: Annotated[str, Query(min_length=1, max_length=80, description="Of these letters.")],
        who: Principal = needs("operator"),
        service: Service = None,
        limit: Annotated[int, Query(ge=1, le=AT_ONCE, description="Letters of one page.")] = AT_ONCE,
        cursor: Annotated[
            str | None, Query(max_length=80, description="next_cursor of the page before.")
        ] = None,
    ) -> JSONResponse:
        after = None if cursor is None else Cursor.said(cursor)
        if cursor is not None and after is None:
            raise wrong("Give the next_cursor of the page before, or none to begin.", field="cursor")
        page = await office.letters.page(Wanted(who.tenant, reason, service), after, limit)
        told = _told(await office.replayer(who).all(page.letters))
        going_on = {"left": page.left, "next_cursor": page.next.text if page.next else None}
        return JSONResponse({**told, **going_on}, 202)


def _mending(routes: APIRouter, office: Office) -> None:
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
        letter = await _found(office, who, letter_id)
        before = (await office.replays.of(who.tenant, [letter.id])).get(letter.id, ())
        async with office.room.body(request, MENDED_BYTES) as body:
            done = await office.replayer(who).one(letter, body or None)
        if isinstance(done, Refused):
            raise Problem(422, "It still cannot be read", done.detail, reason=done.reason)
        answer = {"accepted": 1, "topic": letter.topic, "event": done.event, "source": done.source}
        return JSONResponse({**answer, "before": [_replayed(one) for one in before]}, 202)


async def _found(office: Office, who: Principal, letter_id: str) -> Letter:
    letter = await office.letters.find(who.tenant, letter_id)
    if letter is None:
        raise not_found()
    return letter


def _shown(letter: Letter, replays: Sequence[Replay]) -> dict[str, Any]:
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "reason": letter.reason,
        "service": letter.service,
        "topic": letter.topic,
        "partition": letter.headers.get("primed-partition", ""),
        "offset": letter.headers.get("primed-offset", ""),
        "key": text_of(letter.key),
        "bytes": len(letter.value or b""),
        "replays": [_replayed(one) for one in replays],
    }


def _replayed(replay: Replay) -> dict[str, Any]:
    return {"at": replay.at.isoformat(), "by": replay.by, "mended": replay.mended, "event": replay.event}


def _told(found: Replayed) -> dict[str, Any]:
    return {
        "accepted": len(found.done),
        "replayed_before": found.before,
        "refused": [
            {"id": letter.id, "reason": why.reason, "detail": why.detail} for letter, why in found.refused
        ],
    }


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
