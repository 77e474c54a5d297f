"""Ingest behind the pages: files on their way, mappings, quality. For tests alone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

COUNTS = ("rows_read", "accepted", "unchanged", "refused", "withdrawn", "placed", "events")


def job(name: str, state: str = "done", share: float = 1.0, **more: Any) -> dict[str, Any]:
    """An import as ingest shows it."""
    counts = dict.fromkeys(COUNTS, 0)
    return {
        "id": name, "name": f"{name}.csv", "format": "table", "mapping": "reviews", "state": state,
        "as_of": "2026-11-17T18:00:00+00:00", "coverage": {"field": None, "first": None, "last": None},
        "created_at": "2026-11-18T06:00:00+00:00", "share": share, "packed_bytes": 4096, "sent_by": "w-0020",
        **counts, **more,
    }  # fmt: skip


JOBS = (
    job("night", rows_read=5_001, accepted=4_872, refused=128, unchanged=4_800, withdrawn=3, events=75),
    job("older", rows_read=400, accepted=400, placed=12, older_than="2026-11-17T18:00:00+00:00", events=12),
)
RESULTS = ("valid", "blank", "missing", "unreadable", "not-in-list", "future", "duplicate")


def field(name: str, faulty: int, what: str, **more: Any) -> dict[str, Any]:
    """A field of quality as ingest shows it."""
    results = {**dict.fromkeys(RESULTS, 0), "valid": 900 - faulty, "blank": 100, what: faulty}
    example = {"result": what, "import": "night", "rows": [7, 19]}
    return {
        "source": "mosaic/reviews", "shape": "table/mosaic/reviews", "field": name, "checked": 1_000,
        "faulty": faulty, "score": (1_000 - faulty) / 10, "results": results, "examples": [example], **more,
    }  # fmt: skip


QUALITY = {
    "source": None, "from": "2026-08-18", "to": "2026-11-18", "checked": 2_000, "faulty": 60, "score": 97.0,
    "sources": [{"source": "mosaic/reviews", "checked": 2_000, "faulty": 60, "score": 97.0}],
    "fields": [field("completed", 50, "future"), field("due", 10, "unreadable")],
    "series": [
        {"day": "2026-11-16", "imports": 1, "checked": 1_000, "faulty": 50, "score": 95.0},
        {"day": "2026-11-17", "imports": 2, "checked": 1_000, "faulty": 10, "score": 99.0},
    ],
    "imports": [
        {"id": "night", "name": "night.csv", "at": "2026-11-18T06:00:00+00:00", "checked": 1_000,
         "faulty": 10, "score": 99.0},
    ],
}  # fmt: skip
MAPPING = """format: table
title: Reviews of Mosaic
source: mosaic/reviews
key: Review ID
fields: {received: Received, kind: [Type, Sort]}
values: {kind: {Rev: review}}
dates: ["%d/%m/%Y"]
coverage: all
"""
TRIAL: dict[str, Any] = {
    "causes": [
        {"rows": 2, "column": "Received", "reason": "there is no such day in that month.",
         "remedy": "Correct Received in the case system.", "first_row": 7, "value": "31/02/2026"},
    ],
    "faults": [{"field": "completed", "result": "future", "rows": 3}],
    "samples": [{"row": 2, "told": 'R1 {"received":"2026-11-02"}'}],
}  # fmt: skip
NONE: dict[str, Any] = {"sources": [], "fields": [], "series": [], "imports": []}
NOTHING: dict[str, Any] = {**QUALITY, **NONE, "checked": 0, "faulty": 0, "score": None}


ingest = APIRouter()
sent: dict[str, list[float]] = {}
"""The shares at which a file that was sent will still be seen."""
kept: dict[str, str] = {}
"""Mappings that were kept, by name."""


@ingest.get("/v1/imports")
async def listed(request: Request) -> dict[str, Any]:
    jobs = () if request.app.state.backend.scene == "empty" else JOBS
    return {"imports": list(jobs), "next_cursor": None}


@ingest.post("/v1/imports")
async def take(request: Request) -> Response:
    body = await request.body()
    asked = dict(request.query_params)
    request.app.state.backend.commands.append(("imports", asked, {"body": body.decode()}))
    if asked.get("format") == "xes":
        return JSONResponse({"title": "No", "detail": "The file looks like table, not like xes."}, 422)
    sent["sent"] = [0.25, 0.75]
    return JSONResponse(job("sent", "running", 0.0), 202)


@ingest.get("/v1/imports/{name}")
async def one(name: str) -> dict[str, Any]:
    if name != "sent":
        return next(found for found in JOBS if found["id"] == name)
    if sent.get(name):
        share = sent[name].pop(0)
        return job(name, "running", share, rows_read=round(share * 1_000), seconds_left=90.0, rate=500.0)
    state = "cancelled" if name not in sent else "done"
    return job(name, state, rows_read=1_000, accepted=1_000, events=1_000)


@ingest.get("/v1/imports/{name}/rejects")
async def rejects(name: str) -> Response:
    told = {"content-disposition": f'attachment; filename="rejects-{name}.csv"'}
    return PlainTextResponse("row,column\r\n7,due\r\n", headers=told, media_type="text/csv")


@ingest.post("/v1/imports/{name}/cancel")
async def cancel(name: str) -> dict[str, Any]:
    sent.pop(name, None)
    return job(name, "cancelled")


@ingest.get("/v1/mappings")
async def mappings() -> dict[str, Any]:
    own = {"name": "reviews", "title": "Reviews of Mosaic", "format": "table", "source": "mosaic/reviews"}
    return {"mappings": [{**own, "version": 2, "shipped": False}]}


@ingest.get("/v1/mappings/reviews")
async def mapping() -> Response:
    own = kept.get("reviews", MAPPING)
    version = f'"{2 + ("reviews" in kept)}"'
    return PlainTextResponse(own, media_type="application/yaml", headers={"ETag": version})


@ingest.get("/v1/mappings/{name}")
async def mapping_kept(name: str) -> Response:
    if name not in kept:
        raise HTTPException(404)
    return PlainTextResponse(kept[name], media_type="application/yaml", headers={"ETag": '"1"'})


@ingest.put("/v1/mappings/{name}")
async def keep(name: str, request: Request) -> Response:
    text = (await request.body()).decode()
    if "format:" not in text:
        wrong = {"message": "The mapping names no format; known are table, steps, cld, xes."}
        return JSONResponse({"detail": "It cannot be used.", "errors": [wrong]}, 422)
    known = 2 if name == "reviews" else 0
    if request.headers["if-match"] != f'"{known + (name in kept)}"':
        return JSONResponse({"title": "Somebody else was first"}, 412)
    kept[name] = text
    return JSONResponse({"name": name})


@ingest.post("/v1/mappings/reviews/check")
async def check(request: Request) -> dict[str, Any]:
    rows = (await request.body()).count(b"\n") - 1
    return {**TRIAL, "taken": rows, "refused": 2}


@ingest.post("/v1/mappings/draft")
async def draft(request: Request) -> Response:
    return PlainTextResponse(f"format: table\nsource: {request.query_params['source']}\n")


@ingest.get("/v1/quality")
async def quality(request: Request) -> dict[str, Any]:
    return NOTHING if request.app.state.backend.scene == "empty" else QUALITY


@ingest.get("/v1/quality.csv")
async def quality_file() -> Response:
    return PlainTextResponse("source,field\r\n", media_type="text/csv")
