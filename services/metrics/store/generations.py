"""Generations of the ledger in Postgres: begun, filled by shares, indexed, switched to, dropped."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg

from eventlog.postgres import Connection, Pool, statements, transaction
from eventlog.records import TopicPartition
from services.metrics.domain.postings import FOLD_VERSION
from services.metrics.domain.shares import Share
from services.metrics.store import openings
from services.metrics.store.filling import feeds_once, refused

SQL = statements("services.metrics.store", "generations.sql")

SWITCH_PATIENCE = "60s"
"""So long the switch waits for batches under way; a frozen worker's is ended by Postgres after 30 s."""
DROP_PATIENCE = "800ms"
"""To drop tables, readers are kept waiting at most so long: Postgres looks for a deadlock after 1 s, so that
a reader who locked the same tables the other way round is never the one to be broken off."""
DROP_TRIES, DROP_PAUSE_S = 5, 0.5
SORTING = "256MB"
"""Memory in which Postgres sorts an index: enough for the items of ten years, so that none goes to disk."""
LONG_S = 3600.0
"""Seconds that an index over everything may take."""


class Generation(NamedTuple):
    """One making of the ledger: live, building, retired or scratch."""

    id: int
    fold_version: int
    state: str


class Behind(Exception):
    """The generation to switch to has not read as far as the live one."""


class InTheWay(Exception):
    """Somebody held what was needed for too long; the same again, a little later."""


class PostgresGenerations:
    """What the coordinator of a rebuild asks of Postgres."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """The right to make, switch and drop generations, for the block; False while another has it."""
        async with self._pool.acquire() as connection:
            yield bool(await connection.fetchval(SQL["alone"]))

    async def all(self) -> list[Generation]:
        """Every generation that there is, the oldest first."""
        async with transaction(self._pool) as connection:
            return [Generation(*row) for row in await connection.fetch(SQL["generations"])]

    async def begin(self, state: str, shares: Sequence[Share]) -> Generation:
        """A new generation with empty tables and a plan of shares, all at once."""
        async with transaction(self._pool) as connection:
            made = await connection.fetchval(SQL["begin"], FOLD_VERSION, state)
            await connection.execute(SQL["make_tables"], made)
            rows = [(share.number, *place, until) for share in shares for place, until in share.until]
            await connection.execute(SQL["plan"], made, *_columns(rows, 4))
        return Generation(made, FOLD_VERSION, state)

    async def missing(self, generation: int) -> tuple[list[Share], int]:
        """The shares that are not done, and how many records of the log the done ones hold."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["shares"], generation)
        numbers = sorted({row["number"] for row in rows if not row["done"]})
        done = sum(row["until"] for row in rows if row["done"])
        return [
            Share(
                number,
                tuple(
                    ((row["topic"], row["partition"]), row["until"])
                    for row in rows
                    if row["number"] == number
                ),
            )
            for number in numbers
        ], done

    async def not_indexed(self, generation: int) -> list[str]:
        """The kinds of tables that have no indexes yet."""
        async with transaction(self._pool) as connection:
            return [row["kind"] for row in await connection.fetch(SQL["not_indexed"], generation)]

    async def index(self, generation: int, kind: str) -> None:
        """Index one kind of its tables; raises `CannotKeep` when Postgres has no room for it."""
        with refused():
            await self._index(generation, kind)

    async def _index(self, generation: int, kind: str) -> None:
        async with transaction(self._pool) as connection:
            if kind == "feed":
                await feeds_once(connection, generation)
            await connection.execute(SQL["room_to_sort"], SORTING)
            await connection.execute(SQL["index_kind"], generation, kind, timeout=LONG_S)

    async def open_stocks(self, generation: int, today: dt.date) -> None:
        """Make its openings, so that stocks are read as quickly as those of a ledger that grew."""
        with refused():
            await self._open_stocks(generation, today)

    async def _open_stocks(self, generation: int, today: dt.date) -> None:
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["patience"], SWITCH_PATIENCE)
            await openings.build(connection, generation, today)

    async def attach(self, generation: int) -> None:
        """Make its tables parts of those that everybody reads; done before, it does nothing."""
        async with transaction(self._pool) as connection:
            if not await connection.fetchval(SQL["attached"], generation):
                await connection.execute(SQL["attach"], generation)

    async def positions(self, generation: int) -> dict[TopicPartition, int]:
        """How far it has read each partition."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["positions"], generation)
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def begin_positions(self, generation: int, places: Collection[TopicPartition]) -> None:
        """Let it stand at the beginning of the partitions that it does not know."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["begin_positions"], generation, *_columns(list(places), 2))

    async def switch(
        self,
        new: int,
        live: int | None,
        since: dt.date,
        catch_up: Callable[[Mapping[TopicPartition, int]], Awaitable[object]],
    ) -> None:
        """Let everybody read `new` from now on; what was live is kept as it stands.

        What may differ from `since` on is marked to be told. While batches are held, `catch_up` is told how
        far the live one has read. Raises `Behind` when the new one still stands before it, `InTheWay` when
        batches did not end in time: then nothing changed.
        """
        try:
            async with transaction(self._pool) as connection:
                await connection.execute(SQL["patience"], SWITCH_PATIENCE)
                await connection.execute(SQL["hold"])
                if live is not None:
                    await catch_up(await self.positions(live))
                    await self._refuse_if_behind(connection, new, live)
                    await connection.execute(SQL["keep_read_at"], live, new)
                await connection.execute(SQL["switch"], new)
                await connection.execute(SQL["mark_both"], [new] if live is None else [live, new], since)
        except asyncpg.LockNotAvailableError as error:
            raise InTheWay(f"Batches under way did not end within {SWITCH_PATIENCE}.") from error

    async def _refuse_if_behind(self, connection: Connection, new: int, live: int) -> None:
        rows = await connection.fetch(SQL["behind"], live, new)
        if rows:
            places = ", ".join(
                f"{row['topic']}-{row['partition']} at {row['new']} of {row['old']}" for row in rows
            )
            raise Behind(f"Generation {new} has not read as far as the live one: {places}.")

    async def drop(self, generation: int) -> None:
        """Take it away with all that it holds; raises `InTheWay` when readers do not let go of the tables."""
        for more in reversed(range(DROP_TRIES)):
            try:
                await self._drop(generation)
            except InTheWay:
                if not more:
                    raise
                await asyncio.sleep(DROP_PAUSE_S)
            else:
                return

    async def _drop(self, generation: int) -> None:
        try:
            async with transaction(self._pool) as connection:
                await connection.execute(SQL["patience"], DROP_PATIENCE)
                await connection.execute(SQL["drop"], generation)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            raise InTheWay(f"Tables of generation {generation} are being read.") from error


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]
