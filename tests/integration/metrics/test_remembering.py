"""What a worker remembers never outlives its right: after others wrote, it reads again what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from eventlog.postgres import Pool, connect
from eventlog.records import PositionMoved, Record
from services.metrics.domain.batch import Folded
from services.metrics.domain.hearing import Refused
from services.metrics.flow import Book, Ledger, absorb
from services.metrics.store import book as books
from services.metrics.store import dump
from services.metrics.store.ledger import PostgresLedger, make_tables
from services.metrics.store.words import Words
from tests.casebook import PLACES, batch, batches, council, log_of
from tests.conftest import Stack


@asynccontextmanager
async def pooled(dsn: str) -> AsyncIterator[Pool]:
    pool = await connect(dsn, "metrics", max_size=6)
    try:
        yield pool
    finally:
        await pool.close()


async def worker(pool: Pool, most_items: int = 1000) -> PostgresLedger:
    ledger = PostgresLedger(pool, Words(pool), most_items)
    await ledger.prepare()
    await ledger.stand(PLACES)
    return ledger


async def what_one_after_another_come_to(stack: Stack, log: Sequence[Record]) -> list[str]:
    """The dump of a ledger that remembered nothing."""
    dsn = stack.new_database()
    async with pooled(dsn) as pool:
        for one in batches(log, 97):
            await absorb(one, await worker(pool), 500)
    return await dump.balances(dsn)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items were read from Postgres, a number for each time."""
    counts: list[int] = []
    genuine = books.PostgresBook._read

    async def counted(self: books.PostgresBook, items: Sequence[Any]) -> Any:
        counts.append(len(items))
        return await genuine(self, items)

    monkeypatch.setattr(books.PostgresBook, "_read", counted)
    return counts


async def test_items_of_earlier_batches_are_not_read_again(database: str, read: list[int]) -> None:
    log = log_of(council(40))
    async with pooled(database) as pool:
        ledger = await worker(pool)
        for one in batches(log, 25):
            await absorb(one, ledger, 500)
    assert sum(read) == len({record.key for record in log})


async def test_no_more_is_remembered_than_was_said(stack: Stack, database: str, read: list[int]) -> None:
    log = log_of(council(80))
    async with pooled(database) as pool:
        ledger = await worker(pool, most_items=24)
        for one in batches(log, 10):
            await absorb(one, ledger, 500)
            assert ledger._memory.items <= 24
    assert sum(read) > len({record.key for record in log})
    assert await dump.balances(database) == await what_one_after_another_come_to(stack, log)


async def test_partitions_that_come_back_from_another_worker_are_read_again(
    stack: Stack, database: str
) -> None:
    log = log_of(council(60))
    async with pooled(database) as pool:
        workers = [await worker(pool), await worker(pool)]
        for number, one in enumerate(batches(log, 31)):
            await workers[number % 2].stand(PLACES)  # a rebalance: the other one takes over
            await absorb(one, workers[number % 2], 500)
    assert await dump.balances(database) == await what_one_after_another_come_to(stack, log)


async def test_a_worker_that_wakes_from_a_freeze_writes_nothing_and_trusts_nothing(
    stack: Stack, database: str
) -> None:
    log = log_of(council(60))
    first, second, third = log[:100], log[100:200], log[200:]
    async with pooled(database) as pool:
        frozen, other = await worker(pool), await worker(pool)
        await absorb(batch(first), frozen, 500)
        await absorb(batch(second), other, 500)
        with pytest.raises(PositionMoved):
            await absorb(batch(second), frozen, 500)
        await absorb(batch(third), frozen, 500)
    assert await dump.balances(database) == await what_one_after_another_come_to(stack, log)


class Breaks(Ledger):
    """A ledger whose batches end in an error after everything was written."""

    def __init__(self, ledger: PostgresLedger) -> None:
        self._ledger = ledger

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Book]:
        async with self._ledger.open() as book:
            yield book
            raise ZeroDivisionError("broken")


async def test_a_batch_that_failed_is_not_remembered(stack: Stack, database: str, read: list[int]) -> None:
    log = log_of(council(60))
    async with pooled(database) as pool:
        ledger = await worker(pool)
        await absorb(batch(log[:120]), ledger, 500)
        with pytest.raises(ZeroDivisionError):
            await absorb(batch(log[120:]), Breaks(ledger), 500)
        read.clear()
        await absorb(batch(log[120:]), ledger, 500)
        assert sum(read) == len({record.key for record in log[120:]})
    assert await dump.balances(database) == await what_one_after_another_come_to(stack, log)


async def test_another_generation_is_not_taken_for_the_one_that_is_remembered(
    database: str, read: list[int]
) -> None:
    log = log_of(council(20))
    async with pooled(database) as pool:
        ledger = await worker(pool)
        await absorb(batch(log), ledger, 500)
        before = await dump.balances(database)
        connection = await asyncpg.connect(database, server_settings={"search_path": "metrics"})
        await connection.execute("UPDATE generation SET state = 'retired'")
        await connection.execute(
            "INSERT INTO generation (id, fold_version, state) SELECT 2, fold_version, 'live' FROM generation"
        )
        await make_tables(connection, 2)
        await connection.close()
        await ledger.stand(PLACES)
        await absorb(batch(log), ledger, 500)
    assert await dump.balances(database) == before != []


class Watched(PostgresLedger):
    """Says what each batch wrote."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.written: list[Folded] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Book]:
        async with super().open() as book:
            genuine = book.write

            async def write(folded: Folded, refused: Collection[Refused]) -> None:
                self.written.append(folded)
                await genuine(folded, list(refused))

            book.write = write  # type: ignore[method-assign]  # listens in
            yield book


async def test_a_repeat_of_what_is_remembered_writes_nothing(database: str) -> None:
    log = log_of(council(10))
    again = [
        Record(
            one.topic,
            one.partition,
            one.offset + sum(o.partition == one.partition for o in log),
            one.timestamp_ms,
            one.key,
            one.value,
        )
        for one in log
    ]
    async with pooled(database) as pool:
        ledger = Watched(pool)
        await ledger.prepare()
        await ledger.stand(PLACES)
        await absorb(batch(log), ledger, 500)
        await absorb(batch(again), ledger, 500)
    assert ledger.written[0].events
    assert not ledger.written[1].events
