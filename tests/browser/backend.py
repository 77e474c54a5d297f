"""The services behind the pages, as far as pages ask them, with an invented council. For tests alone."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.browser import council, files, further

SERVICE = {
    "measures": "metrics",
    "figures": "metrics",
    "series": "metrics",
    "reports": "metrics",
    "explain": "metrics",
    "events": "metrics",
    "items": "metrics",
    "work": "metrics",
    "feeds": "metrics",
    "meetings": "actions",
    "purposes": "actions",
    "commitments": "actions",
    "escalations": "notify",
    "rules": "notify",
    "imports": "ingest",
    "mappings": "ingest",
    "quality": "ingest",
    "funnel": "metrics",
    "effects": "metrics",
    "restatements": "metrics",
}


@dataclass
class Backend:
    """What the services answer now: the scene, who is away, and which commands came."""

    scene: str = "busy"
    away: set[str] = field(default_factory=set)
    commands: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    meeting_state: str = "scheduled"
    reviewed: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    def reset(self, scene: str = "busy") -> None:
        """Begin a scene anew."""
        self.scene, self.away, self.commands = scene, set(), []
        self.meeting_state, self.reviewed, self.calls = "scheduled", [], 0

    def meeting(self) -> dict[str, Any]:
        """The meeting as it stands."""
        return {**council.meetings("busy")[0], "state": self.meeting_state, "reviewed": self.reviewed}

    def meta(self) -> dict[str, Any]:
        """How fresh an answer is."""
        fresh = "2026-11-17T17:02:00+00:00" if self.scene == "stale" else council.NOW.isoformat()
        return {"as_at": council.TODAY.isoformat(), "as_known": None, "fresh_at": fresh, "positions": {}}


def problem(status: int, title: str, detail: str, **more: Any) -> JSONResponse:
    """An RFC 9457 answer."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def application(backend: Backend) -> FastAPI:
    """All the services in one."""
    app = FastAPI()

    @app.middleware("http")
    async def away(request: Request, call_next: Any) -> Response:
        backend.calls += 1
        service = SERVICE.get(request.url.path.split("/")[2], "")
        if service in backend.away:
            return problem(503, "Away", "Not now.")
        if not request.headers.get("authorization", "").startswith("Bearer ey"):
            return problem(401, "Not signed in", "No token was sent.")
        answer: Response = await call_next(request)
        return answer

    app.state.backend = backend
    for router in (further.routes(), files.ingest, metrics, actions, notify):
        app.include_router(router)
    return app


def _of(request: Request) -> Backend:
    found: Backend = request.app.state.backend
    return found


Behind = Annotated[Backend, Depends(_of)]
metrics, actions, notify = APIRouter(), APIRouter(), APIRouter()


@metrics.get("/v1/measures")
def measures() -> Any:
    return {"measures": [_measure(one) for one in council.MEASURES]}


@metrics.get("/v1/figures")
def figures(backend: Behind, request: Request) -> Any:
    query = request.query_params
    found = [
        {"measure": one, "unit": unit, "period": query["period"], "value": value, "unfinished": True}
        for one in query.getlist("measure")
        for unit in query.getlist("unit")
        for value in [(council.values_of(backend.scene, one) or [None])[-1]]
    ]
    return {"figures": found, **backend.meta()}


@metrics.get("/v1/series")
def series(backend: Behind, request: Request, unit: str, grain: str = "month") -> Any:
    asked = request.query_params.getlist("measure")
    if not {*asked} <= {one[0] for one in council.MEASURES}:
        return problem(404, "Not found", "There is nothing here for you.")
    found = [council.series(backend.scene, one, unit, grain) for one in asked]
    return {**(found[0] if len(found) == 1 else {"series": found}), **backend.meta()}


@metrics.get("/v1/reports/{report}")
def report(backend: Behind, report: str, unit: str, by: str = "month") -> Any:
    if report.endswith((".csv", ".xlsx")):
        return Response("month,overdue\n2026-11,8\n", media_type="text/csv")
    rows: list[dict[str, Any]] = {
        "workload": lambda: council.workload(backend.scene, by),
        "outcomes": lambda: council.outcomes(backend.scene),
        "completed": lambda: [{"month": "2026-10", "worker": "w-0010", "completed": 40, "late": 6}],
    }[report]()
    return {
        "report": report,
        "unit": unit,
        "by": by,
        "finding": council.finding(backend.scene, report),
        "rows": rows,
        **backend.meta(),
    }


@metrics.get("/v1/work")
def work(backend: Behind, unit: str, worker: str | None = None) -> Any:
    return {**council.work(backend.scene, worker), **backend.meta()}


@metrics.get("/v1/feeds")
def feeds(backend: Behind) -> Any:
    quiet = backend.scene == "stale"
    rows = [
        {
            "source": "demo/cases",
            "cadence": "live",
            "last_known": "2026-11-17T17:02:00+00:00",
            "quiet": quiet,
        },
        {
            "source": "demo/hr",
            "cadence": "nightly",
            "last_known": "2026-11-18T02:00:00+00:00",
            "quiet": False,
        },
    ]
    return {"feeds": [] if backend.scene == "empty" else rows, **backend.meta()}


