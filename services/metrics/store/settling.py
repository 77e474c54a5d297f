"""Settling in Postgres: each step is one transaction, in which lines leave the journal to stand in chunks."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import groupby
from typing import Any

import asyncpg
import numpy as np

from eventlog.postgres import Connection, DatabaseUnavailable, Pool, Row, statements, transaction
from services.metrics.flow import NotNow
from services.metrics.store import openings
from services.metrics.store.chunks import FULL, Chunk, ChunkKey, by_key, chunk_of, to_merge
from services.metrics.store.packing import NO_LINES, OFFSET_BITS, Lines, joined, unpack
from services.metrics.store.reaching import Lead, leading
from services.metrics.store.spots import FULL as FULL_SPOT
from services.metrics.store.spots import Events, Spot, events_in, events_of, spots_of

SQL = statements("services.metrics.store", "settling.sql")
MOST_LINES = 400_000
"""Lines of one step: more make fewer and larger chunks, and a longer transaction (about a second)."""


PASSING = (
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.UniqueViolationError,
)
"""What another step, at the same moment or later, does not meet."""

MOST_KEYS = 2000
"""Keys whose chunks are put together in one step."""
SCATTERED = 6
"""So many small chunks a key may keep."""


class SettledTwice(NotNow):
    """Somebody else took the same rows: nothing of this step was written."""


class PostgresShelves:
    """Where settled lines stand."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def leading(self) -> AbstractAsyncContextManager[Lead | None]:
        """The right to settle, which ends with the block; None while another process has it."""
        return leading(self._pool, "settling")

    async def waiting(self) -> int:
        """How many lines wait in the journal."""
        async with self._live() as (connection, generation):
            lines: int = await connection.fetchval(SQL["waiting"], generation)
            return lines

    async def settle(self) -> int:
        """One step: the oldest lines of the journal become chunks; answers how many lines."""
        async with self._live() as (connection, generation):
            return await Shelving(connection, generation).settle(MOST_LINES)

    async def tidy(self) -> int:
        """One step: small chunks that lie scattered go into one each; answers of how many keys."""
        async with self._live() as (connection, generation):
            return await Shelving(connection, generation).tidy(MOST_KEYS)

    async def open(self, today: dt.date, most: int) -> int:
        """Make so many openings that lack, of one account and team after the other; answers how many."""
        async with self._live() as (connection, generation):
            return await openings.build(connection, generation, today, most)

    @asynccontextmanager
    async def _live(self) -> AsyncIterator[tuple[Connection, int]]:
        try:
            async with transaction(self._pool) as connection:
                generation = await connection.fetchval(SQL["live_generation"])
                if generation is None:
                    raise NotNow("The ledger has no live generation.")
                yield connection, generation
        except (DatabaseUnavailable, *PASSING) as error:
            raise NotNow(f"Settling waits for Postgres ({type(error).__name__}).") from error


Fresh = dict[ChunkKey, Lines]
"""Lines by what those of a chunk have in common."""


