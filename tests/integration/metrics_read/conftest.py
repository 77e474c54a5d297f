"""The hand-told council, folded once into a real Postgres by the service's own fold."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import services.metrics
from eventlog.postgres import Pool, connect
from services.metrics.answers.asking import Ask, Sources
from services.metrics.domain.measures import catalogue
from services.metrics.domain.spc import Rules
from services.metrics.flow import absorb
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.snapshots import PostgresReadings
from tests.conftest import Stack
from tests.integration.metrics_read import history

MEASURES = Path(services.metrics.__file__).parent / "measures.yaml"


@pytest.fixture(scope="session")
def told(stack: Stack) -> str:
    """The DSN of a database in which the history stands."""
    dsn = stack.new_database()
    asyncio.run(tell(dsn))
    return dsn


async def tell(dsn: str) -> None:
    pool = await connect(dsn, "metrics")
    ledger = PostgresLedger(pool)
    await ledger.prepare()
    batch = {(history.CASES, 0): history.case_records(), (history.ACTIONS, 0): history.action_records()}
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
    return Sources(PostgresReadings(pool), catalogue(MEASURES.read_text()), lambda tenant: tree, Rules())


@pytest.fixture
def ask():
    def make(unit: str = "council", as_at: str = "2026-06-15", as_known: str | None = None) -> Ask:
        known = dt.datetime.fromisoformat(as_known) if as_known else None
        return Ask(history.TENANT, unit, dt.date.fromisoformat(as_at), history.TODAY, known)

    return make
