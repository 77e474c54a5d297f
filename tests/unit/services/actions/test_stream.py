"""What is heard over Kafka: trees by tenant, and records that cannot be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from eventlog.codec import DEAD_LETTERS
from eventlog.event_store import StoredEvent
from eventlog.memory import MemoryLog, MemoryProducer
from eventlog.records import PositionMoved, Record
from schemas import registry
from schemas.envelope import Envelope
from schemas.organisation import UnitRegistered
from services.actions.domain.escalation import Heard
from services.actions.flow import Asked, Page, Positions
from services.actions.stream import (
    ESCALATIONS,
    ORGANISATION,
    Escalations,
    NotCaughtUp,
    Organisation,
    to_message,
)
from tests.unit.services.actions.domain.test_agenda import raised


def written(kind: str, data: Any, tenant: str = "demo", **more: Any) -> bytes:
    envelope = Envelope(
        specversion="1.0",
        id="1",
        source="demo/hr",
        type=kind,
        subject="demo/hr/1",
        time="2026-11-20T09:00:00+00:00",
        data=registry.data_of(data),
        **({"tenant": tenant} if tenant else {}),
        **more,
    )
    return registry.write(envelope)


def record(topic: str, offset: int, value: bytes | None) -> Record:
    return Record(topic, 0, offset, 1_764_000_000_000, b"demo/x", value)


def registered(unit: str, tenant: str = "demo") -> bytes:
    return written("primed.unit.registered.v1", UnitRegistered(unit=unit, level="council", name="X"), tenant)


RAISED = written("primed.escalation.raised.v1", raised("e-1"), sequence="1")


class MemoryBooks:
    """Books for what is heard, in memory."""

    def __init__(self, stands: int = 0) -> None:
        self.stands = stands
        self.kept: dict[tuple[str, str], Heard] = {}

    @asynccontextmanager
    async def open(self, asked: Asked) -> AsyncIterator[Page]:
        raise AssertionError("nothing is commanded here")
        yield

    @asynccontextmanager
    async def listen(self, positions: Positions) -> AsyncIterator[MemoryBooks]:
        ((first, after),) = positions.values()
        if first != self.stands:
            raise PositionMoved(f"stands at {self.stands}")
        yield self
        self.stands = after

    async def escalation(self, tenant: str, key: str) -> Heard | None:
        return self.kept.get((tenant, key))

    async def keep(self, tenant: str, heard: Heard) -> None:
        self.kept[tenant, heard.escalation] = heard


class Hearing:
    """Escalations over books and a log in memory."""

    def __init__(self, stands: int = 0) -> None:
        self.books = MemoryBooks(stands)
        self.log = MemoryLog({DEAD_LETTERS: 1})
        self.escalations = Escalations(self.books, MemoryProducer(self.log))

    async def take(self, *values: bytes | None, first: int = 0) -> None:
        records = [record(ESCALATIONS, first + number, value) for number, value in enumerate(values)]
        batch: Mapping[tuple[str, int], Sequence[Record]] = {(ESCALATIONS, 0): records}
        await self.escalations.absorb(batch)

    def letters(self) -> list[Record]:
        return list(self.log.read((DEAD_LETTERS, 0), 0, 100))


async def test_nobodys_reach_is_known_before_the_organisation_was_read() -> None:
    organisation = Organisation("127.0.0.1:1")
    with pytest.raises(NotCaughtUp, match="ask again"):
        organisation.tree("demo")


async def test_each_tenant_has_a_tree_of_its_own() -> None:
    organisation = Organisation("127.0.0.1:1")
    organisation.follower.caught_up.set()
    values = [registered("here"), registered("there", tenant="other"), b"no event", None]
    await organisation.hear([record(ORGANISATION, number, value) for number, value in enumerate(values)])
    assert organisation.tree("demo").council == "here"
    assert organisation.tree("other").council == "there"
    assert organisation.tree("nobody").council is None


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (None, b"tombstone"),
        (b"\xff\xfe", b"not-json"),
        (b"{}", b"wrong-shape"),
        (RAISED.replace(b"raised.v1", b"raised.v9"), b"unknown-type"),
        (RAISED.replace(b'"serious"', b'"dire"').replace(b'"warning"', b'"dire"'), b"wrong-data"),
        (registered("x"), b"wrong-topic"),
        (RAISED.replace(b'"tenant":"demo",', b""), b"no-tenant"),
    ],
)
async def test_what_cannot_be_read_goes_aside_and_harms_nothing_else(
    poison: bytes | None, reason: bytes
) -> None:
    hearing = Hearing()
    await hearing.take(poison, RAISED)
    assert set(hearing.books.kept) == {("demo", "e-1")}
    assert hearing.books.stands == 2
    (letter,) = hearing.letters()
    assert (letter.value, letter.key) == (poison, b"demo/x")
    headers = dict(letter.headers)
    assert headers["primed-reason"] == reason
    assert headers["primed-offset"] == b"0"
    assert headers["primed-service"] == b"actions"


async def test_a_batch_that_does_not_go_on_from_where_we_stand_leaves_no_trace() -> None:
    hearing = Hearing(stands=5)
    with pytest.raises(PositionMoved):
        await hearing.take(b"poison", RAISED, first=4)
    assert hearing.books.kept == {}
    assert hearing.letters() == []


def test_an_event_goes_into_the_log_byte_for_byte() -> None:
    message = to_message(StoredEvent("demo/x/1", 1, "primed.escalation.raised.v1", RAISED, b"{}", 1))
    assert (message.topic, message.value, message.key) == (ESCALATIONS, RAISED, b"demo/demo/hr/1")
