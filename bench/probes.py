"""Probes: receipts for one team at a steady rate, each of which raises its unallocated work by one.

So whoever reads that number, on a page or from a stream, knows which of the probes it holds, and when. That
holds only while each of them counts: so none has been sent before, and one that cannot be posted ends it all.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2

from bench.load import history
from bench.stand import Product, say

TEAM = "north-locality"
OTHERS = ("south-locality", "east-locality", "reviews", "safeguarding", "reablement")
GAUGES = ("metrics_lag_records", "metrics_untold_figures")
WAITING = re.compile(rf"^\w*(?:{'|'.join(GAUGES)}) (\S+)$", re.M)
PROBE_EACH = 10
"""Of so many events one is a probe; the others are for other teams."""


@dataclass(slots=True)
class Seen:
    """When each probe was posted, and when that many were first seen; `name` tells them from earlier ones."""

    name: str
    posted: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    shown: dict[int, float] = field(default_factory=dict)
    start: int = 0

    def show(self, value: int) -> None:
        """This number is seen now."""
        now = time.perf_counter()
        for number in range(len(self.shown), value - self.start):
            self.shown[number] = now

    def latencies(self) -> list[float]:
        """Seconds from posting to seeing, sorted; a probe that was never seen counts as for ever."""
        return sorted(self.shown.get(n, float("inf")) - posted for n, posted in enumerate(self.posted))


async def load(client: httpx2.AsyncClient, up: Product, feeder: dict[str, str]) -> None:
    """Two years of a council, absorbed, and every figure of it told."""
    say("loading two years of a council")
    events = history()
    batch = {**feeder, "content-type": "application/cloudevents-batch+json"}
    for at in range(0, len(events), 500):
        answer = await client.post(
            f"{up.place.url('ingest')}/v1/events", json=events[at : at + 500], headers=batch
        )
        answer.raise_for_status()
    await _quiet(client, up)


async def _quiet(client: httpx2.AsyncClient, up: Product) -> None:
    until, still = time.monotonic() + 300, 0
    while still < 5:
        if time.monotonic() > until:
            raise TimeoutError("The ledger did not come to rest within five minutes.")
        await asyncio.sleep(1)
        said = (await client.get(f"{up.place.url('metrics-1')}/metrics")).text
        left = [float(amount) for amount in WAITING.findall(said)]
        still = still + 1 if len(left) == len(GAUGES) and not any(left) else 0


async def post(
    client: httpx2.AsyncClient, up: Product, feeder: dict[str, str], seen: Seen, rate: int, seconds: int
) -> None:
    """Post `rate` events a second: one by one up to 100 a second, above that several at once."""
    together = max(1, rate // 100)
    url, began = f"{up.place.url('ingest')}/v1/events", time.perf_counter()
    async with asyncio.TaskGroup() as posting:
        for first in range(0, rate * seconds, together):
            await asyncio.sleep(max(0.0, began + first / rate - time.perf_counter()))
            posting.create_task(_post(client, url, feeder, range(first, first + together), seen))


async def _post(
    client: httpx2.AsyncClient, url: str, headers: dict[str, str], numbers: range, seen: Seen
) -> None:
    body = json.dumps([_receipt(seen.name, number) for number in numbers])
    headers = {**headers, "content-type": "application/cloudevents-batch+json"}
    first, probes = len(seen.posted), sum(number % PROBE_EACH == 0 for number in numbers)
    seen.posted += [time.perf_counter()] * probes
    seen.acknowledged += [float("inf")] * probes
    try:
        answer = await client.post(url, content=body, headers=headers)
    except httpx2.ReadError:  # closed as we took it up; an event that is sent twice counts once
        answer = await client.post(url, content=body, headers=headers)
    answer.raise_for_status()
    seen.acknowledged[first : first + probes] = [time.perf_counter()] * probes


def _receipt(name: str, number: int) -> dict[str, Any]:
    probe = number % PROBE_EACH == 0
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    return {
        "specversion": "1.0",
        "id": f"{name}-{number}",
        "source": "bench/probe",
        "type": "primed.work.received.v1",
        "subject": f"bench/probe/{name}-{number}",
        "time": now,
        "data": {"kind": "review", "team": TEAM if probe else OTHERS[number % len(OTHERS)]},
    }


def percentiles(values: list[float]) -> tuple[float, float]:
    """Median and 99th percentile, by nearest rank."""
    return values[len(values) // 2], values[min(len(values) - 1, -(-len(values) * 99 // 100) - 1)]
