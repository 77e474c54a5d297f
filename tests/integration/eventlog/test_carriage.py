"""What only the real carriage can show: groups, rebalances, death, frost, and the speed it was built for."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import Any

import asyncpg
import pytest
from kafka.admin import KafkaAdminClient

from eventlog.carriage import Stuck, carrying
from eventlog.kafka import KafkaProducer
from eventlog.records import Message
from tests.integration.eventlog.worker import SCHEMA
from tests.integration.eventlog.worlds import KafkaWorld, Ledger, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.real


@pytest.fixture
async def kafka(stack: Any) -> Any:
    world = KafkaWorld(stack)
    yield world
    for part in reversed(world.started):
        await part.stop()


def messages(topic: str, count: int, start: int = 0) -> list[Message]:
    return [Message(topic, b"key-%d" % n, b"value-%d" % n) for n in range(start, start + count)]


async def test_two_members_share_the_partitions_and_take_each_record_once(kafka: KafkaWorld) -> None:
    topic = await kafka.topic()
    producer = await kafka.producer()
    ledger = Ledger()  # one ledger, as two workers share one database
    first = await kafka.carriage(topic, ledger)
    await producer.send(messages(topic, 200))
    await until(lambda: len(ledger.taken) == 200, also=first)
    second = await kafka.carriage(topic, ledger)
    await until(lambda: len(second.lag()) > 0 and len(first.lag()) > 0 and first.ready and second.ready, 40)
    assert len(first.lag()) + len(second.lag()) == 12
    await producer.send(messages(topic, 200, 200))
    await until(lambda: len(ledger.taken) >= 400, also=second)
    await second.stop()
    await until(lambda: len(first.lag()) == 12 and first.ready, 40)
    await producer.send(messages(topic, 200, 400))
    await until(lambda: len(ledger.taken) >= 600, also=first)
    await asyncio.sleep(0.5)
    assert sorted(ledger.values) == sorted(b"value-%d" % n for n in range(600))
    assert ledger.refused == 0


async def test_offsets_are_committed_for_lag_tools(kafka: KafkaWorld) -> None:
    topic = await kafka.topic(2)
    ledger = Ledger()
    carriage = await kafka.carriage(topic, ledger)
    await (await kafka.producer()).send(messages(topic, 50))
    await until(lambda: len(ledger.taken) == 50, also=carriage)

    def committed() -> int:
        admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        found = admin.list_group_offsets([kafka.group])
        admin.close()
        offsets = found.get(kafka.group, found)
        return sum(place.offset for place in offsets.values())

    end = time.monotonic() + PATIENCE_S
    while await asyncio.to_thread(committed) != 50:
        assert time.monotonic() < end
        await asyncio.sleep(0.3)


async def test_what_kafka_has_committed_does_not_count(kafka: KafkaWorld) -> None:
    topic = await kafka.topic(1)
    ledger = Ledger()
    carriage = await kafka.carriage(topic, ledger)
    await (await kafka.producer()).send(messages(topic, 20))
    await until(lambda: len(ledger.taken) == 20, also=carriage)
    await carriage.stop()  # commits 20 on leaving
    restored = Ledger(positions={(topic, 0): 5})  # the database was restored from a backup
    await until(lambda: len(restored.taken) == 15, also=await kafka.carriage(topic, restored))
    assert restored.taken[0].offset == 5


async def test_a_record_is_taken_within_milliseconds(kafka: KafkaWorld) -> None:
    topic = await kafka.topic()
    producer = await kafka.producer()
    ledger, waits = Ledger(), []

    async def note() -> None:
        waits.append(time.perf_counter())

    ledger.before = note
    carriage = await kafka.carriage(topic, ledger)
    await until(lambda: carriage.ready, also=carriage)
    took = []
    for n in range(100):
        await producer.send([Message(topic, b"key-%d" % n, b"x")])
        sent = time.perf_counter()
        await until(lambda n=n: len(waits) > n, 5, also=carriage)
        took.append(waits[n] - sent)
    took.sort()
    assert took[50] < 0.05, f"median {took[50] * 1000:.0f} ms after the acknowledgement"
    assert took[95] < 0.25, f"95 % {took[95] * 1000:.0f} ms after the acknowledgement"


async def test_kafka_may_be_away_at_the_start(stack: Any) -> None:
    world = KafkaWorld(stack)
    world.bootstrap = "127.0.0.1:1"
    carriage = await world.carriage("primed.case-events", Ledger())
    await asyncio.sleep(1.5)
    assert not carriage.ready
    assert not carriage.failed.done()
    assert "Kafka" in (await carriage.well() or "")
    before = time.monotonic()
    await carriage.stop()
    assert time.monotonic() - before < 3


async def test_a_batch_that_hangs_ends_the_process_rather_than_the_stream(
    kafka: KafkaWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "WATCH_EVERY_S", 0.2)
    topic = await kafka.topic(1)
    ledger = Ledger()
    ledger.before = asyncio.Event().wait  # type: ignore[assignment]  # waits for ever, which is all that counts
    carriage = await kafka.carriage(topic, ledger)
    await until(lambda: carriage.ready, also=carriage)
    monkeypatch.setattr(carrying, "STUCK_S", 1.0)
    await (await kafka.producer()).send(messages(topic, 3))
    with pytest.raises(Stuck, match="3 records wait"):
        await asyncio.wait_for(asyncio.shield(carriage.failed), PATIENCE_S)
    before = time.monotonic()
    await carriage.stop()
    assert time.monotonic() - before < 6


async def test_an_idle_stream_is_not_taken_for_a_stuck_one(
    kafka: KafkaWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "WATCH_EVERY_S", 0.1)
    topic = await kafka.topic(2)
    ledger = Ledger()
    carriage = await kafka.carriage(topic, ledger)
    await (await kafka.producer()).send(messages(topic, 3))
    await until(lambda: len(ledger.taken) == 3, also=carriage)
    monkeypatch.setattr(carrying, "STUCK_S", 0.5)
    await asyncio.sleep(2)
    assert not carriage.failed.done()
    assert carriage.ready


@pytest.mark.faults
async def test_killed_and_frozen_workers_lose_nothing_and_double_nothing(
    stack: Any, kafka: KafkaWorld
) -> None:
    topic = await kafka.topic()
    dsn = stack.new_database(None)
    database = await asyncpg.connect(dsn)
    await database.execute(SCHEMA)
    log = (stack.home / "workers.log").open("ab")

    def worker() -> subprocess.Popen[bytes]:
        words = [
            sys.executable,
            "-m",
            "tests.integration.eventlog.worker",
            kafka.bootstrap,
            dsn,
            topic,
            kafka.group,
        ]
        return subprocess.Popen(words, stderr=log, stdout=log, env={**os.environ, "PYTHONPATH": "."})

    workers = [worker(), worker()]
    try:
        producer = await KafkaProducer.start(kafka.bootstrap, timeout_s=PATIENCE_S)
        feeding = asyncio.create_task(feed(producer, topic, 12_000))
        await taken(database, 500)
        os.kill(workers[0].pid, signal.SIGSTOP)  # past the session time-out: its partitions go to the other
        await taken(database, 6_000)
        workers[1].kill()
        workers[1].wait()
        os.kill(workers[0].pid, signal.SIGCONT)  # wakes as a zombie with a batch of long ago
        workers.append(worker())
        await feeding
        await taken(database, 12_000, exactly=True)
        await producer.close()
    finally:
        for one in workers:
            one.kill()
            one.wait()
        log.close()
        await database.close()


async def feed(producer: KafkaProducer, topic: str, count: int) -> None:
    for n in range(0, count, 100):
        await producer.send(messages(topic, 100, n))
        await asyncio.sleep(0.15)


async def taken(database: asyncpg.Connection, count: int, *, exactly: bool = False) -> None:
    end = time.monotonic() + PATIENCE_S
    while (found := await database.fetchval("SELECT count(*) FROM taken")) < count:
        assert time.monotonic() < end, f"only {found} of {count} were taken"
        await asyncio.sleep(0.2)
    if exactly:
        await asyncio.sleep(2)
        row = await database.fetchrow(
            "SELECT count(*), count(DISTINCT (partition, place)), count(DISTINCT value) FROM taken"
        )
        assert tuple(row) == (count, count, count)
