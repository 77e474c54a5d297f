"""Lanes of the bulk producer: what waits shares the next batch in order, and each caller gets its places."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import ProducerClosed

from eventlog.lanes import Lane, Sending
from eventlog.records import Message, Placed

PLACE = ("topic", 3)


class Batch:
    """A batch that is full with so many records."""

    def __init__(self, most: int) -> None:
        self.most, self.closed = most, False
        self.values: list[bytes] = []

    def append(self, *, timestamp: object, key: object, value: bytes, headers: list[Any]) -> object:
        if len(self.values) == self.most:
            return None
        self.values.append(value)
        return object()

    def close(self) -> None:
        self.closed = True


@dataclass
class Client:
    """aiokafka's producer, whose answers come when the test lets them."""

    most: int = 100
    sent: list[list[bytes]] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    broken: Exception | None = None
    written: int = 0

    def create_batch(self) -> Batch:
        return Batch(self.most)

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> asyncio.Future[Any]:
        assert ((topic, partition), batch.closed) == (PLACE, True)
        self.sent.append(batch.values)
        await self.go.wait()
        if self.broken is not None:
            raise self.broken
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(SimpleNamespace(offset=self.written))
        self.written += len(batch.values)
        return answer


class Caller(Sending):
    """A call of `send`, and whether its room was given back."""

    def __init__(self, lane: Lane, *values: bytes) -> None:
        self.returned = 0
        super().__init__(len(values), self._back)
        lane.add([Message("topic", b"k", value) for value in values], range(len(values)), self)
        self.all_handed_over()

    def _back(self) -> None:
        self.returned += 1


def lane_of(client: Client) -> Lane:
    stands_in: Any = client
    return Lane(stands_in, PLACE)


async def test_what_comes_while_a_batch_is_under_way_is_the_next_batch_in_its_order() -> None:
    client = Client()
    lane = lane_of(client)
    first = Caller(lane, b"a")
    await asyncio.sleep(0)
    later = [Caller(lane, b"%d" % number, b"%d!" % number) for number in range(3)]
    client.go.set()
    assert await first.placed == [Placed(*PLACE, 0)]
    assert [await one.placed for one in later] == [
        [Placed(*PLACE, 1 + 2 * n), Placed(*PLACE, 2 + 2 * n)] for n in range(3)
    ]
    assert client.sent == [[b"a"], [b"0", b"0!", b"1", b"1!", b"2", b"2!"]]
    assert [one.returned for one in (first, *later)] == [1, 1, 1, 1]


async def test_a_call_larger_than_a_batch_is_answered_once_with_all_its_places() -> None:
    client = Client(most=2)
    client.go.set()
    caller = Caller(lane_of(client), b"a", b"b", b"c", b"d", b"e")
    assert await caller.placed == [Placed(*PLACE, number) for number in range(5)]
    assert (client.sent, caller.returned) == ([[b"a", b"b"], [b"c", b"d"], [b"e"]], 1)


async def test_what_nobody_waits_for_any_more_is_not_sent_and_gives_its_room_back() -> None:
    client = Client()
    lane = lane_of(client)
    first = Caller(lane, b"a")
    await asyncio.sleep(0)
    left = Caller(lane, b"b")
    left.placed.cancel()
    client.go.set()
    await first.placed
    for _ in range(5):
        await asyncio.sleep(0)
    last = Caller(lane, b"c")
    assert await last.placed == [Placed(*PLACE, 1)]
    assert (client.sent, left.returned) == ([[b"a"], [b"c"]], 1)


async def test_a_batch_that_fails_is_told_to_everybody_in_it() -> None:
    client = Client(broken=OSError("gone"))
    lane = lane_of(client)
    callers = [Caller(lane, b"a"), Caller(lane, b"b")]
    client.go.set()
    for caller in callers:
        with pytest.raises(OSError, match="gone"):
            await caller.placed
        assert caller.returned == 1


async def test_who_waits_when_it_stops_is_told_and_gets_its_room_back() -> None:
    client = Client()
    lane = lane_of(client)
    under_way = Caller(lane, b"a")
    await asyncio.sleep(0)
    waiting = Caller(lane, b"b")
    await lane.stop()
    for caller in (under_way, waiting):
        with pytest.raises(ProducerClosed):
            await caller.placed
        assert caller.returned == 1
