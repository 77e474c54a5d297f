"""A way to Postgres that says `NotNow` while it is away, as the flow and the telling understand it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eventlog.postgres import Connection, DatabaseUnavailable, Pool, transaction
from services.metrics.flow import NotNow


@asynccontextmanager
async def reached(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction; raises `NotNow` while there is none to be had."""
    try:
        async with transaction(pool) as connection:
            yield connection
    except DatabaseUnavailable as error:
        raise NotNow(str(error)) from error
