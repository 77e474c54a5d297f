"""What time alone brings about: a breach has lasted, or nobody has answered in time."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from eventlog.postgres import DatabaseUnavailable
from runtime.background import Background
from runtime.telemetry import log
from services.notify import flow
from services.notify.domain.scene import Scene


class Work(flow.Work, Protocol):
    """The flow's ports, and what is due."""

    async def due(self, now: dt.datetime) -> tuple[list[tuple[str, str]], list[str]]: ...


class Books(Protocol):
    """Where work is opened, for every council known."""

    def open(self, tenant: str, now: dt.datetime) -> AbstractAsyncContextManager[Work]: ...
    async def tenants(self) -> list[str]: ...


class Clock(Background):
    """Looks every few seconds at what is due, but only while all figures told have been heard: else somebody
    would be asked about a figure that is well again."""

    name = "clock"

    def __init__(
        self, books: Books, scene: Callable[[str], Scene], has_heard_all: Callable[[], bool], every_s: float
    ) -> None:
        super().__init__()
        self._books = books
        self._scene = scene
        self._has_heard_all = has_heard_all
        self._every_s = every_s

    async def run(self) -> None:
        """Look at what is due, again and again."""
        while True:
            if self._has_heard_all():
                await self._look()
            await asyncio.sleep(self._every_s)

    async def _look(self) -> None:
        try:
            for tenant in await self._books.tenants():
                await tick(self._books, self._scene(tenant), tenant)
        except DatabaseUnavailable as error:
            log().warning("clock-waits", why=str(error))


async def tick(books: Books, scene: Scene, tenant: str) -> None:
    """Everything that is due for one council, in one transaction."""
    async with books.open(tenant, scene.now) as work:
        lasted, silent = await work.due(scene.now)
        rules = await work.rules()
        for name, unit in lasted:
            if rule := rules.get(name):
                await flow.lasted(work, scene, rule, unit)
        for exception in silent:
            await flow.climb(work, scene, exception)
    if lasted or silent:
        log().info("time-is-up", lasted=len(lasted), silent=len(silent))
