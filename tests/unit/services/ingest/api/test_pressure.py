"""Back-pressure: while Kafka stalls, ingest holds a bounded number of bytes; all others come back later."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eventlog.records import LogUnavailable, Message, Placed
from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.ingest.api import events
from services.ingest.api.bodies import Room
from services.ingest.domain.edge import Edge
from tests.patience import PATIENCE_S
from tests.unit.services.ingest.api.conftest import Exported

BATCH = "application/cloudevents-batch+json"
ROOM = 100_000


class Stalling:
    """A log that answers when it is let, or gives up."""

    def __init__(self) -> None:
        self.go, self.held, self.most, self.broken = asyncio.Event(), 0, 0, False

    async def send(self, messages: Sequence[Message]) -> list[Placed]:
        size = sum(len(message.value or b"") for message in messages)
        self.held += size
        self.most = max(self.most, self.held)
        try:
            await self.go.wait()
        finally:
            self.held -= size
        if self.broken:
            raise LogUnavailable("Kafka did not acknowledge within 5 seconds.")
        return [Placed(message.topic, 0, 0) for message in messages]


@pytest.fixture
def log() -> Stalling:
    return Stalling()


@pytest.fixture
async def client(tmp_path: Path, edge: Edge, log: Stalling) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(home=tmp_path, postgres_dsn="postgresql://nowhere")
    routes = events.router(log, edge, events.Limits(50_000, 50_000, 1_000), Room(ROOM), Exported())
    app = application("ingest", token_reader(settings), [routes], checks={}, streamed=("/v1/events",))
    bearer = f"Bearer {TokenIssuer(settings.keys).issue('feeder', None, 'demo', 'feeder-1', 600)}"
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://ingest",
        headers={"authorization": bearer, "content-type": BATCH},
    ) as made:
        yield made


@pytest.fixture
def other(tmp_path: Path, client: httpx2.AsyncClient) -> dict[str, str]:
    """Another sender of the same council."""
    issuer = TokenIssuer(Settings(home=tmp_path, postgres_dsn="postgresql://nowhere").keys)
    return {"authorization": f"Bearer {issuer.issue('feeder', None, 'demo', 'feeder-2', 600)}"}


async def test_a_stalled_log_fills_the_room_and_no_more(
    client: httpx2.AsyncClient, log: Stalling, event: Callable[..., dict[str, Any]]
) -> None:
    batch = [event(id=f"e{number}") for number in range(100)]
    posting = [asyncio.create_task(client.post("/v1/events", json=batch)) for _ in range(40)]
    done: set[asyncio.Task[httpx2.Response]] = set()
    while len(done) < 30:
        done, _ = await asyncio.wait(posting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    turned_away = [one.result() for one in done]
    assert {answer.status_code for answer in turned_away} == {429}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in turned_away)
    log.go.set()
    answers = Counter([(await one).status_code for one in posting])
    assert answers[202] >= 1
    assert answers[202] + answers[429] == 40
    assert log.most <= 1.5 * ROOM, "what is held is what came in, and the council's name in each event"
    assert (await client.post("/v1/events", json=batch)).status_code == 202, "the room is free again"


async def test_one_sender_who_fills_its_share_leaves_room_for_another(
    client: httpx2.AsyncClient, log: Stalling, event: Callable[..., dict[str, Any]], other: dict[str, str]
) -> None:
    batch = [event(id=f"e{number}") for number in range(100)]
    mine = [asyncio.create_task(client.post("/v1/events", json=batch)) for _ in range(10)]
    done, waiting = await asyncio.wait(mine, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    assert {one.result().status_code for one in done} == {429}
    theirs = asyncio.create_task(client.post("/v1/events", json=batch, headers=other))
    log.go.set()
    assert (await theirs).status_code == 202
    await asyncio.gather(*waiting)


async def test_a_log_that_gives_up_sends_its_callers_away_to_come_back(
    client: httpx2.AsyncClient, log: Stalling, event: Callable[..., dict[str, Any]]
) -> None:
    log.broken = True
    log.go.set()
    for _ in range(20):
        answer = await client.post("/v1/events", json=[event()])
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) >= 1


async def test_a_packed_body_is_refused_before_it_is_read(
    client: httpx2.AsyncClient, event: Callable[..., dict[str, Any]]
) -> None:
    answer = await client.post("/v1/events", content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    assert answer.status_code == 415
    assert "unpacked" in answer.json()["detail"]
