"""What is told of figures: changes, once, newest value last, and nothing that nobody needs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from eventlog.memory import MemoryLog, MemoryProducer
from eventlog.postgres import Pool, connect
from eventlog.records import LogUnavailable, Record
from schemas.envelope import Envelope, Event
from schemas.organisation import UnitMoved, UnitRegistered
from schemas.registry import data_of
from schemas.tree import Tree
from services.metrics.answers.asking import Sources
from services.metrics.domain.aims import NO_AIMS, Aims
from services.metrics.domain.spc import Rules
from services.metrics.flow import absorb
from services.metrics.store.catalogue import load
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.snapshots import PostgresReadings
from services.metrics.store.telling import PostgresNotebook
from services.metrics.telling import Teller
from tests.casebook import PLACES, batch, log_of, said
from tests.unit.services.metrics.domain.test_aims import after, agreed, withdrawn

PLACE = ("primed.metric-events", 0)
NOON = dt.datetime(2026, 4, 15, 12, tzinfo=dt.UTC)
UNITS = (
    ("council", None),
    ("adults", "council"),
    ("children", "council"),
    ("north", "adults"),
    ("south", "adults"),
)


def grown(tree: Tree, verb: str, data: Any, day: str = "2020-01-01") -> Tree:
    envelope = Envelope(
        specversion="1.0",
        id="x",
        source="demo/hr",
        type=f"primed.unit.{verb}.v1",
        subject=f"demo/hr/{data.unit}",
        time=f"{day}T00:00:00+00:00",
        data=data_of(data),
    )
    return tree.after(Event(envelope=envelope, data=data))


def organisation() -> Tree:
    tree = Tree()
    for unit, parent in UNITS:
        level = "council" if parent is None else "service" if parent == "council" else "team"
        more = {"parent": parent} if parent else {}
        tree = grown(tree, "registered", UnitRegistered(unit=unit, level=level, name=unit, **more))
    return tree


@dataclass
class World:
    """A ledger, a topic in memory, and a teller between them."""

    pool: Pool
    ledger: PostgresLedger
    topic: MemoryLog = field(default_factory=lambda: MemoryLog({"primed.metric-events": 1}))
    tree: Tree = field(default_factory=organisation)
    aims: Aims = NO_AIMS
    log: list[Record] = field(default_factory=list)
    heard: int = 0

    @property
    def notebook(self) -> PostgresNotebook:
        return PostgresNotebook(self.pool)

    async def teller(self, last_sent: dict[bytes, int] | None = None) -> Teller:
        readings = PostgresReadings(self.pool)
        sources = Sources(
            readings, load(), lambda tenant: self.tree, Rules(), aims_of=lambda tenant: self.aims
        )
        teller = Teller(self.notebook, sources, MemoryProducer(self.topic))
        await teller.begin(self.sent() if last_sent is None else last_sent)
        return teller

    def sent(self) -> dict[bytes, int]:
        events = ((record.key or b"", json.loads(record.value)) for record in self.records() if record.value)
        return {key: int(event["sequence"]) for key, event in events}

    def records(self) -> list[Record]:
        return self.topic.read(PLACE, 0, 1_000_000)

    def new(self) -> dict[str, Any]:
        """What was sent since we last looked: value by `unit/measure/grain/period`; None for a tombstone."""
        fresh = self.records()[self.heard :]
        self.heard += len(fresh)
        return {
            (record.key or b"").decode().removeprefix("demo/"): json.loads(record.value)["data"]["value"]
            if record.value
            else None
            for record in fresh
        }

    async def happen(self, *events: dict[str, Any]) -> None:
        before = len(self.log)
        self.log = log_of([*(json.loads(record.value or b"") for record in self.log), *events])
        known = {(record.partition, record.offset) for record in self.taken}
        fresh = [record for record in self.log if (record.partition, record.offset) not in known]
        assert len(fresh) == len(self.log) - before
        await absorb(batch(fresh), self.ledger, 500)
        self.taken += fresh

    taken: list[Record] = field(default_factory=list)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    pool = await connect(database, "metrics", max_size=4)
    ledger = PostgresLedger(pool)
    await ledger.prepare()
    await ledger.stand(PLACES)
    yield World(pool, ledger)
    await pool.close()


async def settle(teller: Teller, now: dt.datetime = NOON) -> int:
    """Rounds until nothing waits; how many events were sent."""
    sent = await teller.round(now)
    while teller.behind:
        sent += await teller.round(now)
    return sent


def received(key: str, day: int, **data: Any) -> dict[str, Any]:
    return said("received", key, day, 1, team="north", kind="review", **data)


async def test_a_change_is_told_of_every_unit_above_once(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13, due="2026-04-20"))
    assert await settle(teller) > 0
    told = world.new()
    for unit in ("north", "adults", "council"):
        assert told[f"{unit}/received/month/2026-04"] == 1
        assert told[f"{unit}/received/week/2026-W16"] == 1
    assert not [key for key in told if key.startswith(("children/", "south/", "unassigned/"))]
    assert await settle(teller) == 0
    assert world.new() == {}


async def test_an_event_says_what_was_before_and_what_it_rests_on(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    await world.happen(received("2", 13))
    await settle(teller)
    event = json.loads(world.records()[-1].value or b"")
    by_key = {record.key: json.loads(record.value or b"") for record in world.records()}
    event = by_key[b"demo/north/received/month/2026-04"]
    assert (event["data"]["value"], event["data"]["previous"]) == (2, 1)
    assert event["data"]["as_at"] == "2026-04-15"
    assert sum(event["data"]["positions"].values()) == 2
    assert event["subject"] == "north/received/month/2026-04"
    sequences = [int(json.loads(record.value or b"")["sequence"]) for record in world.records()]
    assert sequences == sorted(sequences)


async def test_a_correction_of_the_past_is_told_of_every_period_since(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    world.new()
    old = received("2", 0) | {"time": "2026-02-10T09:00:00+00:00"}
    await world.happen(old)
    await settle(teller)
    told = world.new()
    open_work = [name for name in ("open", "open_work") if f"north/{name}/month/2026-02" in told]
    assert open_work, sorted(told)
    assert [told[f"north/{open_work[0]}/month/2026-{month:02d}"] for month in (2, 3, 4)] == [1, 1, 2]
    assert told["north/received/month/2026-02"] == 1
    assert "north/received/month/2026-03" not in told


async def test_an_agreed_target_is_told_of_its_figures_alone(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    world.new()
    world.aims = after(agreed("t-1", 25, "2026-03-15", "2026-04-14", measure="received"))
    await settle(teller)
    events = {
        (record.key or b"").decode().removeprefix("demo/"): json.loads(record.value or b"")["data"]
        for record in world.records()[world.heard :]
    }
    assert set(world.new()) == {"north/received/week/2026-W16", "north/received/month/2026-04"}
    assert {(data["value"], data["previous"], data["target"]) for data in events.values()} == {(1, 1, 25)}
    world.aims = world.aims.after(withdrawn("t-1", "2026-04-15"))
    await settle(teller)
    assert len(world.new()) == 2
    assert json.loads(world.records()[-1].value or b"")["data"]["target"] is None
    await settle(await world.teller())
    assert world.new() == {}, "who tells next knows what was told"


async def test_what_was_sent_but_not_noted_is_sent_again_as_newer(world: World) -> None:
    class Torn(PostgresNotebook):
        async def tell(self, tellings: Any) -> None:
            raise LogUnavailable("killed before it was noted")

    await world.happen(received("1", 13))
    sources = Sources(PostgresReadings(world.pool), load(), lambda tenant: world.tree, Rules())
    torn = Teller(Torn(world.pool), sources, MemoryProducer(world.topic))
    await torn.begin({})
    with pytest.raises(LogUnavailable):
        await torn.round(NOON)
    first = world.sent()
    world.new()
    teller = await world.teller()
    await settle(teller)
    assert world.new()["north/received/month/2026-04"] == 1
    assert all(world.sent()[key] > sequence for key, sequence in first.items())


async def test_what_was_noted_but_not_sent_is_sent_at_the_next_start(world: World) -> None:
    class Away(MemoryProducer):
        async def send(self, messages: Any) -> list[Any]:
            raise LogUnavailable("killed before it was sent")

    await world.happen(received("1", 13))
    sources = Sources(PostgresReadings(world.pool), load(), lambda tenant: world.tree, Rules())
    torn = Teller(world.notebook, sources, Away(world.topic))
    await torn.begin({})
    with pytest.raises(LogUnavailable):
        await torn.round(NOON)
    assert world.new() == {}
    await world.teller()
    assert world.new()["north/received/month/2026-04"] == 1


async def test_what_was_sent_and_never_noted_is_put_right_though_it_came_back_to_what_was_noted(
    world: World,
) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    world.new()
    key = b"demo/north/received/month/2026-04"
    unnoted = world.sent()[key] + 1
    teller = await world.teller(world.sent() | {key: unnoted})
    await settle(teller)
    assert world.new() == {"north/received/month/2026-04": 1}
    assert world.sent()[key] > unnoted


async def test_at_the_start_the_topic_gets_again_what_it_lacks(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    told = world.new()
    key = b"demo/north/received/month/2026-04"
    lacking = {known: sequence for known, sequence in world.sent().items() if known != key}
    await world.teller(lacking)
    assert world.new() == {"north/received/month/2026-04": told["north/received/month/2026-04"]}
    await world.teller()
    assert world.new() == {}


async def test_at_midnight_what_comes_true_by_waiting_is_told(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13, due="2026-04-15"))
    await settle(teller)
    assert world.new()["north/overdue/month/2026-04"] == 0
    await settle(teller, NOON + dt.timedelta(hours=11))
    assert world.new() == {}
    await settle(teller, NOON + dt.timedelta(hours=12))
    assert world.new()["north/overdue/month/2026-04"] == 1


async def test_when_a_team_moves_the_figures_of_both_units_are_told(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    world.new()
    world.tree = grown(world.tree, "moved", UnitMoved(unit="north", parent="children"), "2026-04-10")
    await settle(teller)
    told = world.new()
    assert told["children/received/month/2026-04"] == 1
    assert told["adults/received/month/2026-04"] == 0


async def test_periods_too_old_are_taken_away(world: World) -> None:
    teller = await world.teller()
    await world.happen(received("1", 13))
    await settle(teller)
    assert world.new()["north/received/month/2026-04"] == 1
    later = NOON.replace(year=2028, month=5, day=3)
    await settle(teller, later)
    told = world.new()
    assert told["north/received/month/2026-04"] is None
    assert "north/received/month/2028-05" in told
    assert not [one for one in await world.notebook.told() if one.subject.period == "2026-04"]


async def test_a_team_that_nobody_registered_counts_as_unassigned(world: World) -> None:
    teller = await world.teller()
    await world.happen(said("received", "1", 13, 1, team="ghost"))
    await settle(teller)
    told = world.new()
    assert told["unassigned/received/month/2026-04"] == 1
    assert told["council/received/month/2026-04"] == 1


async def test_when_a_team_becomes_known_it_no_longer_counts_as_unassigned(world: World) -> None:
    teller = await world.teller()
    await world.happen(said("received", "1", 13, 1, team="ghost"))
    await settle(teller)
    world.new()
    ghost = UnitRegistered(unit="ghost", level="team", name="Ghost", parent="adults")
    world.tree = grown(world.tree, "registered", ghost)
    await settle(teller)
    told = world.new()
    assert told["unassigned/received/month/2026-04"] == 0
    assert told["adults/received/month/2026-04"] == 1
    assert "council/received/month/2026-04" not in told


async def test_one_process_leads(world: World) -> None:
    async with world.notebook.leading() as first:
        assert first is not None
        assert await first.stands()
        async with world.notebook.leading() as second:
            assert second is None
    async with world.notebook.leading() as third:
        assert third is not None
