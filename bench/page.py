"""How long until a page shows it: from the moment an event is posted to the figure on the team's page.

The reader is a page as a browser would be: it holds the live connection, hears that a figure has changed,
fetches that part of the page and reads the number. Every tenth event is a receipt for the team that is being
looked at, which raises its unallocated work by one; so the number on the page says which events it holds.
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
from bench.stand import Product, product, say

TEAM = "north-locality"
OTHERS = ("south-locality", "east-locality", "reviews", "safeguarding", "reablement")
SHOWN = re.compile(r'measure=unallocated&amp;[^"]*"[^>]*>([\d,]+)</a>')
GAUGES = ("metrics_lag_records", "metrics_untold_figures")
WAITING = re.compile(rf"^\w*(?:{'|'.join(GAUGES)}) (\S+)$", re.M)
THROTTLE_S = 0.25
"""The page fetches one of its parts at most so often (its own setting)."""


@dataclass(slots=True)
class Seen:
    """When each probe was posted, and when the page first showed that many."""

    posted: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    shown: dict[int, float] = field(default_factory=dict)
    start: int = 0

    def show(self, value: int) -> None:
        """The page shows this number now."""
        now = time.perf_counter()
        for number in range(len(self.shown), value - self.start):
            self.shown[number] = now

    def latencies(self) -> list[float]:
        """Seconds from posting to showing, sorted; a probe that was never shown counts as for ever."""
        return sorted(self.shown.get(n, float("inf")) - posted for n, posted in enumerate(self.posted))


@dataclass(frozen=True, slots=True)
class Page:
    """Latencies in seconds: posted → acknowledged and posted → on the page."""

    rate: int
    probes: int
    acknowledged: tuple[float, float]
    shown: tuple[float, float]


def measure(rate: int, seconds: int) -> Page:
    """Bring the product up with two years of a council, then post `rate` events a second and watch a page."""
    with product() as up:
        return asyncio.run(_measure(up, rate, seconds))


async def _measure(up: Product, rate: int, seconds: int) -> Page:
    limits = httpx2.Limits(max_connections=100)
    async with httpx2.AsyncClient(timeout=30, limits=limits) as client:
        feeder = {"authorization": f"Bearer {up.token('feeder')}"}
        reader = {"authorization": f"Bearer {up.token('manager', TEAM)}"}
        say("loading two years of a council")
        await _load(client, up, feeder)
        page = _page(up)
        await _quiet(client, up)
        seen = Seen(start=await _shown(client, page, reader))
        say(f"posting {rate} events a second for {seconds} s, with the team's page open")
        watching = asyncio.create_task(_watch(client, up, page, reader, seen))
        await _post_all(client, up, feeder, seen, rate, seconds)
        await asyncio.sleep(3)
        watching.cancel()
    acknowledged = sorted(a - p for a, p in zip(seen.acknowledged, seen.posted, strict=True))
    return Page(rate, len(seen.posted), _percentiles(acknowledged), _percentiles(seen.latencies()))


def _page(up: Product) -> str:
    return f"{up.place.url('dashboard')}/units/{TEAM}?part=strip"


async def _load(client: httpx2.AsyncClient, up: Product, headers: dict[str, str]) -> None:
    events = history()
    batch = {**headers, "content-type": "application/cloudevents-batch+json"}
    for at in range(0, len(events), 500):
        answer = await client.post(
            f"{up.place.url('ingest')}/v1/events", json=events[at : at + 500], headers=batch
        )
        answer.raise_for_status()


async def _quiet(client: httpx2.AsyncClient, up: Product) -> None:
    """Wait until the history is absorbed and every figure of it was told."""
    until, still = time.monotonic() + 300, 0
    while still < 5:
        if time.monotonic() > until:
            raise TimeoutError("The ledger did not come to rest within five minutes.")
        await asyncio.sleep(1)
        said = (await client.get(f"{up.place.url('metrics-1')}/metrics")).text
        left = [float(amount) for amount in WAITING.findall(said)]
        still = still + 1 if len(left) == len(GAUGES) and not any(left) else 0


async def _shown(client: httpx2.AsyncClient, page: str, headers: dict[str, str]) -> int:
    answer = await client.get(page, headers=headers)
    found = SHOWN.search(answer.text) if answer.status_code == 200 else None
    return int(found.group(1).replace(",", "")) if found else -1


async def _watch(
    client: httpx2.AsyncClient, up: Product, page: str, headers: dict[str, str], seen: Seen
) -> None:
    live = f"{up.place.url('dashboard')}/live"
    changed = asyncio.Event()

    async def fetch() -> None:
        while True:
            await changed.wait()
            changed.clear()
            seen.show(await _shown(client, page, headers))
            await asyncio.sleep(THROTTLE_S)

    fetching = asyncio.create_task(fetch())
    try:
        async with client.stream("GET", live, params={"unit": TEAM}, headers=headers, timeout=None) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("event: measure-"):
                    changed.set()
    finally:
        fetching.cancel()


async def _post_all(
    client: httpx2.AsyncClient, up: Product, headers: dict[str, str], seen: Seen, rate: int, seconds: int
) -> None:
    url, began, waiting = f"{up.place.url('ingest')}/v1/events", time.perf_counter(), set()
    for number in range(rate * seconds):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        task = asyncio.create_task(_post(client, url, headers, number, seen))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)


async def _post(
    client: httpx2.AsyncClient, url: str, headers: dict[str, str], number: int, seen: Seen
) -> None:
    probe = number % 10 == 0
    body = json.dumps(_receipt(number, TEAM if probe else OTHERS[number % len(OTHERS)]))
    place = len(seen.posted)
    if probe:
        seen.posted.append(time.perf_counter())
        seen.acknowledged.append(float("inf"))
    kind = {"content-type": "application/cloudevents+json"}
    answer = await client.post(url, content=body, headers={**headers, **kind})
    answer.raise_for_status()
    if probe:
        seen.acknowledged[place] = time.perf_counter()


def _receipt(number: int, team: str) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    return {
        "specversion": "1.0",
        "id": f"probe-{number}",
        "source": "bench/probe",
        "type": "primed.work.received.v1",
        "subject": f"bench/probe/{number}",
        "time": now,
        "data": {"kind": "review", "team": team},
    }


def _percentiles(values: list[float]) -> tuple[float, float]:
    """Median and 99th percentile, by nearest rank."""
    return values[len(values) // 2], values[min(len(values) - 1, -(-len(values) * 99 // 100) - 1)]