class Shelving:
    """One step of settling, in its transaction."""

    def __init__(self, connection: Connection, generation: int) -> None:
        self._connection, self._generation = connection, generation

    async def settle(self, most: int) -> int:
        """Take rows from the journal; add their lines to chunks, their events to spots."""
        rows = await self._fetch("rows", most)
        if not rows:
            return 0
        settled = 0
        for tenant, some in groupby(sorted(rows, key=lambda row: row["tenant"]), lambda row: row["tenant"]):
            lines, fresh = await asyncio.to_thread(_read, [row["body"] for row in some])
            if fresh:
                await self._put_chunks(tenant, fresh)
            await self._put_spots(tenant, events_of(lines))
            settled += lines.size
        await self._take("take_rows", len(rows), [row["id"] for row in rows])
        return settled

    async def tidy(self, most: int) -> int:
        """Put the small chunks of a key together where there are many."""
        rows = await self._fetch("scattered", FULL, SCATTERED, most)
        for tenant, some in groupby(rows, lambda row: row["tenant"]):
            chosen = {id_: ChunkKey(*row[1:4]) for row in some for id_ in row["ids"]}
            merged = await self._take_chunks(tenant, chosen)
            chunks = await asyncio.to_thread(_packed, dict.fromkeys(merged, NO_LINES), merged)
            await self._copy("chunk", Chunk._fields, tenant, chunks)
        return len(rows)

    async def _put_chunks(self, tenant: int, fresh: Fresh) -> None:
        keys = list(fresh)
        columns = [list(column) for column in zip(*keys, strict=True)]
        await self._run("drop_openings", tenant, *columns)
        merged = await self._taken(tenant, fresh, keys, columns)
        chunks = await asyncio.to_thread(_packed, fresh, merged)
        await self._copy("chunk", Chunk._fields, tenant, chunks)

    async def _taken(
        self, tenant: int, fresh: Fresh, keys: Sequence[ChunkKey], columns: list[list[Any]]
    ) -> dict[ChunkKey, list[Lines]]:
        """The lines of small chunks that go into larger ones with what is fresh."""
        small: dict[ChunkKey, list[tuple[int, int]]] = {}
        for row in await self._fetch("small_chunks", tenant, *columns, FULL):
            small.setdefault(keys[row["nth"] - 1], []).append((row["id"], row["lines"]))
        chosen = {id_: key for key, some in small.items() for id_ in to_merge(fresh[key].size, some)}
        return await self._take_chunks(tenant, chosen) if chosen else {}

    async def _take_chunks(self, tenant: int, chosen: Mapping[int, ChunkKey]) -> dict[ChunkKey, list[Lines]]:
        """Take chunks away; their lines by key."""
        taken = [[*column] for column in zip(*((*key, id_) for id_, key in chosen.items()), strict=True)]
        rows = await self._fetch("take_chunks", tenant, *taken)
        if len(rows) != len(chosen):
            raise SettledTwice("A chunk that was to be merged is gone.")
        merged: dict[ChunkKey, list[Lines]] = {}
        for row in rows:
            merged.setdefault(chosen[row["id"]], []).append(unpack(row["body"]))
        return merged

    async def _put_spots(self, tenant: int, events: Events) -> None:
        fronts = np.unique(events.place >> OFFSET_BITS)
        bounds = [(fronts << OFFSET_BITS).tolist(), (((fronts + 1) << OFFSET_BITS) - 1).tolist()]
        last = await self._fetch("last_spots", tenant, *bounds, FULL_SPOT)
        if last:
            await self._take("take_spots", len(last), tenant, [row["first"] for row in last])
        before = [events_in(row["body"], row["first"]) for row in last]
        every = Events(*map(np.concatenate, zip(events, *before, strict=True)))
        order = np.argsort(every.place)
        spots = spots_of(Events(every.place[order], every.item[order]))
        await self._copy("spot", Spot._fields, tenant, spots)

    async def _copy(
        self, kind: str, columns: Sequence[str], tenant: int, rows: Sequence[tuple[Any, ...]]
    ) -> None:
        await self._connection.copy_records_to_table(
            f"{kind}_{self._generation}",
            columns=("generation", "tenant", *columns),
            records=[(self._generation, tenant, *row) for row in rows],
        )

    async def _take(self, name: str, expected: int, *arguments: Any) -> None:
        said = await self._run(name, *arguments)
        if said != f"DELETE {expected}":
            raise SettledTwice(f"{expected} rows were to be taken, and it was {said}.")

    async def _fetch(self, name: str, *arguments: Any) -> list[Row]:
        return await self._connection.fetch(SQL[name].format(generation=self._generation), *arguments)

    async def _run(self, name: str, *arguments: Any) -> str:
        return await self._connection.execute(SQL[name].format(generation=self._generation), *arguments)


def _read(bodies: Sequence[bytes]) -> tuple[Lines, Fresh]:
    """Rows of the journal as lines; in a thread, since so many take a while."""
    lines = joined([unpack(body) for body in bodies])
    return lines, dict(by_key(lines))


def _packed(fresh: Fresh, merged: dict[ChunkKey, list[Lines]]) -> list[Chunk]:
    """Chunks of fresh lines with those that they are merged with; in a thread."""
    return [chunk_of(key, joined([*merged.get(key, ()), some])) for key, some in fresh.items()]
