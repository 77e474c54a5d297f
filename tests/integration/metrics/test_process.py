"""The whole process on real Kafka and Postgres: counted, told and streamed, through poison and kills."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eventlog.kafka import KafkaProducer
from eventlog.records import Message
from runtime.auth import TokenIssuer
from services.metrics.domain.facts import NO_FACTS, Facts, evolve
from services.metrics.domain.postings import postings
from services.metrics.store import dump
from tests.casebook import TOPIC, council, said
from tests.casework import fact
from tests.conftest import Stack
from tests.patience import PATIENCE_S
from tests.ports import free_port_base

pytestmark = pytest.mark.real


@dataclass
class Process:
    """`python -m services.metrics`, to be started, killed and started again."""

    environment: dict[str, str]
    address: str
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "services.metrics"]
        self.child = subprocess.Popen(command, env={**os.environ, **self.environment})

    def kill(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def stop(self) -> int:
        assert self.child is not None
        self.child.terminate()
        return self.child.wait(PATIENCE_S)

    async def ready(self) -> None:
        until, answered = time.monotonic() + PATIENCE_S, "nothing"
        async with httpx2.AsyncClient() as http:
            while time.monotonic() < until:
                with contextlib.suppress(httpx2.TransportError):
                    answer = await http.get(f"{self.address}/readyz")
                    if answer.status_code == 200:
                        return
                    answered = answer.text
                await asyncio.sleep(0.1)
        raise AssertionError(f"metrics was not ready within a minute; it said: {answered}")


@dataclass
class World:
    """One metrics process on a database of its own; the log is the session's, the tenant this test's."""

    stack: Stack
    process: Process
    producer: KafkaProducer
    issuer: TokenIssuer
    tenant: str
    dsn: str

    async def tell(self, events: Iterable[dict[str, Any]]) -> None:
        await self.producer.send([self.message(event | {"tenant": self.tenant}) for event in events])

    def message(self, event: dict[str, Any]) -> Message:
        return Message(TOPIC, f"{self.tenant}/{event['subject']}".encode(), json.dumps(event).encode())

    async def dumped(self) -> list[str]:
        return [line for line in await dump.balances(self.dsn) if f'"tenant":"{self.tenant}"' in line]

    async def until_dumped(self, events: Iterable[dict[str, Any]], seconds: float = PATIENCE_S) -> None:
        """Wait until the ledger holds exactly what these events come to, counted here one by one."""
        expected = counted(self.tenant, events)
        until = time.monotonic() + seconds
        while (found := await self.dumped()) != expected:
            assert time.monotonic() < until, f"{len(found)} balances, {len(expected)} expected"
            await asyncio.sleep(0.2)

    async def stream(self, query: str, last_id: str | None = None) -> AsyncIterator[dict[str, Any]]:
        """Server-sent events, each with `id`, `event` and its decoded `data`."""
        token = self.issuer.issue("operator", None, self.tenant, "somebody", 600)
        headers = {"Authorization": f"Bearer {token}", **({"Last-Event-ID": last_id} if last_id else {})}
        address = f"{self.process.address}/v1/stream{query}"
        async with (
            httpx2.AsyncClient(timeout=PATIENCE_S) as http,
            http.stream("GET", address, headers=headers) as answer,
        ):
            assert answer.status_code == 200
            fields: dict[str, Any] = {}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if line and name:
                    fields[name] = json.loads(value) if name == "data" else value
                elif fields:
                    yield fields
                    fields = {}


def counted(tenant: str, events: Iterable[dict[str, Any]]) -> list[str]:
    """The dump that these events must come to."""
    items: dict[str, Facts] = {}
    for event in events:
        known = items.get(event["subject"], NO_FACTS)
        items[event["subject"]] = evolve(known, fact(event | {"tenant": tenant}))
    sums: Counter[Any] = Counter()
    for facts in items.values():
        sums.update(dict(postings(facts)))
    lines = [
        {
            **key._asdict(),
            "day": key.day.isoformat(),
            "detail": dict(key.detail),
            "amount": amount,
            "tenant": tenant,
        }
        for key, amount in sums.items()
        if amount
    ]
    return sorted(
        json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for line in lines
    )


@pytest.fixture
async def world(stack: Stack, database: str, tmp_path: Path) -> AsyncIterator[World]:
    base = free_port_base()
    environment = {
        "PRIMED_PORT_BASE": str(base),
        "PRIMED_HOME": str(tmp_path),
        "PRIMED_KAFKA_BOOTSTRAP": stack.bootstrap,
        "PRIMED_POSTGRES_DSN": database,
        "PRIMED_BATCH_RECORDS": "50",
    }
    producer = await KafkaProducer.start(stack.bootstrap, timeout_s=PATIENCE_S)
    process = Process(environment, f"http://127.0.0.1:{base + 2}")
    issuer = TokenIssuer(tmp_path / "keys")
    try:
        yield World(stack, process, producer, issuer, stack.new_name("council"), database)
    finally:
        process.kill()
        await producer.close()


def halves(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    yield events[: len(events) // 2]
    yield events[len(events) // 2 :]


async def test_each_event_counts_once_through_poison_and_a_kill(world: World) -> None:
    events = council(60)
    first, second = halves(events)
    poison = [
        Message(TOPIC, None, b"no key"),
        Message(TOPIC, f"{world.tenant}/demo/cases/1".encode(), b"\xff\xfe"),
        Message(TOPIC, f"{world.tenant}/demo/cases/1".encode(), None),
    ]
    world.process.start()
    await world.process.ready()
    await world.tell(first)
    await world.producer.send(poison)
    world.process.kill()
    await world.tell(second)
    world.process.start()
    await world.process.ready()
    await world.until_dumped(events)
    await world.tell(events[:20])
    await world.tell([said("received", "last", 3, 1, team="north")])
    await world.until_dumped([*events, said("received", "last", 3, 1, team="north")])
    assert world.process.stop() == 0


async def test_two_workers_share_the_log_and_one_carries_on_alone(world: World) -> None:
    base = free_port_base()
    second = Process(
        world.process.environment | {"PRIMED_PORT_BASE": str(base)}, f"http://127.0.0.1:{base + 2}"
    )
    events = council(120)
    first_half, second_half = halves(events)
    world.process.start()
    second.start()
    try:
        await world.process.ready()
        await second.ready()
        await world.tell(first_half)
        second.kill()
        await world.tell(second_half)
        await world.until_dumped(events, 60)
    finally:
        second.kill()


async def test_a_listener_gets_the_present_state_then_each_change_and_can_resume(world: World) -> None:
    today = time.strftime("%Y-%m-%d")
    month = today[:7]
    one = said("received", "1", 3, 1, team="north") | {"time": f"{today}T00:00:01+00:00"}
    world.process.start()
    await world.process.ready()
    await world.tell([one])
    last_id = await told(world, "?measure=received&unit=unassigned", month, 1)
    listening = asyncio.create_task(told(world, "?measure=received&unit=unassigned", month, 2, last_id))
    await asyncio.sleep(0.5)
    await world.tell([one | {"id": "2", "subject": "demo/cases/2"}])
    resumed = await listening
    assert int(resumed) > int(last_id)
    assert int(await told(world, "?measure=received&unit=unassigned", month, 2)) == int(resumed)
    async with httpx2.AsyncClient() as http:
        token = world.issuer.issue("operator", None, world.tenant, "somebody", 600)
        headers = {"Authorization": f"Bearer {token}"}
        unknown = await http.get(f"{world.process.address}/v1/stream?unit=nowhere", headers=headers)
        assert unknown.status_code == 404
        misspelt = await http.get(f"{world.process.address}/v1/stream?measure=recieved", headers=headers)
        assert (misspelt.status_code, "received" in misspelt.json()["there_is"]) == (404, True)
        assert (await http.get(f"{world.process.address}/v1/stream")).status_code == 401


async def told(world: World, query: str, month: str, value: int, last_id: str | None = None) -> str:
    """The id of the event that tells this value of the month; events before `last_id` must not come."""
    async with asyncio.timeout(40):
        while True:
            async for event in world.stream(query, last_id):
                assert event["event"] in ("measure.changed", "reset")
                assert last_id is None or int(event["id"]) > int(last_id)
                data = event["data"].get("data", {})
                if data.get("period") == month and data["value"] == value:
                    return str(event["id"])
    raise AssertionError("the stream ended")
