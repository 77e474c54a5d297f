"""Imports: upload a file, watch it go into the log, fetch what was refused, cancel it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from runtime.auth import Principal, needs
from runtime.problems import Problem
from services.ingest.api import resuming
from services.ingest.api.bodies import media_type
from services.ingest.api.described import problems
from services.ingest.api.desk import MISSING, READERS, SENDERS, Desk, described, earlier, found
from services.ingest.api.resuming import NOT_YET, Complete, Digest, Length, answered, told_of
from services.ingest.api.tables import csv_lines
from services.ingest.api.uploading import Asked
from services.ingest.domain.imports import ENDED, Import

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


def router(desk: Desk) -> APIRouter:
    """The routes of imports."""
    routes = APIRouter(tags=["imports"])
    _sending(routes, desk)
    resuming.routes_of(routes, desk)
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
        complete: Complete = None,
        length: Length = None,
        digest: Digest = None,
        who: Principal = needs(*SENDERS),
    ) -> JSONResponse:
        if media_type(request).startswith("multipart/"):
            raise Problem(415, "Wrong type of body", "Send the file itself as the body, not a form.")
        asked_as = None if idempotency_key is None else f"{who.subject}/{idempotency_key}"
        if complete == NOT_YET:
            return await resuming.begin(desk, request, asked, who, asked_as, told_of(length, digest))
        job = await desk.receiver.receive(request, asked, who, asked_as)
        first = await _added(desk, job)
        return answered(desk, first, replayed=first is not job)

    @routes.post(
        "/v1/imports/{import_id}/cancel",
        summary="Stop an import where it is; what the log has of it stays.",
        responses=problems(MISSING),
    )
    async def cancel_import(import_id: str, who: Principal = needs(*SENDERS)) -> dict[str, Any]:
        job = await found(desk, who, import_id)
        await desk.imports.cancel(job)
        if job.state in ("uploading", "queued"):
            desk.uploads.drop(job.id)
        return described(desk, await found(desk, who, import_id))


def _reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/imports", summary="Imports, newest first.", responses=problems(MISSING))
    async def list_imports(
        who: Principal = needs(*READERS),
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=64)] = None,
    ) -> dict[str, Any]:
        before = None if cursor is None else await found(desk, who, cursor)
        jobs = await desk.imports.newest(who.tenant, before, limit + 1)
        more = len(jobs) > limit
        items = [described(desk, job) for job in jobs[:limit]]
        return {"imports": items, "next_cursor": jobs[limit - 1].id if more else None}

    @routes.get("/v1/imports/{import_id}", summary="How far an import has come.", responses=problems(MISSING))
    async def get_import(import_id: str, who: Principal = needs(*READERS)) -> dict[str, Any]:
        return described(desk, await found(desk, who, import_id))


def _refusals(routes: APIRouter, desk: Desk) -> None:
    @routes.get(
        "/v1/imports/{import_id}/rejects",
        summary="What was refused, as CSV: row, column, value, reason and what to do.",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}, **problems(MISSING)},
    )
    async def get_rejects(import_id: str, who: Principal = needs(*READERS)) -> StreamingResponse:
        job = await found(desk, who, import_id)
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
        return await found(desk, who, import_id)

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
                data=described(desk, one),
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
    return await earlier(desk, job)


async def _watch(desk: Desk, job: Import, known: str | None) -> AsyncIterator[Import]:
    """The import each time that it has moved from what is known, the last time when it is over."""
    job = desk.seen(job)
    if job.version != known or job.state in ENDED:
        yield job
    loop = asyncio.get_running_loop()
    until = loop.time() + WATCH_AT_MOST_S
    while job.state not in ENDED and loop.time() < until:
        await asyncio.sleep(WATCH_EVERY_S)
        now = await desk.imports.find(job.tenant, job.id)
        if now is not None and (now := desk.seen(now)) != job:
            job = now
            yield job


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
