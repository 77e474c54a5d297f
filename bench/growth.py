"""What an event costs while the ledger grows from a hundred thousand of them to millions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import asyncpg
import psutil

from bench.bulk import POSITIONS, TOPIC
from bench.load import produce
from bench.stand import Stand, running, say

ENDS = (10_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000)
"""Where stretches end; the first is for starting and is not measured."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one number of events in the ledger to the next.

    Events a second; for each event the worker's seconds of processor, and the bytes that it added.
    """

    first: int
    last: int
    rate: float
    processor: float
    stored: float


def measure(ground: Stand, events: int) -> list[Stretch]:
    """Let one worker absorb so many events into a ledger that is empty at first."""
    say(f"producing {events} events")
    asyncio.run(produce(ground.place.bootstrap, TOPIC, events))
    return asyncio.run(_watch(ground, [end for end in (*ENDS, events) if end <= events]))


async def _watch(ground: Stand, ends: Sequence[int]) -> list[Stretch]:
    connection = await asyncpg.connect(ground.place.dsn)
    marks: list[tuple[int, float, float, int]] = []
    try:
        with running(ground.service("metrics-1"), ground.place) as child:
            worker = psutil.Process(child.pid)
            for end in sorted(set(ends)):
                say(f"absorbing until {end}")
                while (done := int(await connection.fetchval(POSITIONS, TOPIC))) < end:
                    await asyncio.sleep(0.05)
                now = time.perf_counter()
                size = await connection.fetchval("SELECT pg_database_size(current_database())")
                used = worker.cpu_times()
                marks.append((done, now, used.user + used.system, size))
    finally:
        await connection.close()
    return [
        Stretch(
            first,
            last,
            (last - first) / (ended - began),
            (more - used) / (last - first),
            (large - small) / (last - first),
        )
        for (first, began, used, small), (last, ended, more, large) in pairwise(marks)
        if last > first
    ]


def report(found: Sequence[Stretch]) -> str:
    """The stretches of one worker in Markdown, each beside the first."""
    rows = [
        f"| {one.first:,} to {one.last:,} | {one.rate:,.0f} | {one.rate / found[0].rate:.2f} "
        f"| {one.processor * 1e6:.0f} | {one.stored:,.0f} |"
        for one in found
    ]
    head = "| events in the ledger | events/s | beside the first | µs of processor each | bytes each |"
    return "\n".join([head, "|---|---:|---:|---:|---:|", *rows, ""])