@metrics.get("/v1/explain")
def explain(backend: Behind, measure: str, unit: str, period: str) -> Any:
    found = next((one for one in council.MEASURES if one[0] == measure), None)
    if found is None:
        return problem(404, "Not found", "There is nothing here for you.")
    value = (council.values_of(backend.scene, measure) or [None])[-1]
    figure = {"measure": measure, "name": found[1], "unit": unit, "period": period, "value": value}
    lines = [] if backend.scene == "empty" else council.LINES
    more = {"total_lines": len(lines), "sum": sum(one["amount"] for one in lines), "next_cursor": None}  # type: ignore[misc]  # amounts are whole numbers
    return {"figure": figure, "definition": _measure(found), "lines": lines, **more, **backend.meta()}


@metrics.get("/v1/events/{topic}/{partition}/{offset}")
def event(topic: str, partition: int, offset: int) -> Any:
    if offset != 1042:
        return problem(404, "Not found", "There is nothing here for you.")
    place = {"topic": topic, "partition": partition, "offset": offset}
    return {
        "event": council.EVENT,
        **place,
        "known_at": council.NOW.isoformat(),
        "lines": council.LINES[:1],
    }


@metrics.get("/v1/items")
def items(subject: str) -> Any:
    if "/care/" in subject:
        return {"subject": subject, "state": None, "kind": None, "events": [council.EVENT], "lines": []}
    item = {"subject": subject, "state": "open", "kind": "review", "team": "north-locality"}
    held = {"worker": "w-0010", "due": "2026-09-12", "received": "2026-05-01"}
    return {**item, **held, "events": [council.EVENT], "lines": council.LINES}


def _measure(one: tuple[Any, ...]) -> dict[str, Any]:
    key, name, formula, unit_of_measure, polarity, target = one
    return {
        "id": key,
        "name": name,
        "definition": f"{name}, counted on the day it happened.",
        "formula": formula,
        "unit_of_measure": unit_of_measure,
        "polarity": polarity,
        "grains": ["week", "month"],
        "target": target,
        "threshold": None,
        "audiences": ["managers"],
        "prompts": {"worse": ["What got in the way?"], "as_usual": ["What would let us do one more?"]},
    }


@actions.get("/v1/commitments")
def commitments(backend: Behind) -> Any:
    return {"items": council.commitments(backend.scene), "next_cursor": None}


@actions.get("/v1/commitments/{one}")
def commitment(one: str) -> Any:
    found = [each for each in council.commitments("busy") if each["id"] == one]
    return found[0] if found else problem(404, "Not found", "There is nothing here for you.")


@actions.get("/v1/purposes/{unit}")
def purpose(unit: str) -> Any:
    return council.PURPOSE if unit == council.PURPOSE["unit"] else problem(404, "Not found", "None is set.")


@actions.get("/v1/meetings")
def meetings(backend: Behind) -> Any:
    return {"items": council.meetings(backend.scene), "next_cursor": None}


@actions.get("/v1/meetings/{one}")
def meeting(backend: Behind, one: str) -> Any:
    return backend.meeting() if one == "m-1" else problem(404, "Not found", "There is nothing here.")


@actions.post("/v1/meetings/{one}/{verb}")
async def hold(backend: Behind, one: str, verb: str, request: Request) -> Any:
    body = await _noted(backend, request)
    if verb == "start":
        backend.meeting_state = "in_progress"
    if verb == "review":
        backend.reviewed.append(body)
    if verb == "close":
        if not backend.reviewed:
            why = "“Re-plan the five oldest reviews” (w-0011) was due and not reviewed."
            return problem(409, "Too early", f"The meeting cannot be closed: {why}")
        backend.meeting_state = "closed"
    return backend.meeting()


@actions.post("/v1/commitments")
@actions.post("/v1/meetings")
@actions.post("/v1/commitments/{one}/{verb}")
async def take(backend: Behind, request: Request) -> Any:
    body = await _noted(backend, request)
    if body.get("deadline", "9") < council.TODAY.isoformat():
        return problem(422, "Something is wrong", "The deadline lies in the past; give a day to come.")
    return {"id": "c-9"}


@notify.get("/v1/escalations")
def escalations(backend: Behind, state: str = "open") -> Any:
    return {"items": council.escalations(backend.scene) if state == "open" else [], "next_cursor": None}


@notify.get("/v1/escalations/{one}")
def escalation(one: str) -> Any:
    found = [each for each in council.escalations("busy") if each["id"] == one]
    return found[0] if found else problem(404, "Not found", "There is nothing here for you.")


@notify.post("/v1/escalations/{one}/{verb}")
async def act(backend: Behind, request: Request) -> Any:
    await _noted(backend, request)
    return {}


@notify.get("/v1/rules")
def rules(backend: Behind) -> Any:
    rule = {"id": "r-1", "name": "Overdue work of a team", "measure": "overdue", "level": "team"}
    return {"items": [{**rule, "comparison": "above", "value": 20, "ladder": ["manager", "head"]}]}


async def _noted(backend: Backend, request: Request) -> dict[str, Any]:
    body: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        body = await request.json()
    wanted = ("if-match", "idempotency-key")
    backend.commands.append(
        (request.url.path, body, {name: request.headers.get(name, "") for name in wanted})
    )
    return body
