"""The whole HTTP surface of ingest in this process, over a log in memory and a folder of its own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eventlog.memory import MemoryLog, MemoryProducer
from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.ingest.api import dead_letters, events, imports, mappings, quality, types
from services.ingest.api.bodies import Room
from services.ingest.api.desk import Desk
from services.ingest.api.uploading import Receiver
from services.ingest.domain.edge import Edge
from services.ingest.domain.imports import Import, State
from services.ingest.domain.letters import Cursor, Letter, Page, Replay, Wanted
from services.ingest.domain.rows import Reject
from services.ingest.domain.scores import Quality, SeenIn
from services.ingest.formats import READERS
from services.ingest.formats.opening import Unpacking, chunks, format_of
from services.ingest.store.mappings import Kept, shipped
from services.ingest.store.spool import Spool

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TOPICS = {"primed.case-events": 12, "primed.organisation": 1}


@dataclass
class Shelf:
    """Imports, mappings and dead letters in memory."""

    jobs: dict[str, Import] = field(default_factory=dict)
    refused: list[Reject] = field(default_factory=list)
    own: dict[tuple[str, str], Kept] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    async def add(self, job: Import) -> bool:
        if job.asked_as and await self.asked(job.tenant, job.asked_as):
            return False
        self.jobs[job.id] = job
        return True

    async def arrive(self, job: Import) -> bool:
        first = self.jobs[job.id].state == "uploading"
        self.jobs[job.id] = job if first else self.jobs[job.id]
        return first

    async def end(self, job: Import, state: State, error: str | None) -> None:
        self.jobs[job.id] = replace(job, state=state, error=error, ended_at=NOW)

    async def asked(self, tenant: str, key: str) -> Import | None:
        return next((one for one in self.jobs.values() if (one.tenant, one.asked_as) == (tenant, key)), None)

    async def cancel(self, job: Import) -> None:
        self.jobs[job.id] = replace(job, state="cancelled", ended_at=NOW)

    async def rejects(self, job: Import) -> AsyncIterator[Reject]:
        for one in self.refused:
            yield one


class Jobs(Shelf):
    async def find(self, tenant: str, name: str) -> Import | None:
        job = self.jobs.get(name)
        return job if job is not None and job.tenant == tenant else None

    async def newest(self, tenant: str, before: Import | None, limit: int) -> list[Import]:
        own = [job for job in reversed(self.jobs.values()) if job.tenant == tenant]
        return own[own.index(before) + 1 if before else 0 :][:limit]


class MappingShelf(Shelf):
    async def all(self, tenant: str) -> list[Kept]:
        return [*shipped().values(), *(kept for (owner, _), kept in self.own.items() if owner == tenant)]

    async def find(self, tenant: str, name: str) -> Kept | None:
        return self.own.get((tenant, name)) or shipped().get(name)

    async def put(self, tenant: str, name: str, body: str, on_top_of: int, by: str) -> int | None:
        self.own[tenant, name] = Kept(name, body, on_top_of + 1)
        return on_top_of + 1


class LetterBox(Shelf):
    async def newest(self, wanted: Wanted, limit: int) -> list[Letter]:
        return [letter for letter in self.letters if wanted.holds(letter)][:limit]

    async def page(self, wanted: Wanted, cursor: Cursor | None, limit: int) -> Page:
        page = Page(limit, cursor)
        for letter in filter(wanted.holds, self.letters):
            page.take(letter)
        return page

    async def find(self, tenant: str, name: str) -> Letter | None:
        return next((one for one in await self.newest(Wanted(tenant), 999) if one.id == name), None)


@dataclass
class Replayed:
    """Replays in memory."""

    kept: list[tuple[str, Replay]] = field(default_factory=list)

    async def of(self, tenant: str, letters: Collection[str]) -> dict[str, list[Replay]]:
        mine = [one for owner, one in self.kept if owner == tenant]
        return {name: [one for one in mine if one.letter == name] for name in letters}

    async def keep(self, tenant: str, replays: Sequence[Replay]) -> None:
        self.kept += [(tenant, replay) for replay in replays]


@dataclass
class Counted:
    """Quality in memory: what it was asked, and what it answers."""

    quality: Quality = field(default_factory=lambda: Quality((), (), ()))
    asked: list[tuple[object, ...]] = field(default_factory=list)
    in_time: list[SeenIn] = field(default_factory=list)

    async def read(self, *asked: object) -> Quality:
        self.asked.append(asked)
        return self.quality

    async def over_time(self, *asked: object) -> list[SeenIn]:
        self.asked.append(asked)
        return self.in_time


@dataclass
class Exported:
    """The items that exports show, in memory."""

    items: set[tuple[str, str]] = field(default_factory=set)

    async def sources(self, tenant: str) -> set[str]:
        return {source for source, _ in self.items}

    async def shown(self, tenant: str, items: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return self.items & set(items)


@dataclass
class Ingest:
    """What a test sends to, and looks into."""

    client: httpx2.AsyncClient
    log: MemoryLog
    issuer: TokenIssuer
    jobs: Jobs
    counted: Counted
    letters: LetterBox
    folder: Path
    exported: Exported

    def token(self, role: str = "feeder", tenant: str = "demo") -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.issue(role, None, tenant, f'{role}-1', 600)}"}

    async def post(
        self, body: Any, kind: str = "application/cloudevents+json", **headers: str
    ) -> httpx2.Response:
        sent = {"json": body} if not isinstance(body, bytes) else {"content": body}
        return await self.client.post(
            "/v1/events", headers={**self.token(), "content-type": kind, **headers}, **sent
        )

    def records(self, topic: str = "primed.case-events") -> list[Any]:
        return [
            record for place in self.log.partitions([topic]) for record in self.log.read(place, 0, 10_000)
        ]


@pytest.fixture
async def ingest(tmp_path: Path, edge: Edge) -> AsyncIterator[Ingest]:
    settings = Settings(home=tmp_path, postgres_dsn="postgresql://nowhere")
    log, jobs, shelf, letters = MemoryLog(TOPICS), Jobs(), MappingShelf(), LetterBox()
    counted, exported = Counted(), Exported()
    producer = MemoryProducer(log)
    spool = Spool(tmp_path / "imports", each_bytes=200_000, all_bytes=500_000)
    spool.open_folder(())
    unpacking = Unpacking(2**24, 200)
    numbers = itertools.count(1)
    clock: Callable[[], dt.datetime] = lambda: NOW  # noqa: E731 - one line says it
    room = Room(200_000)
    receiver = Receiver(
        spool,
        shelf,
        READERS.keys(),
        lambda file: chunks(file, unpacking),
        format_of,
        lambda: f"import-{next(numbers)}",
        clock,
        "here",
    )
    app = application(
        "ingest",
        token_reader(settings),
        [
            events.router(producer, edge, events.Limits(4_000, 100_000, 100), room, exported),
            imports.router(Desk(jobs, spool, receiver, clock, lambda: None)),
            mappings.router(shelf, room),
            types.router(),
            quality.router(counted, clock),
            dead_letters.router(dead_letters.Office(letters, Replayed(), producer, edge, room, clock)),
        ],
        checks={},
        streamed=("/v1/events", "/v1/imports", "/v1/imports/"),
        direct=("/v1/events",),
    )
    issuer = TokenIssuer(settings.keys)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ingest") as client:
        yield Ingest(client, log, issuer, jobs, counted, letters, tmp_path / "imports", exported)
