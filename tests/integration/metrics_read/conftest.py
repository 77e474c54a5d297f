"""The hand-told council, folded once into a real Postgres by the service's own fold."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from fastapi import FastAPI

from eventlog.postgres import Pool, connect
from eventlog.records import Record
from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.metrics.answers.asking import Ask, Sources
from services.metrics.api import routers
from services.metrics.api.desk import Desk
from services.metrics.domain.spc import Rules
from services.metrics.domain.worklist import UNHEARD, Health
from services.metrics.flow import absorb
from services.metrics.store.catalogue import load
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.snapshots import PostgresReadings
from tests.conftest import Stack
from tests.integration.metrics_read import handovers, history, placements


@pytest.fixture(scope="session")
def told(stack: Stack) -> str:
    """The DSN of a database in which the history stands."""
    dsn = stack.new_database()
    records = {(history.CASES, 0): history.case_records(), (history.ACTIONS, 0): history.action_records()}
    asyncio.run(tell(dsn, records))
    return dsn


@pytest.fixture(scope="session")
def handed(stack: Stack) -> str:
    """The DSN of a database in which the council that passes work on stands."""
    dsn = stack.new_database()
    asyncio.run(tell(dsn, {(history.CASES, 0): handovers.case_records()}))
    return dsn


@pytest.fixture(scope="session")
def placed_in(stack: Stack) -> str:
    """The DSN of a database in which the council with packages of care stands."""
    dsn = stack.new_database()
    records = {
        (history.CASES, 0): placements.package_records(),
        (history.ACTIONS, 0): placements.meeting_records(),
    }
    asyncio.run(tell(dsn, records))
    return dsn


async def tell(dsn: str, batch: dict[tuple[str, int], list[Record]]) -> None:
    pool = await connect(dsn, "metrics")
    ledger = PostgresLedger(pool)
    await ledger.prepare()
    await ledger.stand(batch)
    await absorb(batch, ledger, most_dead=0)
    ends = {place: len(records) for place, records in batch.items()}
    await ledger.mark_read(ends, dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC))
    await pool.close()


@pytest.fixture
async def pool(told: str) -> AsyncIterator[Pool]:
    pool = await connect(told, "metrics")
    yield pool
    await pool.close()


@pytest.fixture
async def sources(pool: Pool) -> Sources:
    tree = history.tree()
    return Sources(PostgresReadings(pool), load(), lambda tenant: tree, Rules())


@pytest.fixture
async def handed_over(handed: str) -> AsyncIterator[Sources]:
    """Where the answers about the council that passes work on come from."""
    pool = await connect(handed, "metrics")
    tree = handovers.tree()
    yield Sources(PostgresReadings(pool), load(), lambda tenant: tree, Rules())
    await pool.close()


@pytest.fixture
async def placed(placed_in: str) -> AsyncIterator[Sources]:
    """Where the answers about the council with packages of care come from."""
    pool = await connect(placed_in, "metrics")
    tree = history.tree()
    yield Sources(PostgresReadings(pool), load(), lambda tenant: tree, Rules())
    await pool.close()


@pytest.fixture
def ask():
    def make(unit: str = "council", as_at: str = "2026-06-15", as_known: str | None = None) -> Ask:
        known = dt.datetime.fromisoformat(as_known) if as_known else None
        return Ask(history.TENANT, unit, dt.date.fromisoformat(as_at), history.TODAY, known)

    return make


class Council:
    """The service's HTTP surface as a person of the council sees it."""

    def __init__(self, app: FastAPI, issuer: TokenIssuer) -> None:
        self.app, self.issuer = app, issuer

    async def get(
        self, path: str, role: str = "operator", scope: str | None = None, **params: Any
    ) -> httpx2.Response:
        token = self.issuer.issue(role, scope, history.TENANT, "somebody", 600)
        return await self.call(path, {"authorization": f"Bearer {token}"}, params)

    async def call(self, path: str, headers: dict[str, str], params: dict[str, Any]) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://metrics") as client:
            return await client.get(path, headers=headers, params=params)


@pytest.fixture
def council(sources: Sources, tmp_path: Path) -> Council:
    return front_of(sources, tmp_path)


@pytest.fixture
def passing_council(handed_over: Sources, tmp_path: Path) -> Council:
    return front_of(handed_over, tmp_path)


@pytest.fixture
def placed_council(placed: Sources, tmp_path: Path) -> Council:
    return front_of(placed, tmp_path)


def front_of(sources: Sources, tmp_path: Path, health: Health = UNHEARD) -> Council:
    settings = Settings(home=tmp_path)
    now = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
    desk = Desk(
        sources, lambda: now, ZoneInfo("Europe/London"), {"demo/cases": "weekly"}, lambda tenant: health
    )
    issuer = TokenIssuer(settings.keys)
    return Council(application("metrics", token_reader(settings), routers(desk), checks={}), issuer)
