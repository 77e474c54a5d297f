"""What the producer does when Kafka is away, frozen or slow."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from eventlog.bulk import BulkProducer
from eventlog.kafka import KafkaProducer
from eventlog.records import LogRefused, LogUnavailable, Message, Record
from eventlog.topics import Topic, declared, ensure
from tests.integration.eventlog.worlds import BulkWorld, KafkaWorld, Ledger, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.real
both = pytest.mark.parametrize("producer_of", [KafkaProducer, BulkProducer])


@asynccontextmanager
async def never_blocked(longest_s: float = 0.5) -> AsyncIterator[None]:
    """The event loop goes on turning meanwhile."""
    worst = 0.0

    async def beat() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            worst = max(worst, time.perf_counter() - before)

    beating = asyncio.create_task(beat())
    yield
    beating.cancel()
    assert worst < longest_s, f"the loop stood still for {worst:.2f} seconds"


@both
async def test_a_kafka_that_is_not_there_is_said_within_the_timeout(producer_of: Any) -> None:
    producer = producer_of("127.0.0.1:1", timeout_s=1.0)
    async with never_blocked():
        for _ in range(2):
            before = time.monotonic()
            with pytest.raises(LogUnavailable):
                await producer.send([Message("primed.case-events", b"a", b"b")])
            assert time.monotonic() - before < 1.5
        assert "PRIMED_KAFKA_BOOTSTRAP" in (await producer.reachable() or "")
    await producer.close()


@both
async def test_a_frozen_kafka_gives_back_pressure_and_recovers_by_itself(
    stack: Any, producer_of: Any
) -> None:
    world = KafkaWorld(stack)
    topic = await world.topic()
    producer = producer_of(stack.bootstrap, timeout_s=1.5, room_bytes=200_000)
    await producer.send([Message(topic, b"a", b"first")])
    assert await producer.reachable() is None
    os.kill(stack.kafka.pid, signal.SIGSTOP)
    try:
        async with never_blocked():
            before = time.monotonic()
            sending = [producer.send([Message(topic, b"%d" % n, bytes(50_000))]) for n in range(40)]
            results = await asyncio.gather(*sending, return_exceptions=True)
            assert time.monotonic() - before < 3
        assert {type(result) for result in results} == {LogUnavailable}
        leaving = producer_of(stack.bootstrap, timeout_s=0.5)
        with pytest.raises(LogUnavailable):
            await leaving.send([Message(topic, b"a", b"never acknowledged")])
        before = time.monotonic()
        await leaving.close()
        assert time.monotonic() - before < 3
    finally:
        os.kill(stack.kafka.pid, signal.SIGCONT)
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            placed = await producer.send([Message(topic, b"a", b"last")])
            break
        except LogUnavailable:
            assert time.monotonic() < end
    ledger = Ledger()
    carriage = await world.carriage(topic, ledger)
    await until(lambda: b"last" in ledger.values, also=carriage)
    assert placed[0].offset == next(record.offset for record in ledger.taken if record.value == b"last")
    assert len(ledger.taken) <= 2 + 4, "no more than the room's worth was on the way"
    await carriage.stop()
    await producer.close()


@both
async def test_a_record_that_is_too_large_is_refused_for_good(stack: Any, producer_of: Any) -> None:
    producer = producer_of(stack.bootstrap, timeout_s=10)
    with pytest.raises(LogRefused, match="TooLarge"):
        await producer.send([Message("primed.case-events", b"a", bytes(6_000_000))])
    await producer.close()
    with pytest.raises(LogUnavailable, match="stopping"):
        await producer.send([Message("primed.case-events", b"a", b"b")])


@pytest.mark.faults
@pytest.mark.parametrize("world_of", [KafkaWorld, BulkWorld])
async def test_a_restarted_kafka_is_found_again_by_everybody(stack: Any, world_of: Any) -> None:
    world = world_of(stack)
    topic = await world.topic(3)
    producer = await world.producer()
    ledger, heard = Ledger(), []

    async def hear(records: Sequence[Record]) -> None:
        heard.extend(records)

    carriage = await world.carriage(topic, ledger)
    follower = await world.follower(topic, "beginning", hear)
    await producer.send([Message(topic, b"%d" % n, b"before") for n in range(30)])
    await until(lambda: len(ledger.taken) == 30 and len(heard) == 30, also=carriage)
    stack.kafka.kill()
    await asyncio.sleep(1)
    await asyncio.to_thread(stack.kafka.start)
    await producer.send([Message(topic, b"%d" % n, b"after") for n in range(30)])
    await until(lambda: len(ledger.taken) == 60 and len(heard) >= 60, 40, also=carriage)
    assert ledger.values.count(b"after") == 30
    assert not follower.failed.done()
    for part in reversed(world.started):
        await part.stop()


async def test_declared_topics_are_made_as_declared_and_differences_are_told(stack: Any) -> None:
    assert await ensure(stack.bootstrap, single_broker=True) == []
    name = stack.new_name("topic")
    made = Topic(name, "", 2, True, {"retention.ms": "-1"})
    assert await ensure(stack.bootstrap, topics=[made], single_broker=True) == []
    wanted = Topic(name, "", 3, True, {"retention.ms": "1000"})
    told = await ensure(stack.bootstrap, topics=[wanted], single_broker=True)
    assert told[0].startswith(f"{name} has 2 partitions, declared are 3")
    assert told[1] == f"{name} has retention.ms=-1, declared is 1000."


async def test_two_processes_may_make_topics_at_once(stack: Any) -> None:
    topics = [Topic(stack.new_name("topic"), "", 1, False, {}) for _ in range(3)]
    told = await asyncio.gather(
        *(ensure(stack.bootstrap, topics=topics, single_broker=True) for _ in range(3))
    )
    assert told == [[], [], []]


async def test_topics_cannot_be_made_without_kafka() -> None:
    with pytest.raises(LogUnavailable, match=r"127\.0\.0\.1:1"):
        await ensure("127.0.0.1:1", topics=declared(), timeout_s=1)
