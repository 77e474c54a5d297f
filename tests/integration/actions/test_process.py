"""The whole process on real Kafka and Postgres: what it hears and says, and what no kill takes away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eventlog.codec import DEAD_LETTERS, event_message, key_of
from eventlog.following import Follower
from eventlog.kafka import KafkaProducer
from eventlog.records import Message, Record
from runtime.auth import TokenIssuer
from schemas import registry
from schemas.envelope import Envelope
from schemas.escalations import EscalationClosed, EscalationRaised
from schemas.organisation import UnitRegistered, WorkerJoined
from tests.integration.actions.conftest import Asker
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.real

SAID = "primed.action-events"
WISH = {"unit": "north", "text": "It.", "owner": "w-1", "deadline": "2100-01-01"}


@dataclass
class Process:
    """`python -m services.actions`, to be started, killed and started again."""

    environment: dict[str, str]
    address: str
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "services.actions"]
        self.child = subprocess.Popen(command, env={**os.environ, **self.environment})

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        """Let it leave its consumer group, so that the next test need not wait for its session to end."""
        assert self.child is not None
        self.child.terminate()
        return self.child.wait(PATIENCE_S)

    async def serves(self) -> None:
        """Wait until commands are taken: Postgres is there and the organisation was read."""
        until = time.monotonic() + PATIENCE_S
        async with httpx2.AsyncClient() as http:
            while time.monotonic() < until:
                with contextlib.suppress(httpx2.TransportError):
                    checks = (await http.get(f"{self.address}/readyz")).json()["checks"]
                    if checks["postgres"]["ok"] and checks["organisation"]["ok"]:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError("actions took no commands within 45 seconds")


@dataclass
class World:
    """A tenant of its own on the shared Kafka, with the process that serves it."""

    tenant: str
    producer: KafkaProducer
    process: Process
    issuer: TokenIssuer
    http: httpx2.AsyncClient
    heard: dict[str, list[Record]] = field(default_factory=dict)

    def as_(self, role: str, unit: str | None, subject: str = "w-9") -> Asker:
        return Asker(self.http, self.issuer.issue(role, unit, self.tenant, subject, 600))

    def message(
        self, kind: str, key: str, data: Any, sequence: int = 1, source: str = "primed/notify"
    ) -> Message:
        envelope = Envelope(
            specversion="1.0",
            id=f"{self.tenant}/{key}/{sequence}",
            source=source,
            type=kind,
            subject=f"{source}/{key}",
            time="2026-11-20T09:00:00+00:00",
            tenant=self.tenant,
            sequence=str(sequence),
            data=registry.data_of(data),
        )
        return event_message(registry.write(envelope), envelope)

    def said(self) -> list[Envelope]:
        """The events of this tenant on the topic, in order of each subject."""
        found = [registry.read(record.value or b"").envelope for record in self.heard.get(SAID, [])]
        return [envelope for envelope in found if envelope.tenant == self.tenant]

    def letters(self) -> list[Record]:
        """The dead letters of this tenant."""
        mine = key_of(self.tenant, "")
        return [one for one in self.heard.get(DEAD_LETTERS, []) if (one.key or b"").startswith(mine)]


@pytest.fixture
def port_base() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return port - 3


@pytest.fixture
async def world(stack: Any, database: str, port_base: int, tmp_path: Path) -> AsyncIterator[World]:
    environment = {
        "PRIMED_PORT_BASE": str(port_base),
        "PRIMED_HOME": str(tmp_path),
        "PRIMED_KAFKA_BOOTSTRAP": stack.bootstrap,
        "PRIMED_POSTGRES_DSN": database,
    }
    process = Process(environment, f"http://127.0.0.1:{port_base + 3}")
    producer = await KafkaProducer.start(stack.bootstrap)
    tenant = stack.new_name("actions")
    async with httpx2.AsyncClient(base_url=process.address, timeout=PATIENCE_S) as http:
        made = World(tenant, producer, process, TokenIssuer(tmp_path / "keys"), http)

        async def hear(records: Any) -> None:
            for record in records:
                made.heard.setdefault(record.topic, []).append(record)

        follower = Follower(stack.bootstrap, [SAID, DEAD_LETTERS], start="beginning", hear=hear)
        await follower.start()
        await producer.send(
            [
                made.message("primed.unit.registered.v1", unit, UnitRegistered(**about), source="demo/hr")
                for unit, about in {
                    "council": {"unit": "council", "level": "council", "name": "Council"},
                    "north": {"unit": "north", "level": "team", "name": "North", "parent": "council"},
                }.items()
            ]
            + [
                made.message(
                    "primed.worker.joined.v1",
                    "w-1",
                    WorkerJoined(worker="w-1", team="north"),
                    source="demo/hr",
                )
            ]
        )
        process.start()
        try:
            await process.serves()
            yield made
        finally:
            process.stop()
            await follower.stop()
            await producer.close()


async def eventually(check: Any, seconds: float = PATIENCE_S) -> Any:
    """Wait until `check` answers with something true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = check()
        found = await found if asyncio.iscoroutine(found) else found
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("It did not come about in time.")


