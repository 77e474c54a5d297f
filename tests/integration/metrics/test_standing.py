"""What a telling says beside the value: how the series stands, what was given, that a feed is silent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eventlog.memory import MemoryProducer
from eventlog.postgres import connect
from eventlog.records import Record
from schemas.tree import Tree
from services.metrics import explaining
from services.metrics.answers.asking import Sources
from services.metrics.answers.restatements import Past
from services.metrics.closing import Closer
from services.metrics.domain.closing import Calendar, Given, Place
from services.metrics.domain.complete import Complete
from services.metrics.domain.spc import Rules
from services.metrics.domain.telling import Subject
from services.metrics.explaining import RestatementHerald
from services.metrics.feeding import FeedHerald
from services.metrics.flow import absorb
from services.metrics.restating import Restater
from services.metrics.store.catalogue import load
from services.metrics.store.given import PostgresGiven
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.snapshots import PostgresReadings
from services.metrics.telling import Teller
from tests.casebook import PLACES, TOPIC, batch, log_of, said
from tests.integration.metrics.test_telling import World, received, settle

LONDON = ZoneInfo("Europe/London")
JULY = dt.datetime(2026, 7, 20, 12, tzinfo=dt.UTC)


def known(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp() * 1000)


class Dated(World):
    """A world whose log says when each event was known."""

    async def at(self, moment: str, *events: dict[str, Any]) -> None:
        """These become known at a moment, at which the log is read to its end."""
        before = {(record.partition, record.offset) for record in self.log}
        self.log = log_of([*(json.loads(record.value or b"") for record in self.log), *events])
        fresh = [
            Record(record.topic, record.partition, record.offset, known(moment), record.key, record.value)
            for record in self.log
            if (record.partition, record.offset) not in before
        ]
        await absorb(batch(fresh), self.ledger, 500)
        await self.read_until(moment)

    async def read_until(self, moment: str) -> None:
        ends = dict.fromkeys(PLACES, 0)
        for record in self.log:
            ends[TOPIC, record.partition] += 1
        await self.ledger.mark_read(ends, dt.datetime.fromisoformat(moment))

    def sources(self, complete: Complete | None = None) -> Sources:
        told = {} if complete is None else {"complete_of": lambda tenant: complete}
        return Sources(PostgresReadings(self.pool), load(), lambda tenant: self.tree, Rules(), **told)

    async def standing(self, complete: Complete | None = None) -> tuple[Teller, Closer]:
        """Somebody who tells, and gives figures."""
        sources, book = self.sources(complete), PostgresGiven(self.pool)
        teller = Teller(self.notebook, sources, MemoryProducer(self.topic), Restater(book))
        await teller.begin(self.sent())
        return teller, Closer(sources, book, Calendar(LONDON), lambda tenant, at: self.tree, teller)

    async def restate(self, teller: Teller, now: dt.datetime) -> int:
        """Tell what was given and is no longer so; answers how many events were sent."""
        past = Past(PostgresGiven(self.pool), lambda tenant, at: self.tree)
        herald, sent = RestatementHerald(self.sources(), past, teller), 0
        while teller.restater and teller.restater.waiting():
            sent += await herald.round(now)
        return sent

    def events(self, type_: str) -> list[dict[str, Any]]:
        found = [json.loads(record.value) for record in self.records() if record.value]
        return [event for event in found if event["type"] == f"primed.{type_}.v1"]


@pytest.fixture
async def world(database: str) -> AsyncIterator[Dated]:
    pool = await connect(database, "metrics", max_size=4)
    ledger = PostgresLedger(pool)
    await ledger.prepare()
    await ledger.stand(PLACES)
    yield Dated(pool, ledger)
    await pool.close()


async def close_all(teller: Teller, closer: Closer, now: dt.datetime) -> None:
    """Rounds until every period that is due has closed and everything is told."""
    await settle(teller, now)
    for _ in range(200):
        await closer.round(now)
        if not teller.behind:
            return
        await settle(teller, now)
    raise AssertionError("it does not come to an end")


def in_month(key: str, month: int, day: int = 10, **data: Any) -> dict[str, Any]:
    return received(key, 0, **data) | {"time": f"2026-{month:02d}-{day:02d}T09:00:00+00:00"}


async def test_the_icons_of_the_series_are_told_with_its_newest_figure(world: Dated) -> None:
    usual = [in_month(f"{month}-{n}", month, n + 1) for month in range(1, 7) for n in range(4 + month % 2)]
    much = [in_month(f"y{n}", 6, 20) for n in range(30)]
    await world.at("2026-07-19T09:00:00+00:00", *usual, *much, in_month("now", 7))
    teller, _ = await world.standing()
    await settle(teller, JULY)
    by_key = {event["subject"]: event["data"] for event in world.events("measure.changed")}
    newest = by_key["north/received/month/2026-07"]
    assert newest["variation"] == "neither_high"
    percent = by_key["north/overdue_percent/month/2026-07"]
    assert (percent["value"], percent["variation"]) == (0.0, None)


async def test_a_change_of_the_past_that_changes_the_icons_is_told_of_the_present_figure(
    world: Dated,
) -> None:
    usual = [in_month(f"{month}-{n}", month, n + 1) for month in range(1, 7) for n in range(4 + month % 2)]
    await world.at("2026-07-19T09:00:00+00:00", *usual, in_month("now", 7))
    teller, _ = await world.standing()
    await settle(teller, JULY)
    key = "north/received/month/2026-07"
    assert [
        event["data"]["variation"] for event in world.events("measure.changed") if event["subject"] == key
    ][-1] == "common_cause"
    await world.at("2026-07-19T10:00:00+00:00", *(in_month(f"late{n}", 6, 21) for n in range(30)))
    await settle(teller, JULY)
    told = [event["data"] for event in world.events("measure.changed") if event["subject"] == key]
    assert (told[-1]["value"], told[-1]["variation"]) == (1, "neither_high")
    count = len(world.records())
    assert await settle(teller, JULY) == 0
    assert len(world.records()) == count


async def test_a_closing_gives_what_was_known_then_and_a_change_is_told_as_restated(world: Dated) -> None:
    await world.at("2026-05-20T09:00:00+00:00", in_month("1", 5, 10), in_month("2", 5, 11))
    await world.at("2026-06-20T09:00:00+00:00", in_month("3", 5, 12))
    await world.read_until("2026-07-20T12:00:00+00:00")
    teller, closer = await world.standing()
    await close_all(teller, closer, JULY)
    book = PostgresGiven(world.pool)
    closing = await book.closing(Place("demo", "month", "2026-05"))
    assert closing is not None
    assert closing.at == dt.datetime(2026, 6, 5, 23, tzinfo=dt.UTC)
    subject = Subject("north", "received", "month", "2026-05")
    assert await book.given("demo", [subject]) == {subject: Given(2, 2, None)}
    assert await world.restate(teller, JULY) > 0
    restated = {event["subject"]: event["data"] for event in world.events("measure.restated")}
    may = restated["north/received/month/2026-05/restated"]
    assert (may["value"], may["previous"], may["given"]["value"]) == (3, 2, 2)
    assert may["given"]["at"] == "2026-06-05T23:00:00+00:00"
    (cause,) = may["causes"]
    assert (cause["cause"], cause["value"], cause["lines"]) == ("late", 1, 1)
    late = json.loads(world.log[-1].value or b"")
    assert [(event["source"], event["id"]) for event in cause["events"]] == [(late["source"], late["id"])]
    assert "north/received/month/2026-06/restated" not in restated
    await close_all(teller, closer, JULY)
    again, closer = await world.standing()
    world.new()
    await close_all(again, closer, JULY)
    assert await world.restate(again, JULY) == 0
    assert world.new() == {}


async def test_nothing_is_given_of_what_closed_before_the_ledger_began(world: Dated) -> None:
    await world.at("2026-07-01T09:00:00+00:00", in_month("1", 5, 10))
    await world.read_until("2026-07-20T12:00:00+00:00")
    teller, closer = await world.standing()
    await close_all(teller, closer, JULY)
    closed = {closing.place.period for closing in await PostgresGiven(world.pool).closings()}
    assert "2026-06" in closed
    assert "2026-05" not in closed
    assert await world.restate(teller, JULY) == 0
    assert world.events("measure.restated") == []


async def test_it_does_not_matter_when_a_closing_is_made_up_for(world: Dated) -> None:
    await world.at("2026-05-20T09:00:00+00:00", in_month("1", 5, 10), in_month("2", 5, 11, due="2026-05-12"))
    await world.read_until("2026-06-07T09:00:00+00:00")
    book = PostgresGiven(world.pool)
    in_time = dt.datetime(2026, 6, 7, 9, tzinfo=dt.UTC)
    teller, closer = await world.standing()
    await close_all(teller, closer, in_time)
    rows = await world.pool.fetch("SELECT * FROM given WHERE period = '2026-05' ORDER BY unit, measure")
    assert rows
    await world.pool.execute("DELETE FROM given; DELETE FROM closing")
    retracted = said("received", "x", 0, 9) | {"type": "primed.event.retracted.v1"}
    first = json.loads(world.log[0].value or b"")
    retracted |= {"subject": first["subject"], "data": {"source": first["source"], "id": first["id"]}}
    await world.at("2026-07-10T09:00:00+00:00", retracted)
    await world.read_until("2026-07-20T12:00:00+00:00")
    later, closer = await world.standing()
    await close_all(later, closer, JULY)
    again = await world.pool.fetch("SELECT * FROM given WHERE period = '2026-05' ORDER BY unit, measure")
    assert again == rows
    assert len(await book.closings("demo")) > 1


async def test_a_figure_that_is_given_says_so_when_it_is_told(world: Dated) -> None:
    await world.at("2026-05-20T09:00:00+00:00", in_month("1", 5, 10))
    await world.read_until("2026-07-20T12:00:00+00:00")
    teller, closer = await world.standing()
    await close_all(teller, closer, JULY)
    await world.at("2026-07-20T12:00:00+00:00", in_month("2", 5, 11), in_month("3", 5, 11))
    await settle(teller, JULY)
    told = [
        e["data"] for e in world.events("measure.changed") if e["subject"] == "north/received/month/2026-05"
    ]
    assert told[-1]["given"] == {
        "value": 1,
        "numerator": 1,
        "denominator": None,
        "at": "2026-06-05T23:00:00+00:00",
    }
    await world.restate(teller, JULY)
    stated = world.events("measure.restated")
    assert [
        e["data"]["value"] for e in stated if e["subject"] == "north/received/month/2026-05/restated"
    ] == [3]


async def test_when_very_many_wait_the_older_ones_are_told_without_causes(
    world: Dated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explaining, "AT_ONCE", 1)
    monkeypatch.setattr(explaining, "MANY", 2)
    await world.at("2026-05-20T09:00:00+00:00", in_month("1", 5, 10))
    await world.at("2026-07-19T12:00:00+00:00", in_month("2", 5, 11))
    await world.read_until("2026-07-20T12:00:00+00:00")
    teller, closer = await world.standing()
    await close_all(teller, closer, JULY)
    assert teller.restater is not None
    many = len(teller.restater.waiting())
    assert await world.restate(teller, JULY) == many > 4
    told = world.events("measure.restated")
    assert len({event["subject"] for event in told}) == len(told) == many
    assert {event["data"]["causes"] is None for event in told} == {True, False}
    assert sum(event["data"]["causes"] is not None for event in told) >= 3


async def test_what_is_again_as_it_was_given_is_not_told(world: Dated) -> None:
    await world.at("2026-05-20T09:00:00+00:00", in_month("1", 5, 10))
    await world.read_until("2026-07-20T12:00:00+00:00")
    teller, closer = await world.standing()
    await close_all(teller, closer, JULY)
    extra = in_month("2", 5, 11)
    await world.at("2026-07-20T12:00:00+00:00", extra)
    await settle(teller, JULY)
    assert teller.restater is not None
    assert teller.restater.waiting()
    withdrawn = {"source": extra["source"], "id": extra["id"]}
    await world.at(
        "2026-07-20T12:30:00+00:00",
        extra | {"type": "primed.event.retracted.v1", "id": "r", "data": withdrawn},
    )
    assert await world.restate(teller, JULY) == 0
    await settle(teller, JULY)
    assert await world.restate(teller, JULY) == 0
    assert world.events("measure.restated") == []


async def test_before_a_feed_is_complete_no_figure_is_told(world: Dated) -> None:
    await world.at("2026-07-19T09:00:00+00:00", in_month("1", 5, 10), in_month("2", 7, 10))
    complete = Complete({"demo/cases": dt.date(2026, 6, 1)}, {"demo/cases": {"work": frozenset({"north"})}})
    teller, _ = await world.standing(complete)
    await settle(teller, JULY)
    told = world.new()
    assert "north/received/month/2026-05" not in told
    assert told["north/received/month/2026-07"] == 1


async def test_a_silent_feed_is_told_once_and_once_again_when_it_speaks(world: Dated) -> None:
    await world.at("2026-07-18T09:00:00+00:00", in_month("1", 5, 10))
    teller, _ = await world.standing()
    await settle(teller, JULY)
    herald = FeedHerald(world.sources(), teller, {"demo/cases": "nightly"})
    assert await herald.round(JULY) == 0, "the log was not read for days: who is silent cannot be known"
    later = JULY + dt.timedelta(minutes=5)
    await world.read_until(later.isoformat())
    assert await herald.round(later) == 1
    (stale,) = world.events("feed.stale")
    assert stale["subject"] == "feed/demo/cases"
    assert stale["data"]["since"] == "2026-07-19T21:00:00+00:00"
    again, _ = await world.standing()
    await settle(again, later)
    herald = FeedHerald(world.sources(), again, {"demo/cases": "nightly"})
    assert await herald.round(later + dt.timedelta(seconds=20)) == 0
    speaks = later + dt.timedelta(hours=1)
    await world.at(speaks.isoformat(), in_month("2", 7, 20))
    assert await herald.round(speaks) == 1
    (recovered,) = world.events("feed.recovered")
    assert recovered["data"]["stale_since"] == stale["data"]["since"]
    assert len(await world.notebook.notices()) == 1


async def test_of_a_feed_without_a_declared_cadence_nothing_is_told(world: Dated) -> None:
    await world.at("2026-07-18T09:00:00+00:00", in_month("1", 5, 10))
    await world.read_until(JULY.isoformat())
    teller, _ = await world.standing()
    await settle(teller, JULY)
    assert await FeedHerald(world.sources(), teller, {"other/feed": "live"}).round(JULY) == 0


async def test_a_unit_that_came_later_was_never_given(world: Dated) -> None:
    await world.at("2026-05-20T09:00:00+00:00", in_month("1", 5, 10))
    await world.read_until("2026-07-20T12:00:00+00:00")
    then, world.tree = world.tree, Tree()
    sources, book = world.sources(), PostgresGiven(world.pool)
    teller = Teller(world.notebook, sources, MemoryProducer(world.topic), Restater(book))
    await teller.begin({})
    closer = Closer(sources, book, Calendar(LONDON), lambda tenant, at: Tree(), teller)
    await close_all(teller, closer, JULY)
    closing = await book.closing(Place("demo", "month", "2026-05"))
    assert closing is not None
    assert closing.units == frozenset({"unassigned"})
    world.tree = then
    await settle(teller, JULY)
    await world.restate(teller, JULY)
    restated = {event["subject"] for event in world.events("measure.restated")}
    assert restated
    assert all(subject.startswith("unassigned/") for subject in restated)
