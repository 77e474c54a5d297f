"""A council to ask with: its organisation, its people's tokens, and the HTTP surface over real Postgres."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec import Raw

from eventlog.postgres import Pool, connect
from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from schemas.envelope import Envelope, Event
from schemas.organisation import RoleAssigned, UnitRegistered, WorkerJoined
from schemas.tree import Tree
from services.actions.__main__ import ROUTED
from services.actions.api.desk import Desk
from services.actions.settings import ActionsSettings
from services.actions.store.books import PostgresBooks
from services.actions.store.shelf import PostgresShelf

TENANT = "demo"
MORNING = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(0)))
UNITS: tuple[tuple[str, Any, str | None], ...] = (
    ("council", "council", None),
    ("adults", "directorate", "council"),
    ("long-term", "service", "adults"),
    ("north", "team", "long-term"),
    ("south", "team", "long-term"),
    ("front-door", "service", "adults"),
)
WORKERS = (("w-1", "north"), ("w-2", "north"), ("w-3", "south"))


def happened(data: Any) -> Event:
    """An event of the organisation, long ago."""
    envelope = Envelope(
        specversion="1.0",
        id="any",
        source="demo/hr",
        type="any",
        subject="demo/hr/any",
        time="2024-04-01T00:00:00+01:00",
        data=Raw(b"{}"),
    )
    return Event(envelope=envelope, data=data)


def council() -> Tree:
    """A council with two services, two teams and three workers."""
    units = [
        UnitRegistered(unit=unit, level=level, name=unit.title(), **({"parent": parent} if parent else {}))
        for unit, level, parent in UNITS
    ]
    workers = [WorkerJoined(worker=worker, team=team) for worker, team in WORKERS]
    role = RoleAssigned(unit="north", role="manager", person="w-9")
    return Tree().after_all([happened(data) for data in (*units, *workers, role)])


@dataclass
class Asker:
    """One person's way to the service; a command reads the present version itself unless told one."""

    http: httpx2.AsyncClient
    token: str
    last: httpx2.Response | None = field(default=None, init=False)

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        return await self.http.get(path, params=query, headers=self._headers())

    async def post(
        self, path: str, body: Any = None, *, version: int | None = None, key: str | None = None
    ) -> httpx2.Response:
        headers = self._headers()
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.post(path, json=body, headers=headers)

    async def did(self, path: str, body: Any = None, *, version: int | None = None) -> dict[str, Any]:
        """The answer of a command that must hold."""
        answer = await self.post(path, body, version=version)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def saw(self, path: str, **query: Any) -> dict[str, Any]:
        """The answer of a question that must be answered."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Council:
    """The service over a real database, with a clock that a test may set."""

    pool: Pool
    books: PostgresBooks
    http: httpx2.AsyncClient
    issuer: TokenIssuer
    now: dt.datetime = MORNING

    def as_(self, role: str, unit: str | None = None, subject: str = "w-9", tenant: str = TENANT) -> Asker:
        """Somebody with this role in this unit."""
        return Asker(self.http, self.issuer.issue(role, unit, tenant, subject, 600))

    def pass_days(self, days: int) -> None:
        """The clock moves on."""
        self.now += dt.timedelta(days=days)


@pytest.fixture
async def service(database: str, tmp_path: Path) -> AsyncIterator[Council]:
    """The HTTP surface of actions over a fresh database, without Kafka."""
    settings = ActionsSettings(home=tmp_path, postgres_dsn=database)
    pool = await connect(database, "actions", max_size=8)
    tree, books = council(), PostgresBooks(pool)
    issuer = TokenIssuer(settings.keys)
    there: list[Council] = []
    desk = Desk(
        books=books,
        shelf=PostgresShelf(pool),
        tree=lambda tenant: tree if tenant == TENANT else Tree(),
        staff=lambda: {"w-50"},
        now=lambda: there[0].now,
        new_id=lambda noun: f"{noun[0]}-{secrets.token_hex(8)}",
    )
    routers = [each.router(desk) for each in ROUTED]
    app = application("actions", token_reader(settings), routers, checks={})
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://actions") as http:
        there.append(Council(pool, books, http, issuer))
        yield there[0]
    await pool.close()


@pytest.fixture
def manager(service: Council) -> Asker:
    """The manager of team north."""
    return service.as_("manager", "north", "w-9")
