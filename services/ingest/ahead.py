"""Reads a file ahead: while one part of it waits for Kafka and Postgres, the next one is made ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

Part = TypeVar("Part")


@asynccontextmanager
async def read_ahead(prepared: Iterator[Part]) -> AsyncIterator[AsyncIterator[Part]]:
    """The parts of a file, read in a thread; one is held ready and never more."""
    reading: asyncio.Task[Part | None] | None = None

    def begin() -> asyncio.Task[Part | None]:
        return asyncio.create_task(asyncio.to_thread(next, prepared, None))

    async def coming() -> AsyncIterator[Part]:
        nonlocal reading
        reading = begin()
        while (part := await asyncio.shield(reading)) is not None:
            reading = begin()
            yield part

    try:
        yield coming()
    finally:
        if reading is not None:
            await asyncio.wait({reading})  # a thread cannot be broken off, and it holds the file
            reading.exception()
