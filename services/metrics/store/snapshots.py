"""Where snapshots of the live generation come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eventlog.postgres import Connection, Pool, transaction
from services.metrics.store.figures import FigureReading
from services.metrics.store.lists import ListReading
from services.metrics.store.reading import SQL, UNKNOWN, NotLive, Remembered
from services.metrics.store.trail import TrailReading
from services.metrics.store.words import Words


class SnapshotReading(FigureReading, TrailReading, ListReading):
    """Everything that can be asked of one snapshot."""


class PostgresReadings:
    """Opens snapshots on connections of a pool; remembers what never changes."""

    def __init__(self, pool: Pool, words: Words | None = None) -> None:
        self._pool = pool
        self._remembered = Remembered(words or Words(pool))

    @asynccontextmanager
    async def snapshot(self, tenant: str, as_known: dt.datetime | None) -> AsyncIterator[SnapshotReading]:
        """The live generation as it stands at this moment; raises `NotLive` while there is none."""
        async with transaction(self._pool, snapshot=True) as connection:
            yield await reading_of(connection, tenant, as_known, self._remembered)


async def reading_of(
    connection: Connection, tenant: str, as_known: dt.datetime | None, remembered: Remembered
) -> SnapshotReading:
    """The live generation over a connection that is already in its reading transaction."""
    generation = await connection.fetchval(SQL["live_generation"])
    if generation is None:
        raise NotLive("The ledger has no live generation yet; run `primed up`, which makes one.")
    number = (await remembered.words.look_up(connection, [tenant])).get(tenant, UNKNOWN)
    return SnapshotReading(connection, generation, number, as_known, remembered)
