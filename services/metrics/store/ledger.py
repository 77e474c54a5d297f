"""The ledger in Postgres, for writing: one transaction a batch, behind the ports of `flow`."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg

from eventlog.postgres import Connection, DatabaseUnavailable, Pool, Row, transaction
from eventlog.records import TopicPartition
from services.metrics.domain.hearing import Refused
from services.metrics.domain.postings import FOLD_VERSION
from services.metrics.flow import Book, CannotKeep, NotNow
from services.metrics.store.book import SQL, PostgresBook, bury, columns
from services.metrics.store.remembering import Memory
from services.metrics.store.words import Words

MOST_ITEMS = 50_000

PASSING = (
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
)
"""What says nothing about the batch: two workers in each other's way, a full disk, a statement too slow."""


class FoldVersionDiffers(Exception):
    """The ledger was made by another fold than this program's: it must not be mixed; run `primed rebuild`."""


class PostgresLedger:
    """One generation of the ledger, open for writing one batch at a time: the live one, or one that is built.

    `most_items`: of so many items at most the facts stay in memory from batch to batch.
    """

    def __init__(
        self,
        pool: Pool,
        words: Words | None = None,
        most_items: int = MOST_ITEMS,
        building: int | None = None,
    ) -> None:
        self._pool = pool
        self._words = words or Words(pool)
        self._memory = Memory(most_items)
        self._building = building

    async def prepare(self) -> None:
        """Begin the first generation of an empty database; raises `FoldVersionDiffers`."""
        async with self._transaction() as connection:
            first = await connection.fetchval(SQL["first_generation"], FOLD_VERSION)
            if first is not None:
                await make_tables(connection, first)
            await self._generation(connection)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Book]:
        """One transaction, which holds the generation so that no switch can come between."""
        async with self._transaction() as connection:
            generation = await self._generation(connection)
            self._memory.of_generation(generation)
            book = PostgresBook(
                connection, generation, self._words, self._memory, live=self._building is None
            )
            yield book
        book.remember()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        try:
            async with transaction(self._pool) as connection:
                yield connection
        except (asyncpg.DataError, asyncpg.ProgramLimitExceededError) as error:
            raise CannotKeep(f"Postgres cannot keep it: {error.sqlstate} {type(error).__name__}.") from error
        except (DatabaseUnavailable, *PASSING) as error:
            raise NotNow(f"Postgres cannot take a batch now ({type(error).__name__}).") from error

    async def stand(self, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Where the ledger stands in these partitions; one never seen begins at the log's beginning."""
        self._memory.keep_only(places)
        async with self._transaction() as connection:
            generation = await self._generation(connection)
            await connection.execute(SQL["begin_positions"], generation, *columns(places, 2))
            rows = await connection.fetch(SQL["read_positions"], generation, *columns(places, 2))
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def mark_read(self, ends: Mapping[TopicPartition, int], now: dt.datetime) -> None:
        """Note that these partitions had been read to their ends at `now`, where the ledger stands there."""
        rows = [(*place, end) for place, end in ends.items()]
        async with self._transaction() as connection:
            generation = await self._generation(connection)
            await connection.execute(SQL["mark_read"], generation, *columns(rows, 3), now)

    async def bury(self, refused: Sequence[Refused]) -> None:
        """Keep records that nobody can read until they are told; the same one twice is kept once."""
        async with self._transaction() as connection:
            await bury(connection, refused)

    async def _generation(self, connection: Connection) -> int:
        row = await self._row(connection)
        if row is None or row["fold_version"] != FOLD_VERSION:
            wanted = "live generation" if self._building is None else f"generation {self._building} to build"
            found = f"no {wanted}" if row is None else f"version {row['fold_version']} of the fold"
            raise FoldVersionDiffers(
                f"The ledger has {found}, this program has version {FOLD_VERSION}: run `primed rebuild`."
            )
        generation: int = row["id"]
        return generation

    async def _row(self, connection: Connection) -> Row | None:
        """Asked twice: who waited while another generation became live finds none at first."""
        if self._building is not None:
            return await connection.fetchrow(SQL["other_generation"], self._building)
        row = await connection.fetchrow(SQL["live_generation"])
        return row if row is not None else await connection.fetchrow(SQL["live_generation"])


async def make_tables(connection: Connection, generation: int) -> None:
    """The tables of a generation, indexed and open to readers."""
    for step in ("make_tables", "index_tables", "attach_tables"):
        await connection.execute(SQL[step], generation)
