"""`POST /v1/events`: one event or a batch, answered when the log has them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter, Request, Response

from runtime import telemetry
from runtime.auth import Principal, needs
from runtime.problems import Problem
from schemas.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE
from services.ingest.api.bodies import Room, media_type
from services.ingest.api.described import problems
from services.ingest.domain.edge import Edge, Refused
from services.ingest.flow import Log, Taken, take
from services.ingest.mixing import Exported

EVENTS = telemetry.counter(
    "ingest_events_total",
    "Events sent to POST /v1/events, by what became of them: a rising share of one reason is a broken feed.",
    ("outcome",),
)

ACCEPTED, DUPLICATES = EVENTS.labels("accepted"), EVENTS.labels("duplicate")

JSON = "application/json"
BINARY = "binary"
BOM = b"\xef\xbb\xbf"
_SPLIT = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may carry, in bytes and events."""

    event_bytes: int
    batch_bytes: int
    batch_events: int


def router(event_log: Log, edge: Edge, limits: Limits, room: Room, exported: Exported) -> APIRouter:
    """The route, into `event_log`."""
    routes = APIRouter(tags=["events"])

    @routes.post(
        "/v1/events",
        status_code=202,
        summary="Send one CloudEvent or a batch; 202 means that the log has what is counted as accepted.",
        responses=problems(PROBLEMS),
        openapi_extra={"requestBody": REQUEST_BODY},
    )
    async def post_events(request: Request, who: Principal = needs("feeder")) -> Response:
        kind = _kind(request)
        limit = limits.event_bytes if kind in (CONTENT_TYPE, BINARY) else limits.batch_bytes
        async with room.body(request, limit, f"{who.tenant}/{who.subject}") as body:
            raws, is_batch = _parts(kind, body.removeprefix(BOM), request, limits)
            taken = await take(raws, who.tenant, edge, event_log, exported)
        _count(taken)
        return _answer(taken, is_batch, len(raws))

    return routes


def _count(taken: Taken) -> None:
    ACCEPTED.inc(taken.accepted)
    if taken.duplicates:
        DUPLICATES.inc(taken.duplicates)
    for _, event in taken.refused:
        EVENTS.labels(event.reason).inc()


def _kind(request: Request) -> str:
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed != "identity":
        raise Problem(
            415,
            "Wrong type of body",
            f"Events are sent unpacked, not in {packed[:40]}; a packed file goes to /v1/imports.",
            headers={"Accept-Encoding": "identity"},
        )
    kind = media_type(request)
    if kind in (CONTENT_TYPE, BATCH_CONTENT_TYPE):
        return kind
    if kind != JSON:
        raise Problem(
            415,
            "Wrong type of body",
            f"Send {CONTENT_TYPE}, {BATCH_CONTENT_TYPE} or {JSON}, not {kind[:100] or 'no type'}.",
        )
    return BINARY if "ce-specversion" in request.headers else JSON


def _parts(kind: str, body: bytes, request: Request, limits: Limits) -> tuple[Sequence[bytes], bool]:
    """The events of a body, each as it was written, and whether it was a batch."""
    if kind == BINARY:
        return [_structured(request.headers, body)], False
    is_array = body.lstrip(b" \t\r\n").startswith(b"[")
    if kind == CONTENT_TYPE or (kind == JSON and not is_array):
        if len(body) > limits.event_bytes:
            raise _too_large(f"A single event may have at most {limits.event_bytes:,} bytes.")
        return [body], False
    try:
        parts = _SPLIT.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(422, _TITLE, "A batch is a JSON array of events, in brackets.") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"The batch is not valid JSON: {error}.") from error
    if len(parts) > limits.batch_events:
        raise _too_large(f"A batch may have at most {limits.batch_events:,} events; send several.")
    return [bytes(part) for part in parts], True


def _structured(headers: Mapping[str, str], body: bytes) -> bytes:
    """An event in binary mode (attributes in `ce-` headers, data as the body) as structured JSON."""
    given = {name[3:]: unquote(text) for name, text in headers.items() if name.startswith("ce-")}
    whole: dict[str, Any] = {**given, "datacontenttype": JSON}
    if (version := given.get("rulesversion", "")).isdecimal():
        whole["rulesversion"] = int(version[:18])
    head = json.dumps(whole)[:-1].encode()
    return head + b', "data": ' + (body.strip() or b"{}") + b"}"


def _answer(taken: Taken, is_batch: bool, sent: int) -> Response:
    refused = [_shown(index, event) for index, event in taken.refused]
    if refused and len(refused) == sent:
        first = taken.refused[0][1]
        if not is_batch and first.reason == "not-json":
            raise _unreadable(first.detail)
        detail = f"All {sent:,} events are refused; `refused` says why." if is_batch else first.detail
        raise Problem(422, _TITLE, detail, accepted=0, refused=refused)
    duplicates = {"duplicates": taken.duplicates} if taken.duplicates else {}
    body = msgspec.json.encode({"accepted": taken.accepted, **duplicates, "refused": refused})
    return Response(body, 202, media_type=JSON)


def _shown(index: int, event: Refused) -> dict[str, Any]:
    shown = {"index": index, "id": event.id, "reason": event.reason, "detail": event.detail}
    return shown if event.field is None else {**shown, "field": event.field}


def _unreadable(detail: str) -> Problem:
    return Problem(400, "The request cannot be read", detail)


def _too_large(detail: str) -> Problem:
    return Problem(413, "Too large", detail)


_TITLE = "Something in the events is wrong"
_EVENT = {"type": "object", "required": ["specversion", "id", "source", "type", "subject", "time", "data"]}
_BATCH = {"type": "array", "items": _EVENT}
REQUEST_BODY = {
    "required": True,
    "description": "Types and their data: GET /v1/types.",
    "content": {
        CONTENT_TYPE: {"schema": _EVENT},
        BATCH_CONTENT_TYPE: {"schema": _BATCH},
        JSON: {"schema": {"anyOf": [_EVENT, _BATCH]}},
    },
}
PROBLEMS = {
    400: "The body is not JSON.",
    413: "The body or the batch is too large.",
    415: "The body's type is not taken.",
    422: "No event can be taken; `refused` says why each.",
    429: "The caller has too much on its way: repeat after `Retry-After` seconds.",
    503: "Kafka is away or ingest is full: repeat after `Retry-After` seconds.",
}
