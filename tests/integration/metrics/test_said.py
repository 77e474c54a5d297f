"""After kills at any moment nothing that changed is left unsaid: not on the topic, not to a listener."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import time
from typing import Any

import httpx2
import pytest

from services.metrics.store.catalogue import load
from services.metrics.stream import last_sent
from tests.casebook import council
from tests.integration.metrics import test_process
from tests.integration.metrics.test_process import World
from tests.patience import PATIENCE_S

world = test_process.world

pytestmark = pytest.mark.real

KILLS = 3
QUIET_S = 3.0
UNITS = ["unassigned"]


async def listen(world: World, heard: dict[str, dict[str, Any]], ids: list[int]) -> None:
    """Hear for ever, over kills, each time from the last id on; an id never comes twice."""
    while True:
        with contextlib.suppress(httpx2.TransportError, AssertionError):
            async for event in world.stream("", str(ids[-1]) if ids else None):
                if event["event"] == "measure.changed":
                    assert not ids or int(event["id"]) > ids[-1]
                    ids.append(int(event["id"]))
                    heard[event["data"]["subject"]] = event
        await asyncio.sleep(0.2)


async def quiet(ids: list[int]) -> None:
    """Until nothing was heard for a while."""
    until = time.monotonic() + 120
    known, since = len(ids), time.monotonic()
    while time.monotonic() - since < QUIET_S or not ids:
        assert time.monotonic() < until, "it does not come to rest"
        await asyncio.sleep(0.2)
        if len(ids) != known:
            known, since = len(ids), time.monotonic()


async def figures(world: World, periods: list[str]) -> dict[str, Any]:
    """Every figure of the unit in these periods that is kept, by the subject under which it is told."""
    declared = list(load())
    token = world.issuer.issue("operator", None, world.tenant, "somebody", 600)
    found = {}
    async with httpx2.AsyncClient(timeout=PATIENCE_S, headers={"Authorization": f"Bearer {token}"}) as http:
        for period in periods:
            grain = "week" if "W" in period else "month"
            names = [one.measure.id for one in declared if grain in one.measure.grains]
            for start in range(0, len(names), 50):
                asked = {"measure": names[start : start + 50], "unit": UNITS, "period": period}
                answer = await http.get(f"{world.process.address}/v1/figures", params=asked)
                assert answer.status_code == 200, answer.text
                for one in answer.json()["figures"]:
                    found[f"{one['unit']}/{one['measure']}/{grain}/{period}"] = one["value"]
    return found


async def test_after_kills_all_that_changed_is_said(world: World) -> None:
    seed = random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    chance, events = random.Random(seed), council(60)
    heard: dict[str, dict[str, Any]] = {}
    ids: list[int] = []
    world.process.start()
    await world.process.ready()
    listening = asyncio.create_task(listen(world, heard, ids))
    try:
        size = len(events) // (KILLS + 1) + 1
        for start in range(0, len(events), size):
            await world.tell(events[start : start + size])
            await asyncio.sleep(chance.uniform(0.1, 1.2))
            if start + size < len(events):
                world.process.kill()
                world.process.start()
                await world.process.ready()
        await world.until_dumped(events, 60)
        await quiet(ids)
        assert not listening.done()
        periods = sorted({subject.rsplit("/", 1)[1] for subject in heard})
        assert {"2026-04", "2026-06"} <= set(periods)
        for subject, value in (await figures(world, periods)).items():
            said = heard.get(subject)
            if said is None:
                assert not value, (subject, value)
            else:
                assert said["data"]["data"]["value"] == value, subject
        sent = await last_sent(world.stack.bootstrap)
        for subject, event in heard.items():
            assert sent[f"{world.tenant}/{subject}".encode()] == int(event["id"]), subject
    finally:
        listening.cancel()
