"""Imports: upload a file, watch it go into the log, fetch what was refused, cancel it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from runtime.auth import Principal, needs
from runtime.http import not_found
from runtime.problems import REASONS, Problem
from services.ingest.api.described import problems
from services.ingest.api.ports import Imports, Uploads
from services.ingest.api.tables import csv_lines
from services.ingest.api.uploading import Asked, Receiver
from services.ingest.domain.imports import ENDED, Import

READERS = ("feeder", "operator", "analyst", "service")
SENDERS = ("feeder", "operator", "analyst")
STOPPED = "over"
"""The event id after which a reader that comes again is told to stop."""
WATCH_EVERY_S = 0.25
WATCH_AT_MOST_S = 3600.0

Key = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Any unique text; a repeat with the same is answered with the first one's import.",
    ),
]
LastEventId = Annotated[str | None, Header(max_length=40, description="The last event that was heard.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of imports stand on. `call` wakes the runner."""

    imports: Imports
    uploads: Uploads
    receiver: Receiver
    clock: Callable[[], dt.datetime]
    call: Callable[[], None]


def router(desk: Desk) -> APIRouter:
    """The routes of imports."""
    routes = APIRouter(tags=["imports"])
    _sending(routes, desk)
    _reading(routes, desk)
    _refusals(routes, desk)
    _watching(routes, desk)
    return routes


def _sending(routes: APIRouter, desk: Desk) -> None:
    @routes.post(
        "/v1/imports",
        status_code=202,
        summary="Upload a file (plain or gzip); it goes into the log in the background.",
        responses=problems(PROBLEMS),
        openapi_extra={"requestBody": REQUEST_BODY},
    )
    async def post_import(
        request: Request,
        asked: Annotated[Asked, Query()],
        idempotency_key: Key = None,
        who: Principal = needs(*SENDERS),
    ) -> JSONResponse:
        asked_as = None if idempotency_key is None else f"{who.subject}/{idempotency_key}"
        job = await desk.receiver.receive(request, asked, who, asked_as)
        first = await _added(desk, job)
        headers = {"Location": f"/v1/imports/{first.id}"}
        if first is not job:
            headers["Idempotency-Replayed"] = "true"
        return JSONResponse(shown(first, desk.clock()), 202, headers)

    @routes.post(
        "/v1/imports/{import_id}/cancel",
        summary="Stop an import where it is; what the log has of it stays.",
        responses=problems(MISSING),
    )
    async def cancel_import(import_id: str, who: Principal = needs(*SENDERS)) -> dict[str, Any]:
        job = await _found(desk, who, import_id)
        await desk.imports.cancel(job)
        if job.state == "queued":
            desk.uploads.drop(job.id)
        return shown(await _found(desk, who, import_id), desk.clock())


def _reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/imports", summary="Imports, newest first.", responses=problems(MISSING))
    async def list_imports(
        who: Principal = needs(*READERS),
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=64)] = None,
    ) -> dict[str, Any]:
        before = None if cursor is None else await _found(desk, who, cursor)
        jobs = await desk.imports.newest(who.tenant, before, limit + 1)
        more = len(jobs) > limit
        now = desk.clock()
        items = [shown(job, now) for job in jobs[:limit]]
        return {"imports": items, "next_cursor": jobs[limit - 1].id if more else None}

    @routes.get("/v1/imports/{import_id}", summary="How far an import has come.", responses=problems(MISSING))
    async def get_import(import_id: str, who: Principal = needs(*READERS)) -> dict[str, Any]:
        return shown(await _found(desk, who, import_id), desk.clock())


def _refusals(routes: APIRouter, desk: Desk) -> None:
    @routes.get(
        "/v1/imports/{import_id}/rejects",
        summary="What was refused, as CSV: row, column, value, reason and what to do.",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}, **problems(MISSING)},
    )
    async def get_rejects(import_id: str, who: Principal = needs(*READERS)) -> StreamingResponse:
        job = await _found(desk, who, import_id)
        lines = csv_lines(
            ("row", "column", "value", "reason", "remedy"),
            (
                (one.row, one.column, one.value, one.reason, one.remedy)
                async for one in desk.imports.rejects(job)
            ),
        )
        name = f'attachment; filename="rejects-{job.id}.csv"'
        return StreamingResponse(
            lines, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )


