"""The relay: everything, in order, at least once, by one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from eventlog.event_store import Conflict, NewEvent, PostgresEventStore, StoredEvent
from eventlog.kafka import Producer
from eventlog.memory import MemoryLog, MemoryProducer
from eventlog.outbox import Relay, RelayLost
from eventlog.postgres import DatabaseUnavailable, Pool, transaction
from eventlog.records import Message
from tests.integration.eventlog.test_event_store import pool_of, said
from tests.integration.eventlog.worlds import until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.real

PLACE = ("told", 0)
CUT_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename IS NOT NULL"
Run = Callable[..., Awaitable[Relay]]


def message(event: StoredEvent) -> Message:
    return Message("told", event.stream.encode(), f"{event.stream}/{event.version}".encode())


@pytest.fixture
async def pool(stack: Any) -> AsyncIterator[Pool]:
    made = await pool_of(stack)
    yield made
    await made.close()


@pytest.fixture
async def run(pool: Pool) -> AsyncIterator[Run]:
    """Starts a relay, and stops it at the end."""
    started: list[Relay] = []

    async def start(producer: Producer, to_message: Callable[[StoredEvent], Message] = message) -> Relay:
        started.append(Relay(pool, producer, to_message))
        await started[-1].start()
        return started[-1]

    yield start
    for relay in started:
        await relay.stop()


def told(log: MemoryLog) -> list[str]:
    return [(record.value or b"").decode() for record in log.read(PLACE, 0, 1_000_000)]


async def test_what_is_appended_is_told_within_a_moment(pool: Pool, run: Run) -> None:
    log = MemoryLog({"told": 1})
    relay = await run(MemoryProducer(log))
    await until(lambda: relay.leading, also=relay)
    await PostgresEventStore(pool).append("a", 0, [said("one"), said("two")])
    await until(lambda: told(log) == ["a/1", "a/2"], 2, also=relay)
    assert await relay.well() is None
    await until_behind(relay, 0)
    await relay.stop()


async def test_no_late_commit_is_skipped_and_each_stream_is_in_order(pool: Pool, run: Run) -> None:
    """Sixteen writers whose transactions end in another order than they began."""
    log = MemoryLog({"told": 1})
    relay = await run(MemoryProducer(log))
    store, chance = PostgresEventStore(pool), random.Random(7)

    async def write(writer: int) -> None:
        for version in range(60):
            async with transaction(pool) as connection:
                await store.append(f"stream-{writer}", version, [said("x")], within=connection)
                await asyncio.sleep(chance.choice((0, 0, 0.002, 0.02)))

    await asyncio.gather(*(write(writer) for writer in range(16)))
    await until(lambda: len(told(log)) >= 16 * 60, also=relay)
    await relay.stop()
    assert sorted(told(log)) == sorted(f"stream-{w}/{v}" for w in range(16) for v in range(1, 61))
    for writer in range(16):
        mine = [line for line in told(log) if line.startswith(f"stream-{writer}/")]
        assert mine == [f"stream-{writer}/{version}" for version in range(1, 61)]


async def test_an_open_transaction_holds_back_only_what_came_after_it(pool: Pool, run: Run) -> None:
    log = MemoryLog({"told": 1})
    store = PostgresEventStore(pool)
    relay = await run(MemoryProducer(log))
    await store.append("before", 0, [said("x")])
    await until(lambda: told(log) == ["before/1"], also=relay)
    async with transaction(pool) as connection:
        await store.append("slow", 0, [said("x")], within=connection)
        await store.append("quick", 0, [said("x")])
        await asyncio.sleep(0.5)
        assert told(log) == ["before/1"]
        assert (await relay.behind())[0] >= 1
    await until(lambda: told(log) == ["before/1", "slow/1", "quick/1"], also=relay)
    await relay.stop()


async def test_of_two_relays_one_leads_and_the_other_takes_over(pool: Pool, run: Run) -> None:
    log = MemoryLog({"told": 1})
    first = await run(MemoryProducer(log))
    await until(lambda: first.leading, also=first)
    second = await run(MemoryProducer(log))
    store = PostgresEventStore(pool)
    await store.append("a", 0, [said("x")])
    await until(lambda: told(log) == ["a/1"], also=first)
    assert not second.leading
    assert await second.well() is None
    await first.stop()
    await store.append("a", 1, [said("x")])
    await until(lambda: told(log) == ["a/1", "a/2"], also=second)
    await second.stop()


async def test_an_outage_of_the_log_is_waited_out(pool: Pool, run: Run) -> None:
    log = MemoryLog({"told": 1})
    log.away = True
    relay = await run(MemoryProducer(log))
    await PostgresEventStore(pool).append("a", 0, [said("x")])
    await until_well(relay, "the log is away")
    log.away = False
    await until(lambda: told(log) == ["a/1"], 5, also=relay)
    await relay.stop()


async def test_killed_between_sending_and_recording_it_sends_again(pool: Pool, run: Run) -> None:
    log = MemoryLog({"told": 1})
    await PostgresEventStore(pool).append("a", 0, [said("x"), said("y")])

    class DiesAfterSending(MemoryProducer):
        async def send(self, messages: Any) -> Any:
            await super().send(messages)
            raise RuntimeError("killed")

    dying = await run(DiesAfterSending(log))
    with pytest.raises(RuntimeError, match="killed"):
        await asyncio.wait_for(asyncio.shield(dying.failed), PATIENCE_S)
    await dying.stop()
    again = await run(MemoryProducer(log))
    await until(lambda: len(told(log)) >= 4, also=again)
    await again.stop()
    assert told(log) == ["a/1", "a/2", "a/1", "a/2"]


async def test_an_event_that_cannot_be_told_stops_the_process_and_is_not_skipped(
    pool: Pool, run: Run
) -> None:
    log = MemoryLog({"told": 1})
    await PostgresEventStore(pool).append("a", 0, [NewEvent("unknown", b"{}")])

    def refuse(event: StoredEvent) -> Message:
        raise KeyError(event.type)

    relay = await run(MemoryProducer(log), refuse)
    with pytest.raises(KeyError):
        await asyncio.wait_for(asyncio.shield(relay.failed), PATIENCE_S)
    await relay.stop()
    assert told(log) == []


async def test_a_database_restored_without_its_transaction_ids_is_told_loudly(pool: Pool, run: Run) -> None:
    await pool.execute("INSERT INTO relay (name, xid, pos) VALUES ('outbox', '99999999999'::xid8, 5)")
    relay = await run(MemoryProducer(MemoryLog({"told": 1})))
    with pytest.raises(RelayLost, match="restored"):
        await asyncio.wait_for(asyncio.shield(relay.failed), PATIENCE_S)
    await relay.stop()


async def test_connections_that_postgres_cuts_are_made_anew(stack: Any, pool: Pool, run: Run) -> None:
    log = MemoryLog({"told": 1})
    store = PostgresEventStore(pool)
    relay = await run(MemoryProducer(log))
    await store.append("a", 0, [said("x")])
    await until(lambda: told(log) == ["a/1"], also=relay)
    admin = await asyncpg.connect(stack.dsn)
    await admin.execute(CUT_ALL, await pool.fetchval("SELECT current_database()"))
    await admin.close()
    await append_once(store)
    await until(lambda: told(log)[-1] == "a/2", 10, also=relay)
    await relay.stop()


async def append_once(store: PostgresEventStore) -> None:
    """Repeat while the database is away, as a caller would: the pool learns of each cut one by one."""
    for _ in range(40):
        with contextlib.suppress(DatabaseUnavailable, Conflict):
            await store.append("a", 1, [said("y")])
        if len(await load(store)) == 2:
            return
        await asyncio.sleep(0.05)


async def load(store: PostgresEventStore) -> list[StoredEvent]:
    with contextlib.suppress(DatabaseUnavailable):
        return await store.load("a")
    return []


async def until_behind(relay: Relay, count: int) -> None:
    for _ in range(100):
        if (await relay.behind())[0] == count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"still behind by {await relay.behind()}")


async def until_well(relay: Relay, part: str) -> None:
    for _ in range(100):
        if part in (await relay.well() or ""):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"/readyz says {await relay.well()!r}")
