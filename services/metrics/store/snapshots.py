"""Where snapshots of the live generation come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eventlog.postgres import Connection, Pool, transaction
from services.metrics.store.lists import ListReading
from services.metrics.store.reading import SQL, LedgerReading, NotLive
from services.metrics.store.sums import SumReading
from services.metrics.store.trail import TrailReading


class SnapshotReading(LedgerReading, SumReading, TrailReading, ListReading):
    """Everything that can be asked of one snapshot."""


class PostgresReadings:
    """Opens snapshots on connections of a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def snapshot(self, tenant: str, as_known: dt.datetime | None) -> AsyncIterator[SnapshotReading]:
        """The live generation as it stands at this moment; raises `NotLive` while there is none."""
        async with transaction(self._pool, snapshot=True) as connection:
            yield await reading_of(connection, tenant, as_known)


async def reading_of(
    connection: Connection, tenant: str, as_known: dt.datetime | None = None
) -> SnapshotReading:
    """The live generation over a connection that is already in its reading transaction."""
    generation = await connection.fetchval(SQL["live_generation"])
    if generation is None:
        raise NotLive("The ledger has no live generation yet; run `primed up`, which makes one.")
    return SnapshotReading(connection, generation, tenant, as_known)
