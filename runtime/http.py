"""The one way in which a service becomes an HTTP application: closed unless a route says who may."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime import problems, telemetry
from runtime.auth import Needs, TokenReader
from runtime.bodies import limited, strict
from runtime.direct import direct_routes
from runtime.probes import Check, Readiness, probes
from runtime.problems import Problem, not_found
from runtime.questions import refuse_unknown

__all__ = ["Check", "Problem", "Readiness", "application", "not_found"]

OPEN = frozenset({"/livez", "/readyz", "/metrics", "/openapi.json"})
"""Routes that need no token in any service."""

CORRELATION = "X-Correlation-Id"
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNASKED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""The framework's own telemetry asks for its providers with each request; ours is `runtime.telemetry`."""
HARDENING = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)

REQUESTS = telemetry.histogram(
    "http_request_seconds",
    "How long requests take, by route and status: what people wait for.",
    ("method", "route", "status"),
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Unguarded(Exception):
    """A route would be open to anybody: give it `needs(…)`, or name its path in `public`."""


def application(
    name: str,
    reader: TokenReader,
    routers: Iterable[APIRouter],
    *,
    checks: Mapping[str, Check],
    lifespan: Lifespan | None = None,
    body_limit: int = 2_000_000,
    streamed: Collection[str] = (),
    public: Collection[str] = (),
    direct: Collection[str] = (),
    token_of: Callable[[Request], str | None] = lambda request: None,
    check_question: Callable[[Request], None] = refuse_unknown,
) -> FastAPI:
    """Build the service's application.

    `streamed`: paths whose bodies are read piece by piece and so have no limit here, and all below those that
    end with a slash. `public`: paths that need no token. `direct`: paths whose routes take just the request
    and who asks (`runtime.direct`). `token_of`: where else than in `Authorization` a token may be, e.g. in a
    session. `check_question`: refuses what an address asks for, once it is known who asks.
    Raises `Unguarded` when a route lets everybody in.
    """
    app = FastAPI(
        title=f"Primed {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=problems.DOCUMENTED,
        telemetry=UNASKED,
    )
    app.state.readiness = readiness = Readiness(checks)
    app.state.reader, app.state.token_of, app.state.check_question = reader, token_of, check_question
    for router in (probes(readiness), *routers):
        app.include_router(router)
    _refuse_unguarded(app, OPEN | set(public))
    problems.install(app)
    straight = direct_routes(iter_route_contexts(app.routes), direct)
    app.add_middleware(_Guard, limit=body_limit, streamed=frozenset(streamed), direct=straight)
    return app


def _refuse_unguarded(app: FastAPI, public: Collection[str]) -> None:
    opened = [
        context.path or repr(context.original_route)
        for context in iter_route_contexts(app.routes)
        if context.path not in public and not _asks_who(getattr(context, "dependant", None))
    ]
    if opened:
        raise Unguarded(f"These routes let anybody in; give each needs(…): {', '.join(sorted(opened))}.")


def _asks_who(dependant: Dependant | None) -> bool:
    if dependant is None:
        return False
    return isinstance(dependant.call, Needs) or any(_asks_who(inner) for inner in dependant.dependencies)


class _Guard:
    """Around everything: correlation id, limits before reading, and no exception that tells of the inside."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int,
        streamed: frozenset[str],
        direct: Mapping[tuple[str, str], ASGIApp],
    ) -> None:
        self._app, self._direct = app, direct
        self._limit = limit
        self._streamed = streamed
        self._below = tuple(path for path in streamed if path.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = _Answering(scope, send)
        app = self._direct.get((scope["method"], scope["path"]), self._app)
        with structlog.contextvars.bound_contextvars(correlation_id=answering.correlation_id):
            try:
                await app(scope, await self._checked(scope, receive), answering.send)
            except Exception as error:  # noqa: BLE001 - the last wall: any error becomes a problem and a log line
                await answering.fail(error)
            finally:
                answering.measure()

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem(400, problems.TITLES[400], "An address may not hold a NUL character.")
        if scope["path"] in self._streamed or scope["path"].startswith(self._below):
            return receive
        counted = limited(scope, receive, self._limit)
        media_type = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
        return await strict(counted) if media_type == b"application/json" else counted


class _Answering:
    """One request's answer on its way out."""

    def __init__(self, scope: Scope, send: Send) -> None:
        asked = dict(scope["headers"]).get(CORRELATION.lower().encode(), b"").decode("latin-1")
        self.correlation_id = asked if SAFE_ID.fullmatch(asked) else secrets.token_hex(8)
        scope.setdefault("state", {})["correlation_id"] = self.correlation_id
        self._scope, self._send = scope, send
        self._status = 0
        self._began = time.perf_counter()

    async def send(self, message: Message) -> None:
        """Pass on, with the headers that every answer carries."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            given = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(pair for pair in HARDENING if pair[0] not in given),
                (CORRELATION.lower().encode(), self.correlation_id.encode()),
            ]
        await self._send(message)

    async def fail(self, error: Exception) -> None:
        """Answer what nobody below answered; the log says where it was raised, not what it held."""
        problem = error if isinstance(error, Problem) else problems.for_reason(error)
        if problem is None:
            self._tell(error)
            problem = Problem(
                500,
                "Something went wrong here",
                "It is in the log under the correlation id; trying again may help.",
            )
        if self._status:
            raise ConnectionAbortedError("The answer broke off.") from None
        request = Request(self._scope)
        with contextlib.suppress(OSError):
            await problems.answer(request, problem)(self._scope, _nothing, self.send)

    def _tell(self, error: Exception) -> None:
        telemetry.log().error(
            "request-failed", **telemetry.place_of(error), method=self._scope["method"], route=self._route()
        )

    def measure(self) -> None:
        """Count the answer under its route's template, never under the path that was asked."""
        REQUESTS.labels(self._scope["method"], self._route(), str(self._status or 499)).observe(
            time.perf_counter() - self._began
        )

    def _route(self) -> str:
        return str(getattr(self._scope.get("route"), "path", "unmatched"))


async def _nothing() -> Any:
    return {"type": "http.disconnect"}
