"""Probes: alive without asking anybody, ready with each check and its age, and the metrics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[str | None]]
"""Answers None when well, else a sentence that says what is missing and what to do."""

CHECK_TIMEOUT_S = 2.0
FRESH_S = 1.0
"""A check is not asked more often than this, however many ask us."""


@dataclass
class Readiness:
    """Asks the checks and remembers their answers; `draining` is set when the process is to stop."""

    checks: Mapping[str, Check]
    clock: Callable[[], float] = time.monotonic
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: dict[str, tuple[float, str | None]] = field(default_factory=dict)
    _well_at: dict[str, float] = field(default_factory=dict)

    async def ask(self) -> dict[str, Any]:
        """The answer of /readyz."""
        await asyncio.gather(*(self._ask(name) for name in self.checks))
        checks = {name: self._told(name) for name in self.checks}
        if self.draining.is_set():
            checks["process"] = {"ok": False, "age_seconds": 0.0, "detail": "The process is stopping."}
        return {"ready": all(check["ok"] for check in checks.values()), "checks": checks}

    async def _ask(self, name: str) -> None:
        if name in self._seen and self.clock() - self._seen[name][0] < FRESH_S:
            return
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                found = await self.checks[name]()
        except TimeoutError:
            found = f"No answer within {CHECK_TIMEOUT_S:g} seconds."
        except Exception as error:  # noqa: BLE001 - whatever a check raises, it is not well, and the probe must say so
            found = f"The check failed with {type(error).__name__}."
        now = self.clock()
        self._seen[name] = (now, found)
        if found is None:
            self._well_at[name] = now

    def _told(self, name: str) -> dict[str, Any]:
        at, found = self._seen[name]
        told: dict[str, Any] = {"ok": found is None, "age_seconds": round(self.clock() - at, 3)}
        if found is not None:
            well_at = self._well_at.get(name)
            told["detail"] = found
            told["last_ok_seconds_ago"] = None if well_at is None else round(self.clock() - well_at, 3)
        return told


def probes(readiness: Readiness) -> APIRouter:
    """The routes that need no token: /livez, /readyz, /metrics."""
    router = APIRouter(tags=["probes"])

    @router.get("/livez", summary="The process runs; never asks anybody else.")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="Ready to serve, with each check and its age.", responses={503: {}})
    async def readyz() -> JSONResponse:
        told = await readiness.ask()
        return JSONResponse(told, 200 if told["ready"] else 503, {"Cache-Control": "no-store"})

    @router.get("/metrics", summary="Prometheus metrics.", response_class=Response)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
