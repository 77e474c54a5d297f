"""How fast the ledger is made anew from the log, by all cores, and how fast it is audited."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

import asyncpg
import psutil

from bench.bulk import TOPIC, consume
from bench.load import produce
from bench.stand import Stand, say, stand
from primed.stack import roster

LINES = "SELECT coalesce(sum(lines), 0) FROM metrics.chunk"
WATCH_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Seconds from start to end, with all processes, and those of processor that they took without Postgres;
    the largest resident MB of one; bytes an event."""

    events: int
    bare: float
    rebuild_s: float
    rebuild_cpu_s: float
    verify_s: float
    resident: float
    stored: float
    lines: float


def measure(ground: Stand, events: int) -> Rebuilt:
    """Rebuild and audit a log of so many events, on a stand of its own."""
    say(f"producing {events} events")
    asyncio.run(produce(ground.place.bootstrap, TOPIC, events))
    bare = asyncio.run(consume(ground.place.bootstrap, events))
    before, _ = asyncio.run(_size(ground))
    say(f"rebuilding from {events} events")
    rebuild_s, rebuild_cpu_s, resident = _run(ground, "rebuild", "--switch")
    after, lines = asyncio.run(_size(ground))
    say("auditing what was rebuilt")
    verify_s, _, _ = _run(ground, "verify")
    stored = (after - before) / events
    return Rebuilt(events, bare, rebuild_s, rebuild_cpu_s, verify_s, resident, stored, lines / events)


def _run(ground: Stand, *words: str) -> tuple[float, float, float]:
    """How long it took, its processor time, and the most that one of its processes held in memory."""
    began, spent, most = time.perf_counter(), _spent(), 0.0
    child = subprocess.Popen(
        [sys.executable, "-m", "services.metrics.rebuilding", *words],
        env={**os.environ, **roster.environment(ground.place)},
        stdout=subprocess.DEVNULL,
    )
    while child.poll() is None:
        most = max(most, _resident(child.pid))
        time.sleep(WATCH_EVERY_S)
    if child.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with exit code {child.returncode}")
    return time.perf_counter() - began, _spent() - spent, most


def _spent() -> float:
    """Seconds of processor of all processes below this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(pid: int) -> float:
    try:
        ours = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return max(one.memory_info().rss for one in ours) / 1e6
    except psutil.NoSuchProcess:
        return 0.0


async def _size(ground: Stand) -> tuple[int, int]:
    connection = await asyncpg.connect(ground.place.dsn)
    try:
        size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
        return size, int(await connection.fetchval(LINES))
    finally:
        await connection.close()


def report(one: Rebuilt) -> str:
    """The result as a Markdown table."""
    rate = one.events / one.rebuild_s
    return "\n".join(
        [
            f"| {one.events:,} events, {os.cpu_count()} cores | seconds | events/s | beside bare |",
            "|---|---:|---:|---:|",
            f"| bare aiokafka `getmany` | {one.events / one.bare:.1f} | {one.bare:,.0f} | |",
            f"| **`primed rebuild --switch`** | {one.rebuild_s:.1f} | {rate:,.0f} | {rate / one.bare:.3f} |",
            f"| `primed verify` | {one.verify_s:.1f} | {one.events / one.verify_s:,.0f} | |",
            "",
            f"{one.lines:.1f} lines and {one.stored:,.0f} bytes an event; {one.resident:,.0f} MB a process; "
            f"{one.rebuild_cpu_s / one.events * 1e6:.0f} µs of processor an event beside Postgres's.",
        ]
    )


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="python -m bench.rebuild", description=__doc__)
    words.add_argument("--events", type=int, default=500_000, help="events in the log")
    asked = words.parse_args()
    with stand() as ground:
        print(report(measure(ground, asked.events)))


if __name__ == "__main__":
    main()
