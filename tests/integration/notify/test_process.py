"""The whole process on real Kafka and Postgres: a figure is told, people hear of it, through kills."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import Raw
from standardwebhooks.webhooks import Webhook as Verifier

from eventlog.codec import DEAD_LETTERS, event_message, key_of
from eventlog.following import Follower
from eventlog.kafka import KafkaProducer
from eventlog.records import Message, Record
from runtime.auth import TokenIssuer
from schemas import registry
from schemas.commitments import CommitmentAgreed
from schemas.envelope import Envelope as CloudEvent
from schemas.measures import MeasureChanged
from tests.integration.notify.conftest import HOURS, ROLES, UNITS, Asker, at_once
from tests.integration.notify.test_channels import NO_BODY, Receiver, receiving
from tests.patience import PATIENCE_S
from tests.serving import taking_mail

pytestmark = pytest.mark.real

SAID = "primed.escalation-events"
STAFF = """
people:
  leah: {name: Leah Brook, email: leah@council.example, role: manager, unit: north}
  sam: {name: Sam Hill, email: sam@council.example, role: manager, unit: south}
  ruth: {name: Ruth Adeyemi, email: ruth@council.example, role: head, unit: long-term}
"""


@dataclass
class Process:
    """`python -m services.notify`, to be started, killed and started again."""

    environment: dict[str, str]
    address: str
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "services.notify"]
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
        until, said = time.monotonic() + PATIENCE_S, "nothing"
        async with httpx2.AsyncClient() as http:
            while time.monotonic() < until:
                with contextlib.suppress(httpx2.TransportError):
                    answer = await http.get(f"{self.address}/readyz")
                    if answer.status_code == 200:
                        return
                    said = answer.text
                await asyncio.sleep(0.1)
        raise AssertionError(f"notify was not ready within 45 seconds; it said: {said}")


@dataclass
class Mailbox:
    """Keeps what is sent to it."""

    letters: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = message_from_bytes(content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos[0], letter.get_content()))
        return "250 OK"


@dataclass
class World:
    """A tenant of its own on the shared Kafka, the process that serves it, and those who hear from it."""

    tenant: str
    producer: KafkaProducer
    process: Process
    issuer: TokenIssuer
    http: httpx2.AsyncClient
    mailbox: Mailbox
    receiver: Receiver
    heard: dict[str, list[Record]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def as_(self, role: str, unit: str | None = None, subject: str = "anybody") -> Asker:
        return Asker(self.http, self.issuer.issue(role, unit, self.tenant, subject, 600))

    def message(self, kind: str, source: str, key: str, data: Any) -> Message:
        number = next(self.numbers)
        envelope = CloudEvent(
            specversion="1.0",
            id=f"{self.tenant}/{number}",
            source=source,
            type=kind,
            subject=f"{source}/{key}",
            time=dt.datetime.now(HOURS.zone).isoformat(),
            tenant=self.tenant,
            sequence=str(number),
            data=Raw(json.dumps(data)) if isinstance(data, dict) else registry.data_of(data),
        )
        return event_message(registry.write(envelope), envelope)

    def figure(self, value: float, unit: str = "north", measure: str = "overdue") -> Message:
        today = dt.datetime.now(HOURS.zone).date()
        changed = MeasureChanged(
            unit=unit,
            measure=measure,
            grain="month",
            period=f"{today:%Y-%m}",
            value=value,
            as_at=today.isoformat(),
            fresh_at="2026-11-23T09:00:00+00:00",
            positions={},
        )
        key = f"{unit}/{measure}/month/{changed.period}"
        return self.message("primed.measure.changed.v1", "primed/metrics", key, changed)

    async def tell(self, *values: float, unit: str = "north") -> None:
        await self.producer.send([self.figure(value, unit) for value in values])

    async def hear(self, records: Sequence[Record]) -> None:
        for record in records:
            self.heard.setdefault(record.topic, []).append(record)

    def said(self) -> list[CloudEvent]:
        """What was said of this tenant's exceptions, each event once, in the order of the log."""
        mine = key_of(self.tenant, "")
        own = [one for one in self.heard.get(SAID, []) if (one.key or b"").startswith(mine)]
        found = [registry.read(record.value or b"").envelope for record in own]
        return list({one.id: one for one in found}.values())

    def letters(self) -> list[Record]:
        mine = key_of(self.tenant, "")
        return [one for one in self.heard.get(DEAD_LETTERS, []) if (one.key or b"").startswith(mine)]


