"""Work that goes on beside HTTP: begun, ended in bounded time, and never broken in silence."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from typing import Any


class Background(ABC):
    """A part of the process (`runtime.process.Part`) that is one endless task, which subclasses name."""

    name: str
    finish_s = 0.0
    """How long `stop` waits for what is in hand, once `leaving` is set and the task was called."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.leaving = False
        self._running: asyncio.Task[None] | None = None
        self._call = asyncio.Event()

    @abstractmethod
    async def run(self) -> None:
        """The work; it ends when it is cancelled, or soon after `leaving` was set."""

    def call(self) -> None:
        """There is something to do now."""
        self._call.set()

    async def called(self, within_s: float) -> None:
        """Wait for the next call, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._call.wait()
        self._call.clear()

    async def start(self) -> None:
        """Begin in the background."""
        self._running = asyncio.create_task(self._guarded(), name=self.name)

    async def stop(self) -> None:
        """Finish what is in hand within `finish_s`, then leave."""
        if self._running is None:
            return
        self.leaving = True
        if self.finish_s:
            self.call()
            await asyncio.wait({self._running}, timeout=self.finish_s)
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running

    async def _guarded(self) -> None:
        try:
            await self.run()
        except Exception as error:  # noqa: BLE001 - handed on through `failed`, which ends the process
            if not self.failed.done():
                self.failed.set_exception(error)
