"""What docs/ledger.md shows of figures, restatements and positions holds in the database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from eventlog.postgres import Pool, connect
from eventlog.records import PositionMoved, Record
from schemas import registry
from schemas.tree import Tree
from services.metrics.answers.asking import Ask, Sources
from services.metrics.answers.figures import figures
from services.metrics.answers.restatements import Past, restatements
from services.metrics.closing import Closer
from services.metrics.domain.closing import Calendar
from services.metrics.domain.complete import ALWAYS, Complete
from services.metrics.domain.periods import parse
from services.metrics.domain.spc import Rules
from services.metrics.flow import absorb
from services.metrics.restating import Restater
from services.metrics.store.catalogue import load
from services.metrics.store.given import PostgresGiven
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.snapshots import PostgresReadings
from tests.conftest import Stack
from tests.lawbook import Example, examples, moment_of

LONDON = ZoneInfo("Europe/London")
TODAY = dt.date(2026, 7, 20)
READ = [one for one in examples() if "figures" in one.said or "restated" in one.said]


@dataclass
class Ledger:
    """An example in a ledger of its own tenant and partition."""

    pool: Pool
    ledger: PostgresLedger
    example: Example
    partition: int

    @property
    def tenant(self) -> str:
        return f"law-{self.partition}"

    @property
    def batch(self) -> list[Record]:
        """Its records, of its own tenant."""
        return [
            replace(
                record,
                key=(record.key or b"").replace(b"demo/", f"{self.tenant}/".encode(), 1),
                value=json.dumps(json.loads(record.value or b"") | {"tenant": self.tenant}).encode(),
            )
            for record in self.example.records(self.partition)
        ]

    async def told(self) -> Sources:
        """Everything that was told, in the ledger."""
        place = (registry.TOPIC_OF["primed.work.received.v1"], self.partition)
        await self.ledger.stand([place])
        await absorb({place: self.batch}, self.ledger, 500)
        tree = Tree().after_all(
            registry.read(json.dumps(one).encode()) for one in self.example.organisation()
        )
        return Sources(
            PostgresReadings(self.pool), load(), lambda tenant: tree, Rules(), lambda tenant: self.complete
        )

    @property
    def complete(self) -> Complete:
        since = {
            feed: dt.date.fromisoformat(day)
            for feed, day in self.example.said.get("complete_from", {}).items()
        }
        return Complete(since, {feed: {"work": frozenset({"north"})} for feed in since}) if since else ALWAYS

    def ask(self, said: dict[str, str]) -> Ask:
        known = moment_of(said["as_known"]) if "as_known" in said else None
        as_at = dt.date.fromisoformat(said.get("as_at", TODAY.isoformat()))
        began = self.batch[0].timestamp_ms
        before = known is not None and known.timestamp() * 1000 < began
        return Ask(self.tenant, said["unit"], as_at, TODAY, known, before_all=before)


@pytest.fixture(scope="module")
def law(stack: Stack) -> str:
    """The DSN of the database that all examples share, each as a tenant of its own."""
    return stack.new_database()


@pytest.fixture
async def pool(law: str) -> AsyncIterator[Pool]:
    pool = await connect(law, "metrics", max_size=4)
    await PostgresLedger(pool).prepare()
    yield pool
    await pool.close()


@pytest.fixture
async def book(pool: Pool, request: pytest.FixtureRequest) -> Ledger:
    return Ledger(pool, PostgresLedger(pool), request.param, READ.index(request.param))


def shown(said: list[Example]) -> Any:
    return pytest.mark.parametrize("book", said, ids=[one.rule for one in said], indirect=True)


@shown(READ)
async def test_the_figures_restatements_and_positions_of_an_example(book: Ledger) -> None:
    sources = await book.told()
    if "position" in book.example.said:
        await refused_whole(book)
    for said in book.example.said.get("figures", ()):
        asked = sources, book.ask(said), [said["measure"]], [said["unit"]], parse(said["period"])
        (found,) = (await figures(*asked)).what
        wanted = None if said["is"] == "null" else float(said["is"])
        assert found.value == wanted, said
    if "restated" in book.example.said:
        await restated(book, sources)


async def refused_whole(book: Ledger) -> None:
    """A batch that repeats the last records, and one that leaves some out."""
    place = (book.batch[0].topic, book.partition)
    repeat, gap = (int(book.example.said["position"][name]) for name in ("repeat", "gap"))
    last = book.batch[-1]
    for records in (book.batch[-repeat:], [replace(last, offset=last.offset + gap)]):
        with pytest.raises(PositionMoved):
            await absorb({place: records}, book.ledger, 500)


@dataclass
class Nobody:
    """Nobody is told here; what closes is only given."""

    restater: Restater | None = None
    tenants: tuple[str, ...] = ()
    behind: int = 0

    def look_at(self, tenant: str, keys: Any) -> None: ...


async def restated(book: Ledger, sources: Sources) -> None:
    given, calendar = PostgresGiven(book.pool), Calendar(LONDON)
    tree = sources.tree_of(book.tenant)
    closer = Closer(sources, given, calendar, lambda tenant, at: tree, Nobody())
    for said in book.example.said["restated"]:
        period = parse(said["period"])
        await closer.close(book.tenant, period, calendar.closes(period))
        past = Past(given, lambda tenant, at: tree)
        (found,) = (await restatements(sources, past, book.ask(said), [said["measure"]], [period])).what
        assert found.given is not None, said
        parts = {share.cause: str(share.change.value) for share in found.shares}
        assert parts == {key: value for key, value in said.items() if key not in GIVEN}, said
        assert (str(found.given.value), str(found.now.value)) == (said["given"], said["now"])


GIVEN = ("measure", "unit", "period", "given", "now")