@pytest.fixture
async def world(stack: Any, database: str, tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "staff.yaml").write_text(STAFF)
    base, mail = free_port() - 4, free_port()
    environment = {
        "PRIMED_PORT_BASE": str(base),
        "PRIMED_HOME": str(tmp_path),
        "PRIMED_KAFKA_BOOTSTRAP": stack.bootstrap,
        "PRIMED_POSTGRES_DSN": database,
        "PRIMED_SMTP_URL": f"smtp://127.0.0.1:{mail}",
        "PRIMED_WEBHOOK_NETWORKS": '["127.0.0.0/8"]',
        "PRIMED_TICK_S": "0.2",
        "PRIMED_RULES_FILE": str(at_once(tmp_path)),
        "PRIMED_CONSUMER_GROUP": stack.new_name("primed-notify"),
    }
    process = Process(environment, f"http://127.0.0.1:{base + 4}")
    tenant, issuer = stack.new_name("notify"), TokenIssuer(tmp_path / "keys")
    async with AsyncExitStack() as leaving:
        producer = await KafkaProducer.start(stack.bootstrap)
        leaving.push_async_callback(producer.close)
        leaving.enter_context(taking_mail(mailbox := Mailbox(), mail))
        receiver = await leaving.enter_async_context(receiving(b"HTTP/1.1 204 No Content\r\n" + NO_BODY))
        http = await leaving.enter_async_context(
            httpx2.AsyncClient(base_url=process.address, timeout=PATIENCE_S)
        )
        made = World(tenant, producer, process, issuer, http, mailbox, receiver)
        follower = Follower(stack.bootstrap, [SAID, DEAD_LETTERS], start="beginning", hear=made.hear)
        await follower.start()
        leaving.push_async_callback(follower.stop)
        await producer.send(list(organisation(made)))
        leaving.callback(process.kill)
        process.start()
        await process.ready()
        yield made


