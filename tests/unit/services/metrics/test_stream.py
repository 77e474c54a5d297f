"""Batches on their way to the flow: patience, lanes, and partitions that stand still."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from eventlog.records import PositionMoved, Record, TopicPartition
from services.metrics import stream
from services.metrics.domain.batch import Folded
from services.metrics.domain.facts import Facts
from services.metrics.domain.hearing import Heard, ItemId, Refused
from services.metrics.domain.taking import Position
from services.metrics.flow import Book, NotNow
from services.metrics.stream import Absorber, Organisation
from tests.casebook import PLACES, batch, council, log_of, records

START = Position(0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), 0)


@dataclass
class Shelf:
    """A ledger in memory that keeps positions and what it was given, and may be away."""

    at: dict[TopicPartition, Position] = field(default_factory=lambda: dict.fromkeys(PLACES, START))
    given: list[tuple[Folded, Sequence[Refused]]] = field(default_factory=list)
    buried: list[Refused] = field(default_factory=list)
    away: int = 0
    open_now: int = 0
    most_open: int = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Book]:
        if self.away:
            self.away -= 1
            raise NotNow("away")
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            yield self
        finally:
            self.open_now -= 1

    async def positions(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, Position]:
        await asyncio.sleep(0)
        return {place: self.at[place] for place in places}

    async def facts(self, heard: Sequence[Heard]) -> Mapping[ItemId, Facts]:
        return {}

    async def write(self, folded: Folded, refused: Sequence[Refused]) -> None:
        self.given.append((folded, refused))

    async def move(self, positions: Mapping[TopicPartition, Position]) -> None:
        self.at.update(positions)

    async def stand(self, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: self.at[place].next_offset for place in places}

    async def mark_read(self, ends: Mapping[TopicPartition, int], now: dt.datetime) -> None:
        raise AssertionError("not asked here")

    async def bury(self, refused: Sequence[Refused]) -> None:
        self.buried += refused


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def absorber(shelf: Shelf, most_dead: int = 500) -> Absorber:
    return Absorber(shelf, most_dead, lambda taken: None)


async def test_nothing_is_given_up_while_the_store_is_away(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "FIRST_PAUSE_S", 0.001)
    log = log_of(council(5))
    shelf.away = 3
    await absorber(shelf).absorb(batch(log))
    assert sum(len(folded.events) for folded, _ in shelf.given) > 0
    assert sum(position.next_offset for position in shelf.at.values()) == len(log)


async def test_who_is_not_a_worker_stops_when_the_store_stays_away(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "FIRST_PAUSE_S", 0.001)
    shelf.away = 10**6
    impatient = Absorber(shelf, 500, lambda taken: None, patience_s=0.01)
    with pytest.raises(NotNow, match="away"):
        await impatient.absorb(batch(log_of(council(5))))
    assert shelf.given == []


async def test_a_long_batch_goes_in_lanes_and_all_of_it_is_taken(shelf: Shelf) -> None:
    log = log_of(council(200))
    lanes = 2
    assert len(log) > stream.LANE
    await absorber(shelf).absorb(batch(log))
    assert (len(shelf.given), shelf.most_open) == (lanes, lanes)
    assert sum(position.next_offset for position in shelf.at.values()) == len(log)


async def test_a_moved_position_is_told_to_the_carriage(shelf: Shelf) -> None:
    log = log_of(council(200))
    shelf.at[log[0].topic, log[0].partition] = Position(99, START.known_at, 0)
    with pytest.raises(PositionMoved):
        await absorber(shelf).absorb(batch(log))
    assert len(shelf.given) == 1


async def test_a_stopped_partition_is_left_alone_until_positions_are_asked_again(shelf: Shelf) -> None:
    poison: list[tuple[bytes | None, bytes | None]] = [(b"demo/x", b"{")] * 4
    log = records(poison)
    place = (log[0].topic, log[0].partition)
    ours = absorber(shelf, most_dead=2)
    await ours.absorb(batch(log))
    assert ours.stopped == {place: 2}
    said = await ours.well()
    assert said is not None
    assert f"{place[0]}-{place[1]} at 2" in said
    await ours.absorb(batch(log[3:]))
    assert shelf.at[place].next_offset == 2
    assert await ours.load_positions([place]) == {place: 2}
    assert await ours.well() is None


async def test_what_nobody_can_read_of_the_organisation_is_buried_and_the_rest_counts(shelf: Shelf) -> None:
    organisation = Organisation("nowhere:9092", shelf)
    data: dict[str, Any] = {"unit": "council", "level": "council", "name": "Council"}
    value = (
        b'{"specversion":"1.0","id":"1","source":"demo/hr","type":"primed.unit.registered.v1","tenant":"demo",'
        b'"subject":"demo/hr/council","time":"2026-01-01T00:00:00+00:00","data":'
        + str(data).replace("'", '"').encode()
        + b"}"
    )
    good = Record("primed.organisation", 0, 1, 5, b"demo/demo/hr/council", value)
    await organisation.hear([Record("primed.organisation", 0, 0, 4, None, b"{"), good])
    assert [(one.reason, one.place.offset) for one in shelf.buried] == [("no-key", 0)]
    organisation.follower.caught_up.set()
    assert organisation.tree("demo").council == "council"
