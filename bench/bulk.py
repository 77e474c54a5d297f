"""How fast a backlog is absorbed: Kafka to committed ledger, one worker and two, beside the bare client."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import asyncpg
import httpx2
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.stand import Stand, running, say

TOPIC = "primed.case-events"
POSITIONS = "SELECT coalesce(sum(next_offset), 0) FROM metrics.position WHERE topic = $1"
LINES = """SELECT (SELECT coalesce(sum(lines), 0) FROM metrics.journal)
    + (SELECT coalesce(sum(lines), 0) FROM metrics.chunk)"""
ABSORBED = re.compile(r"^\w*metrics_events_total (\S+)$", re.M)


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What workers did: events a second, lines and bytes of Postgres an event, the largest resident MB.

    `worker` and `postgres` are µs of processor an event, of all workers and of all of Postgres' processes.
    """

    workers: int
    rate: float
    lines: float
    stored: float
    resident: float
    worker: float
    postgres: float


async def consume(bootstrap: str, events: int) -> float:
    """Events a second that the bare client reads."""
    say(f"reading {events} events with the bare client")
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


async def absorb(stand: Stand, events: int, workers: int) -> Absorbed:
    """Let so many workers absorb the topic of a stand whose ledger is empty."""
    say(f"absorbing {events} events with {workers} worker(s)")
    connection = await asyncpg.connect(stand.place.dsn)
    try:
        before = await connection.fetchval("SELECT pg_database_size(current_database())")
        with ExitStack() as stack:
            programs = [stand.service(f"metrics-{n}", workers) for n in range(1, workers + 1)]
            children = [stack.enter_context(running(one, stand.place)) for one in programs]
            server = int(stand.place.pid_file("postgres").read_text())
            spent = partial(_spent, [child.pid for child in children], server)
            rate, *each = await _rate(connection, events, [one.address or "" for one in programs], spent)
            resident = max(psutil.Process(child.pid).memory_info().rss for child in children)
        lines = await connection.fetchval(LINES)
        after = await connection.fetchval("SELECT pg_database_size(current_database())")
        return Absorbed(workers, rate, lines / events, (after - before) / events, resident / 1e6, *each)
    finally:
        await connection.close()


def _spent(workers: Iterable[int], server: int) -> tuple[float, float]:
    """Seconds of processor that the workers took so far, and Postgres, whose server has those of who left."""
    postgres = psutil.Process(server)
    left = sum(postgres.cpu_times()[2:4])
    return sum(map(_seconds, map(psutil.Process, workers))), left + sum(
        map(_seconds, (postgres, *postgres.children()))
    )


def _seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:2])
    return 0.0


async def _rate(
    connection: asyncpg.Connection,
    events: int,
    addresses: list[str],
    spent: Callable[[], tuple[float, float]],
) -> tuple[float, float, float]:
    """From the moment at which every worker has committed to the last commit: starting is not part of it."""
    first: tuple[float, int, tuple[float, float]] | None = None
    async with httpx2.AsyncClient(timeout=5) as client:
        while True:
            done, now = int(await connection.fetchval(POSITIONS, TOPIC)), time.perf_counter()
            if first is None and done and all([await _at_work(client, one) for one in addresses]):
                first = (now, done, spent())
            if done >= events:
                if first is None or now - first[0] < 1:
                    raise ValueError(f"{events} events are too few: all were absorbed before the clock ran.")
                count, (worker, postgres) = done - first[1], spent()
                each = (worker - first[2][0]) / count * 1e6, (postgres - first[2][1]) / count * 1e6
                return (count / (now - first[0]), *each)
            await asyncio.sleep(0.02)


async def _at_work(client: httpx2.AsyncClient, address: str) -> bool:
    try:
        found = ABSORBED.search((await client.get(f"{address}/metrics")).text)
    except httpx2.TransportError:
        return False
    return found is not None and float(found[1]) > 0