def organisation(world: World) -> Iterator[Message]:
    for unit, level, name, parent in UNITS:
        data = {"unit": unit, "level": level, "name": name} | ({"parent": parent} if parent else {})
        yield world.message("primed.unit.registered.v1", "demo/hr", unit, data)
    for unit, role, person in ROLES:
        data = {"unit": unit, "role": role, "person": person}
        yield world.message("primed.role.assigned.v1", "demo/hr", unit, data)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def eventually(check: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """Wait until `check` answers with something true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = check()
        found = await found if asyncio.iscoroutine(found) else found
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("It did not come about in time.")


async def test_a_breach_reaches_inbox_mail_webhook_and_log_and_poison_goes_aside(world: World) -> None:
    url = f"http://127.0.0.1:{world.receiver.port}/hook"
    secret = (await world.as_("service").did("/v1/subscriptions", {"url": url}))["secret"]
    await world.tell(12, 23)
    leah = world.as_("manager", "north", "leah")

    async def inbox() -> Any:
        return (await leah.saw("/v1/inbox"))["items"]

    [item] = await eventually(inbox)
    assert item["title"] == "North Locality: overdue work is 23, above the limit of 20"
    [(to, mail)] = await eventually(lambda: world.mailbox.letters)
    assert to == "leah@council.example"
    assert f"/escalations/{item['escalation']}" in mail
    headers, body = (await eventually(lambda: world.receiver.seen))[0]
    assert Verifier(secret).verify(body, headers)["data"]["escalation"] == item["escalation"]
    [raised] = await eventually(world.said)
    assert raised.type == "primed.escalation.raised.v1"

    path = f"/v1/escalations/{item['escalation']}"
    await leah.did(f"{path}/acknowledge", {"note": "On it."}, version=1)
    await world.tell(9)
    said = await eventually(lambda: world.said() if len(world.said()) == 3 else None)
    assert [one.type.split(".")[2] for one in said] == ["raised", "acknowledged", "cleared"]
    assert [one.sequence for one in said] == ["1", "2", "3"]
    await eventually(lambda: len(world.receiver.seen) == 3)
    shown = await world.as_("operator").saw("/v1/deliveries")
    assert {item["channel"] for item in shown["items"]} == {"inbox", "email", "webhook"}
    assert "leah@" not in json.dumps(shown)
    await a_commitment_heard_from_the_log_closes_it(world)
    await poison_goes_aside_with_bytes_and_place_and_the_rest_is_heard(world)


async def a_commitment_heard_from_the_log_closes_it(world: World) -> None:
    await world.tell(40, unit="south")
    operator = world.as_("operator")

    async def of_south() -> Any:
        return (await operator.saw("/v1/escalations", unit="south"))["items"]

    [raised] = await eventually(of_south)
    made = CommitmentAgreed(
        commitment="c-1",
        unit="south",
        text="Two people take the oldest.",
        owner="w-1",
        deadline=dt.date(2100, 1, 1),
        by="sam",
        escalation=raised["id"],
    )
    await world.producer.send(
        [world.message("primed.commitment.agreed.v1", "primed/actions", "commitment/c-1", made)]
    )

    async def closed() -> Any:
        [found] = await of_south()
        return found if found["state"] == "closed" else None

    found = await eventually(closed)
    assert (found["closed"]["by"], found["closed"]["commitment"]) == ("sam", "c-1")
    assert found["commitments"] == ["c-1"]


async def poison_goes_aside_with_bytes_and_place_and_the_rest_is_heard(world: World) -> None:
    good = world.figure(40)
    odd = json.loads(world.figure(40).value or b"")
    odd["data"]["period"] = "2026-13"
    unsaid = {name: value for name, value in json.loads(good.value or b"").items() if name != "sequence"}
    topic = "primed.metric-events"
    poison = [
        Message(topic, key_of(world.tenant, "p1"), b'{"specversion": NaN}'),
        Message(topic, key_of(world.tenant, "p2"), b"\xff\xfe"),
        Message(topic, key_of(world.tenant, "p3"), json.dumps(odd).encode()),
        Message(topic, key_of(world.tenant, "p4"), json.dumps(unsaid).encode()),
        Message(topic, good.key, None),
        good,
    ]
    await world.producer.send(poison)
    await eventually(lambda: len(world.said()) == 6)
    letters = await eventually(lambda: world.letters() if len(world.letters()) == 4 else None)
    reasons = {dict(letter.headers)["primed-reason"] for letter in letters}
    assert reasons == {b"not-json", b"wrong-data", b"missing-field"}
    assert {letter.value for letter in letters} == {message.value for message in poison[:4]}
    assert {dict(letter.headers)["primed-service"] for letter in letters} == {b"notify"}


async def test_through_kills_each_exception_is_raised_once_and_reaches_its_people(world: World) -> None:
    url = f"http://127.0.0.1:{world.receiver.port}/hook"
    await world.as_("service").did("/v1/subscriptions", {"url": url})
    rounds = 6

    async def disturb() -> None:
        await asyncio.sleep(1.1)
        world.process.kill()
        world.process.start()
        await world.process.ready()

    async def flap() -> None:
        for _ in range(rounds):
            for unit in ("north", "south"):
                await world.tell(30, 19, 28, unit=unit)
            await asyncio.sleep(0.25)
            for unit in ("north", "south"):
                await world.tell(16, 2, unit=unit)
            await asyncio.sleep(0.15)

    await asyncio.gather(flap(), disturb())
    wanted = 2 * 2 * rounds
    said = await eventually(lambda: world.said() if len(world.said()) >= wanted else None)
    assert [one.type.split(".")[2] for one in said].count("raised") == wanted // 2
    assert [one.type.split(".")[2] for one in said].count("cleared") == wanted // 2
    items = (await world.as_("operator").saw("/v1/escalations", limit=200))["items"]
    assert [item["state"] for item in items] == ["cleared"] * (wanted // 2)

    async def delivered() -> bool:
        waiting = (await world.as_("operator").saw("/v1/deliveries", state="waiting"))["items"]
        return not waiting

    await eventually(delivered, 45)
    told = [json.loads(body)["data"]["event"] for _, body in world.receiver.seen]
    assert {one.id for one in said} == set(told)
    assert len(told) <= wanted + 2 * 2
    order = [event.rsplit("/", 1) for event in dict.fromkeys(told)]
    assert all(order.index([name, "1"]) < order.index([name, "2"]) for name, _ in order)
    began = time.monotonic()
    assert world.process.stop() == 0
    assert time.monotonic() - began < 10
