"""A way to Postgres that says `NotNow` while it is away, as the flow and the telling understand it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from eventlog.postgres import (
    CONNECT_TIMEOUT_S,
    Connection,
    DatabaseUnavailable,
    Pool,
    is_away,
    statements,
    transaction,
)
from services.metrics.flow import NotNow

SQL = statements("services.metrics.store", "reaching.sql")


@asynccontextmanager
async def reached(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction; raises `NotNow` while there is none to be had."""
    try:
        async with transaction(pool) as connection:
            yield connection
    except DatabaseUnavailable as error:
        raise NotNow(str(error)) from error


class Lead:
    """The lock that one process has of all, for as long as its connection lives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def stands(self) -> bool:
        """Whether we still have it."""
        return bool(await self._connection.fetchval(SQL["stands"]))


@asynccontextmanager
async def leading(pool: Pool, what: str) -> AsyncIterator[Lead | None]:
    """The right to do `what`, which ends with the block; None while another process has it.

    Raises `NotNow` while Postgres is away.
    """
    try:
        async with pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
            yield Lead(connection) if await connection.fetchval(SQL["lead"], what) else None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if not is_away(error):
            raise
        raise NotNow(f"Postgres is away ({type(error).__name__}).") from error
