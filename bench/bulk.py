"""How fast a backlog is absorbed: Kafka to committed ledger, beside the bare client on the same topic."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.load import produce
from bench.stand import Stand, running, say

TOPIC = "primed.case-events"
POSITIONS = "SELECT coalesce(sum(next_offset), 0) FROM metrics.position WHERE topic = $1"
LINES = "SELECT count(*) FROM metrics.line"


@dataclass(frozen=True, slots=True)
class Bulk:
    """Events a second, of the same events in the same run."""

    events: int
    consume: float
    absorb: float
    lines: int
    bytes_an_event: float


def measure(stand: Stand, events: int) -> Bulk:
    """Produce the events, read them with the bare client, then let one worker absorb them."""
    return asyncio.run(_measure(stand, events))


async def _measure(stand: Stand, events: int) -> Bulk:
    say(f"producing {events} events")
    await produce(stand.place.bootstrap, TOPIC, events)
    say("reading them with the bare client")
    consume = await _consume(stand.place.bootstrap, events)
    say("absorbing them with one worker")
    connection = await asyncpg.connect(stand.place.dsn)
    before = await connection.fetchval("SELECT pg_database_size(current_database())")
    with running(stand.service("metrics-1"), stand.place):
        absorb = await _absorb(connection, events)
    lines = await connection.fetchval(LINES)
    size = await connection.fetchval("SELECT pg_database_size(current_database())") - before
    await connection.close()
    return Bulk(events, consume, absorb, lines, size / events)


async def _consume(bootstrap: str, events: int) -> float:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    async with consumer:
        consumer.assign([TopicPartition(TOPIC, number) for number in range(12)])
        read, began = 0, time.perf_counter()
        while read < events:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=10_000)
            read += sum(len(records) for records in fetched.values())
        return events / (time.perf_counter() - began)


async def _absorb(connection: asyncpg.Connection, events: int) -> float:
    """From the first commit to the last: starting a process is not part of the rate."""
    first: tuple[float, int] | None = None
    while True:
        done, now = int(await connection.fetchval(POSITIONS, TOPIC)), time.perf_counter()
        if done and first is None:
            first = (now, done)
        if first is not None and done >= events:
            return (done - first[1]) / max(now - first[0], 1e-9)
        await asyncio.sleep(0.02)