def raised(escalation: str) -> EscalationRaised:
    return EscalationRaised(
        escalation=escalation,
        rule="team-overdue",
        unit="north",
        measure="overdue",
        title="Overdue work is above 20",
        severity="warning",
        value=23,
        threshold=20,
        period="2026-11",
        since="2026-11-19T16:12:00+00:00",
        asked="w-9",
    )


async def test_what_is_agreed_is_told_in_order(world: World) -> None:
    manager = world.as_("manager", "north")
    made = await manager.did("/v1/commitments", WISH)
    await manager.did(f"/v1/commitments/{made['id']}/complete", {"outcome": "Done."}, version=1)
    said = await eventually(lambda: world.said() if len(world.said()) == 2 else None)
    assert [(one.type, one.sequence) for one in said] == [
        ("primed.commitment.agreed.v1", "1"),
        ("primed.commitment.completed.v1", "2"),
    ]
    story = await manager.saw(f"/v1/history/commitment/{made['id']}")
    assert [json.loads(registry.write(one)) for one in said] == story["events"]
    assert world.heard[SAID][-1].key == f"{world.tenant}/primed/actions/commitment/{made['id']}".encode()


async def test_exceptions_reach_the_agenda_and_are_answered(world: World) -> None:
    first, second = f"e-{world.tenant}-1", f"e-{world.tenant}-2"
    kind = "primed.escalation.raised.v1"
    poison = Message("primed.escalation-events", key_of(world.tenant, "poison"), b'{"specversion": NaN}')
    misplaced = world.message(
        "primed.unit.registered.v1", "x", UnitRegistered(unit="x", level="team", name="X")
    )
    await world.producer.send(
        [
            poison,
            world.message(kind, first, raised(first)),
            Message("primed.escalation-events", misplaced.key, misplaced.value),
            world.message(kind, second, raised(second)),
            world.message(kind, second, raised(second)),
        ]
    )
    manager = world.as_("manager", "north")
    plan = {"unit": "north", "title": "Team meeting", "starts": "2026-11-23T10:00:00+00:00"}
    meeting = await manager.did("/v1/meetings", plan)
    path = f"/v1/meetings/{meeting['id']}"

    async def agenda() -> list[str]:
        return sorted(one["id"] for one in (await manager.saw(path))["agenda"]["exceptions"])

    async def both() -> bool:
        return await agenda() == [first, second]

    await eventually(both)
    made = await manager.did("/v1/commitments", {**WISH, "escalation": first})
    assert made["escalation"] == first
    closed = EscalationClosed(escalation=first, unit="north", by="w-9", commitment=made["id"])
    await world.producer.send([world.message("primed.escalation.closed.v1", first, closed, sequence=2)])

    async def is_closed() -> bool:
        found = (await manager.saw(path))["agenda"]["exceptions"]
        return [one["id"] for one in found] == [second]

    await eventually(is_closed)
    letters = await eventually(lambda: world.letters() if len(world.letters()) == 2 else None)
    reasons = {dict(letter.headers)["primed-reason"] for letter in letters}
    assert reasons == {b"not-json", b"wrong-topic"}
    assert poison.value in {letter.value for letter in letters}

    world.process.kill()
    world.process.start()
    await world.process.serves()
    assert await agenda() == [second]
    third = f"e-{world.tenant}-3"
    await world.producer.send([world.message(kind, third, raised(third))])
    await eventually(lambda: _has(agenda, third), seconds=30)
    assert len(world.letters()) == 2


async def _has(agenda: Any, escalation: str) -> bool:
    return escalation in await agenda()


async def test_what_was_answered_is_kept_once_through_kills(world: World) -> None:
    answered: dict[str, str] = {}

    async def insist(number: int) -> None:
        manager = world.as_("manager", "north")
        key = f"command-{number}"
        while key not in answered:
            with contextlib.suppress(httpx2.TransportError):
                answer = await manager.post("/v1/commitments", {**WISH, "text": key}, key=key)
                if answer.status_code == 201:
                    answered[key] = answer.json()["id"]
                    return
                assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.1)

    async def disturb() -> None:
        for _ in range(2):
            await asyncio.sleep(0.4)
            world.process.kill()
            world.process.start()
            await world.process.serves()

    async def all_commands() -> None:
        for start in range(0, 120, 8):
            await asyncio.gather(*(insist(number) for number in range(start, start + 8)))
            await asyncio.sleep(0.05)

    await asyncio.gather(all_commands(), disturb())
    manager = world.as_("manager", "north")
    kept = (await manager.saw("/v1/commitments", limit=200))["items"]
    assert {one["text"]: one["id"] for one in kept} == answered
    assert len(kept) == 120
    told = await eventually(lambda: world.said() if len({one.id for one in world.said()}) == 120 else None)
    assert {one.subject.rpartition("/")[2] for one in told} == set(answered.values())


async def test_it_leaves_within_ten_seconds_when_told(world: World) -> None:
    began = time.monotonic()
    assert world.process.stop() == 0
    assert time.monotonic() - began < 10
