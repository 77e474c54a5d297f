"""Imports: upload a file, watch it go into the log, fetch what was refused, cancel it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from runtime.auth import Principal, needs
from runtime.http import not_found
from services.ingest.api.described import problems
from services.ingest.api.ports import Imports, Uploads
from services.ingest.api.tables import csv_lines
from services.ingest.api.uploading import Asked, Receiver
from services.ingest.domain.imports import ENDED, Import

READERS = ("feeder", "operator", "analyst", "service")
SENDERS = ("feeder", "operator")
WATCH_EVERY_S = 0.25
WATCH_AT_MOST_S = 3600.0


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
    _following(routes, desk)
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
        request: Request, asked: Annotated[Asked, Query()], who: Principal = needs(*SENDERS)
    ) -> JSONResponse:
        job = await desk.receiver.receive(request, asked, who)
        try:
            await desk.imports.add(job)
        except BaseException:
            desk.uploads.drop(job.id)
            raise
        desk.call()
        return JSONResponse(shown(job, desk.clock()), 202, {"Location": f"/v1/imports/{job.id}"})

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


def _following(routes: APIRouter, desk: Desk) -> None:
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

    async def watched(import_id: str, who: Principal = needs(*READERS)) -> Import:
        return await _found(desk, who, import_id)

    @routes.get(
        "/v1/imports/{import_id}/events",
        summary="Progress as server-sent events, until the import is over.",
        response_class=EventSourceResponse,
        responses=problems(MISSING),
    )
    async def watch_import(job: Import = Depends(watched)) -> AsyncIterator[ServerSentEvent]:
        async for one in _watch(desk, job):
            over = one.state in ENDED
            yield ServerSentEvent(
                data=shown(one, desk.clock()), event="ended" if over else "progress", id=str(one.rows_read)
            )


async def _watch(desk: Desk, job: Import) -> AsyncIterator[Import]:
    """The import each time that it has moved, the last time when it is over."""
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
    """An import as answers show it; `accepted` and `refused` are rows, `events` what the log acknowledged."""
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
        "note": job.note,
        "error": job.error,
        "packed_bytes": job.packed_bytes,
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
