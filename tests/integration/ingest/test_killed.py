"""Ingest killed with -9 in the middle of an import, again and again: nothing is lost or counts twice."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.real, pytest.mark.faults, pytest.mark.timeout(900)]
Make = Callable[..., dict[str, Any]]
ROWS, KILLS = 20_000, 10
COUNTS = ("state", "rows_read", "accepted", "refused", "events", "share", "bytes_read")


def file(event: Make) -> bytes:
    """Every hundredth row cannot be read."""
    lines = (json.dumps(event(n)) if n % 100 else "{" for n in range(1, ROWS + 1))
    return "\n".join(lines).encode()


def over(job: dict[str, Any]) -> bool:
    return job["state"] not in ("queued", "running")


def seen(ingest: Any, place: str) -> tuple[Any, ...]:
    """What a council is shown of its import: counts, rejects, quality."""
    with ingest.client() as client:
        job = client.get(place).json()
        rejects = client.get(f"{place}/rejects").text
        quality = client.get("/v1/quality").json()
    fields = [
        (one["field"], one["results"], [e["rows"] for e in one["examples"]]) for one in quality["fields"]
    ]
    return [job[name] for name in COUNTS], rejects, fields, quality["checked"], quality["faulty"]


async def test_killed_ten_times_an_import_comes_to_what_an_undisturbed_one_comes_to(
    ingest: Any, stack: Any, event: Make
) -> None:
    seed = 11
    chance, body = random.Random(seed), file(event)
    calm = type(ingest)(ingest.process, stack.new_name("council"))
    undisturbed = calm.upload(body)
    calm.wait(undisturbed, over)

    place, stood = ingest.upload(body, "?name=night"), [0]
    for _ in range(KILLS):
        ingest.wait(place, lambda job: job["rows_read"] > stood[-1] or over(job))
        time.sleep(chance.uniform(0, 0.15))
        ingest.process.kill()
        ingest.process.start()
        stood.append(ingest.wait(place, lambda job: True)["rows_read"])
    ingest.wait(place, over)

    assert sorted(stood) == stood, seed
    assert stood[3] < ROWS, "the kills must meet the import while it runs"
    assert seen(ingest, place) == seen(calm, undisturbed), seed
    times = Counter(one["id"] for one in await ingest.events())
    assert set(times) == {one["id"] for one in await calm.events()}, seed
    assert len(times) == ROWS - ROWS // 100
    assert sum(times.values()) - len(times) <= KILLS * 500, f"seed {seed}: a kill repeats at most one batch"
    assert ingest.uploads == []
