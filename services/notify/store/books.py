"""Where transactions are opened, and what must be true when they begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from eventlog.event_store import PostgresEventStore
from eventlog.postgres import Connection, Pool, transaction
from eventlog.records import PositionMoved, TopicPartition
from services.notify.domain.rule import Rule
from services.notify.store.work import SQL, Work

SHIPPED = "primed"
"""Who set the rules that come with Primed."""


class Batch:
    """One transaction over a batch read from the log: work of several tenants, and the positions after it."""

    def __init__(self, books: Books, connection: Connection) -> None:
        self._books = books
        self._connection = connection

    async def work(self, tenant: str, now: dt.datetime) -> Work:
        """The tenant's work within this transaction."""
        return await self._books.begin(self._connection, tenant, now)

    async def advance(self, positions: Mapping[TopicPartition, int]) -> None:
        """Remember what is read next."""
        topics = [topic for topic, _ in positions]
        partitions = [partition for _, partition in positions]
        await self._connection.execute(SQL["advance"], topics, partitions, list(positions.values()))


class Books:
    """Opens work: alone, and for a tenant that has its rules."""

    def __init__(self, pool: Pool, shipped: Sequence[Rule]) -> None:
        self._pool = pool
        self._events = PostgresEventStore(pool)
        self._shipped = shipped

    @asynccontextmanager
    async def open(
        self, tenant: str, now: dt.datetime, correlation: str | None = None
    ) -> AsyncIterator[Work]:
        """One command or one tick."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["alone"])
            yield await self.begin(connection, tenant, now, correlation)

    @asynccontextmanager
    async def listen(self, since: Mapping[TopicPartition, int]) -> AsyncIterator[Batch]:
        """One batch that continues at `since`. Raises `PositionMoved` when somebody else has read on."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["alone"])
            stored = await self._positions(connection)
            moved = {place for place, offset in since.items() if stored.get(place, 0) != offset}
            if moved:
                raise PositionMoved(f"{len(moved)} partitions were read on by another process.")
            yield Batch(self, connection)

    async def positions(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        """What is read next of each partition, as far as it was read before."""
        async with transaction(self._pool) as connection:
            stored = await self._positions(connection)
        return {place: stored[place] for place in places if place in stored}

    async def tenants(self) -> list[str]:
        """The councils known."""
        async with transaction(self._pool) as connection:
            return [row["id"] for row in await connection.fetch(SQL["tenants"])]

    async def begin(
        self, connection: Connection, tenant: str, now: dt.datetime, correlation: str | None = None
    ) -> Work:
        """The tenant's work; a council seen for the first time is given the rules that ship with Primed."""
        work = Work(connection, self._events, tenant, correlation)
        if await connection.fetchval(SQL["greet_tenant"], tenant, now):
            for rule in self._shipped:
                await work.set_rule(rule, 1, SHIPPED, now)
        return work

    async def _positions(self, connection: Connection) -> dict[TopicPartition, int]:
        rows = await connection.fetch(SQL["positions"])
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
