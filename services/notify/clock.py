"""Looks again and again at what time alone has brought about."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from eventlog.postgres import DatabaseUnavailable
from runtime.background import Background
from runtime.telemetry import log
from services.notify import due
from services.notify.domain.scene import Scene


class Books(Protocol):
    """Where work is opened, for every council known."""

    def open(self, tenant: str, now: dt.datetime) -> AbstractAsyncContextManager[due.Work]: ...
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
        lasted, silent = await due.look(work, scene)
    if lasted or silent:
        log().info("time-is-up", lasted=lasted, silent=silent)
