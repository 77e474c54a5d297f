"""How long until it is told: from the moment an event is posted to the figure, on a page and in the stream.

A page is read as a browser would: it holds the live connection, hears that a figure has changed, fetches that
part of the page and reads the number. The stream is `GET /v1/stream` of metrics, as other services hear it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx2

from bench.probes import TEAM, Seen, load, percentiles, post
from bench.stand import Product, product, say

SHOWN = re.compile(r'measure=unallocated&amp;[^"]*"[^>]*>([\d,]+)</a>')
THROTTLE_S = 0.25
"""The page fetches one of its parts at most so often (its own setting)."""

Watch = Callable[[httpx2.AsyncClient, Product, dict[str, str], Seen], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Told:
    """Seconds (median, 99th percentile): posted → acknowledged, and posted → seen `where`."""

    where: str
    rate: int
    probes: int
    acknowledged: tuple[float, float]
    seen: tuple[float, float]


def measure(rates: Sequence[int], seconds: int) -> list[Told]:
    """Bring the product up with two years of a council, then watch the stream at each rate, and a page."""
    with product() as up:
        return asyncio.run(_measure(up, rates, seconds))


async def _measure(up: Product, rates: Sequence[int], seconds: int) -> list[Told]:
    limits = httpx2.Limits(max_connections=100)
    async with httpx2.AsyncClient(timeout=30, limits=limits) as client:
        feeder = {"authorization": f"Bearer {up.token('feeder')}"}
        reader = {"authorization": f"Bearer {up.token('manager', TEAM)}"}
        await load(client, up, feeder)
        watches: list[tuple[str, Watch, int]] = [("the stream", _hear, rate) for rate in rates]
        watches.append(("a team's page", _look, rates[0]))
        return [await _watched(client, up, (feeder, reader), watch, seconds) for watch in watches]


async def _watched(
    client: httpx2.AsyncClient,
    up: Product,
    headers: tuple[dict[str, str], dict[str, str]],
    how: tuple[str, Watch, int],
    seconds: int,
) -> Told:
    (feeder, reader), (where, watch, rate) = headers, how
    seen = Seen(uuid.uuid4().hex, start=await _shown(client, up, reader))
    say(f"posting {rate} events a second for {seconds} s, watching {where}")
    watching = asyncio.create_task(watch(client, up, reader, seen))
    await asyncio.sleep(2)
    await post(client, up, feeder, seen, rate, seconds)
    await asyncio.sleep(3)
    watching.cancel()
    acknowledged = sorted(a - p for a, p in zip(seen.acknowledged, seen.posted, strict=True))
    return Told(where, rate, len(seen.posted), percentiles(acknowledged), percentiles(seen.latencies()))


async def _shown(client: httpx2.AsyncClient, up: Product, reader: dict[str, str]) -> int:
    page = f"{up.place.url('dashboard')}/units/{TEAM}?part=strip"
    answer = await client.get(page, headers=reader)
    found = SHOWN.search(answer.text) if answer.status_code == 200 else None
    return int(found.group(1).replace(",", "")) if found else -1


async def _look(client: httpx2.AsyncClient, up: Product, reader: dict[str, str], seen: Seen) -> None:
    changed = asyncio.Event()

    async def fetch() -> None:
        while True:
            await changed.wait()
            changed.clear()
            seen.show(await _shown(client, up, reader))
            await asyncio.sleep(THROTTLE_S)

    fetching = asyncio.create_task(fetch())
    try:
        live = f"{up.place.url('dashboard')}/live"
        async with client.stream("GET", live, params={"unit": TEAM}, headers=reader, timeout=None) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("event: measure-"):
                    changed.set()
    finally:
        fetching.cancel()


async def _hear(client: httpx2.AsyncClient, up: Product, reader: dict[str, str], seen: Seen) -> None:
    stream = f"{up.place.url('metrics-1')}/v1/stream"
    asked = {"unit": TEAM, "measure": "unallocated"}
    month = dt.datetime.now(dt.UTC).strftime("%Y-%m")
    async with client.stream("GET", stream, params=asked, headers=reader, timeout=None) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                told = json.loads(line.removeprefix("data:"))["data"]
                if told["period"] == month and told["value"] is not None:
                    seen.show(told["value"])