def _watching(routes: APIRouter, desk: Desk) -> None:
    async def watched(
        import_id: str, who: Principal = needs(*READERS), last_event_id: LastEventId = None
    ) -> Import:
        if last_event_id == STOPPED:
            raise HTTPException(204)  # the one answer after which a browser does not come again
        return await _found(desk, who, import_id)

    @routes.get(
        "/v1/imports/{import_id}/events",
        summary="Progress as server-sent events, until the import is over; Last-Event-ID goes on from there.",
        response_class=EventSourceResponse,
        responses=problems(MISSING),
    )
    async def watch_import(
        job: Import = Depends(watched), last_event_id: LastEventId = None
    ) -> AsyncIterator[ServerSentEvent]:
        async for one in _watch(desk, job, last_event_id):
            over = one.state in ENDED
            yield ServerSentEvent(
                data=shown(one, desk.clock()),
                event="ended" if over else "progress",
                id=STOPPED if over else one.version,
            )


async def _added(desk: Desk, job: Import) -> Import:
    """The new import; or the one that this very file was sent for before, under the same key."""
    try:
        if await desk.imports.add(job):
            desk.call()
            return job
    except BaseException:
        desk.uploads.drop(job.id)
        raise
    desk.uploads.drop(job.id)
    first = await desk.imports.asked(job.tenant, job.asked_as or "")
    if first is None or first.request != job.request:
        raise Problem(*REASONS["key-reused"], "Give this upload an Idempotency-Key of its own.")
    return first


async def _watch(desk: Desk, job: Import, known: str | None) -> AsyncIterator[Import]:
    """The import each time that it has moved from what is known, the last time when it is over."""
    if job.version != known or job.state in ENDED:
        yield job
    loop = asyncio.get_running_loop()
    until = loop.time() + WATCH_AT_MOST_S
    while job.state not in ENDED and loop.time() < until:
        await asyncio.sleep(WATCH_EVERY_S)
        now = await desk.imports.find(job.tenant, job.id)
        if now is not None and now != job:
            job = now
            yield job


async def _found(desk: Desk, who: Principal, import_id: str) -> Import:
    job = await desk.imports.find(who.tenant, import_id)
    if job is None:
        raise not_found()
    return job


def shown(job: Import, now: dt.datetime) -> dict[str, Any]:
    """An import as answers show it: `accepted`, `refused`, `placed` are rows, `events` what the log has.

    `share` is how much of the upload is dealt with, from 0 to 1; `rate` rows a second.
    """
    return {
        "id": job.id,
        "name": job.name,
        "format": job.format,
        "mapping": job.mapping,
        "as_of": job.as_of,
        "coverage": None if job.coverage is None else msgspec.json.decode(job.coverage),
        "state": job.state,
        "rows_read": job.rows_read,
        "accepted": job.accepted,
        "unchanged": job.unchanged,
        "refused": job.refused,
        "withdrawn": job.withdrawn,
        "events": job.events,
        "rate": job.rate(now),
        "share": job.share,
        "seconds_left": job.seconds_left(now),
        "older_than": None if job.older_than is None else job.older_than.isoformat(),
        "placed": job.placed,
        "note": job.note,
        "error": job.error,
        "packed_bytes": job.packed_bytes,
        "bytes_read": job.bytes_read,
        "digest": job.digest,
        "sent_by": job.sent_by,
        "created_at": job.created_at.isoformat(),
        "started_at": None if job.started_at is None else job.started_at.isoformat(),
        "ended_at": None if job.ended_at is None else job.ended_at.isoformat(),
        "rejects": f"/v1/imports/{job.id}/rejects" if job.refused else None,
    }


REQUEST_BODY = {
    "required": True,
    "description": "The file itself, plain or gzip.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
PROBLEMS = {
    413: "The file is too large.",
    415: "The file must be the body itself, not a form.",
    422: "The format or mapping is not known, or does not fit the file.",
    503: "The folder of uploads is full: repeat after `Retry-After` seconds.",
}
MISSING = {404: "There is no such import for you."}
