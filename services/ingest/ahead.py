"""Keeps the next part of a file ready while one waits for Kafka and Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

Part = TypeVar("Part")


def read_ahead(prepared: Iterator[Part]) -> AbstractAsyncContextManager[AsyncIterator[Part]]:
    """The parts of a file, read in a thread; one is held ready and never more."""
    # A thread cannot be broken off, and it holds the file: who leaves waits for it.
    return _one_ahead(lambda: asyncio.to_thread(next, prepared, None), breakable=False)


def made_ahead(making: AsyncGenerator[Part]) -> AbstractAsyncContextManager[AsyncIterator[Part]]:
    """What is made of parts, while what was made before is dealt with; one is held ready and never more."""

    async def make() -> Part | None:
        return await anext(making, None)

    return _one_ahead(make, breakable=True)


@asynccontextmanager
async def _one_ahead(
    make: Callable[[], Coroutine[Any, Any, Part | None]], *, breakable: bool
) -> AsyncIterator[AsyncIterator[Part]]:
    ready: asyncio.Task[Part | None] | None = None

    async def coming() -> AsyncIterator[Part]:
        nonlocal ready
        ready = asyncio.create_task(make())
        while (part := await asyncio.shield(ready)) is not None:
            ready = asyncio.create_task(make())
            yield part

    try:
        yield coming()
    finally:
        if ready is not None:
            if breakable:
                ready.cancel()
            await asyncio.wait({ready})
            if not ready.cancelled():
                ready.exception()
