"""Twins of Kafka and of the event store in memory: the same promises, held to the same test suite.

For unit tests of services, for trying rules on history, and wherever nothing needs to outlive the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from eventlog.codec import partition_of
from eventlog.event_store import AlreadyDone, Command, Conflict, NewEvent, StoredEvent, settled
from eventlog.positions import Start, after, nothing_cut, starting
from eventlog.records import (
    LogRefused,
    LogUnavailable,
    Message,
    Placed,
    PositionMoved,
    Record,
    TopicPartition,
)

Absorb = Callable[[Mapping[TopicPartition, Sequence[Record]]], Awaitable[None]]
LoadPositions = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
Hear = Callable[[Sequence[Record]], Awaitable[None]]


class MemoryLog:
    """Topics and partitions in memory. `away` makes it behave as Kafka does when it cannot be reached."""

    def __init__(
        self,
        topics: Mapping[str, int],
        *,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._partitions: dict[TopicPartition, list[Record]] = {}
        self._starts: dict[TopicPartition, int] = {}
        self._counts: dict[str, int] = {}
        self._clock_ms = clock_ms
        self._grown = asyncio.Event()
        self.away = False
        for topic, count in topics.items():
            self.add_topic(topic, count)

    def add_topic(self, topic: str, partitions: int) -> None:
        """Declare one more topic."""
        self._counts[topic] = partitions
        self._partitions.update({(topic, number): [] for number in range(partitions)})

    def append(self, message: Message) -> Placed:
        """Write one record into the partition of its key."""
        if message.topic not in self._counts:
            raise LogRefused(f"There is no topic {message.topic}.")
        number = partition_of(message.key or b"", self._counts[message.topic])
        place = (message.topic, number)
        offset = self.end(place)
        self._partitions[place].append(
            Record(*place, offset, self._clock_ms(), message.key, message.value, message.headers)
        )
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
        return Placed(*place, offset)

    def partitions(self, topics: Collection[str]) -> list[TopicPartition]:
        """Every partition of these topics."""
        return [place for place in self._partitions if place[0] in topics]

    def start(self, place: TopicPartition) -> int:
        """The first offset that is still there."""
        return self._starts.get(place, 0)

    def end(self, place: TopicPartition) -> int:
        """The offset that the next record will get."""
        return self.start(place) + len(self._partitions[place])

    def forget_before(self, place: TopicPartition, offset: int) -> None:
        """Drop the oldest records, as retention does."""
        del self._partitions[place][: offset - self.start(place)]
        self._starts[place] = offset

    def read(self, place: TopicPartition, offset: int, most: int) -> list[Record]:
        """At most so many records from this offset on."""
        begin = offset - self.start(place)
        return self._partitions[place][begin : begin + most]

    async def wait(self) -> None:
        """Wait until something is appended."""
        await self._grown.wait()


class MemoryProducer:
    """The producer's twin."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._closed = False

    async def send(self, messages: Sequence[Message]) -> list[Placed]:
        """As `KafkaProducer.send`."""
        await asyncio.sleep(0)
        if self._closed:
            raise LogUnavailable("The producer is closed because the process is stopping.")
        if self._log.away:
            raise LogUnavailable("Kafka did not acknowledge: the log in memory is set to be away.")
        return [self._log.append(message) for message in messages]

    async def close(self) -> None:
        """As `KafkaProducer.close`."""
        self._closed = True


class _Running(ABC):
    """A task in the background whose end by an error is told through `failed`."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run_and_tell())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run_and_tell(self) -> None:
        try:
            await self._run()
        except Exception as error:  # noqa: BLE001 - handed on through `failed`, as the real ones do
            self.failed.set_exception(error)

    @abstractmethod
    async def _run(self) -> None: ...


class MemoryCarriage(_Running):
    """The carriage's twin: one member, all partitions, one fetch = one delivery."""

    def __init__(
        self,
        log: MemoryLog,
        *,
        topics: Sequence[str],
        load_positions: LoadPositions,
        absorb: Absorb,
        max_records: int = 5000,
    ) -> None:
        super().__init__()
        self._log = log
        self._places = log.partitions(topics)
        self._load_positions = load_positions
        self._absorb = absorb
        self._max_records = max_records
        self._positions: dict[TopicPartition, int] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.ready = False

    async def stop(self) -> None:
        """Let the batch under way be absorbed, then leave."""
        await self._idle.wait()
        await super().stop()

    async def well(self) -> str | None:
        """As `Carriage.well`."""
        return None if self.ready else "Records do not flow."

    def lag(self) -> Mapping[TopicPartition, int]:
        """Records not yet taken, by partition."""
        return {place: self._log.end(place) - offset for place, offset in self._positions.items()}

    async def _run(self) -> None:
        await self._seek()
        while True:
            batch = self._fetch()
            if not batch:
                await self._log.wait()
                continue
            self._idle.clear()
            try:
                await self._absorb(batch)
                self._positions.update(after(batch))
            except PositionMoved:
                await self._seek()
            finally:
                self._idle.set()

    async def _seek(self) -> None:
        stored = await self._load_positions(list(self._places))
        starts = {place: self._log.start(place) for place in self._places}
        ends = {place: self._log.end(place) for place in self._places}
        self._positions = starting(self._places, stored, starts, ends)
        self.ready = True

    def _fetch(self) -> dict[TopicPartition, Sequence[Record]]:
        room = self._max_records
        batch: dict[TopicPartition, Sequence[Record]] = {}
        for place, offset in self._positions.items():
            if room and (records := self._log.read(place, offset, room)):
                batch[place] = records
                room -= len(records)
        return batch


class MemoryFollower(_Running):
    """The follower's twin."""

    def __init__(self, log: MemoryLog, topics: Sequence[str], *, start: Start, hear: Hear) -> None:
        super().__init__()
        self._log = log
        self._hear = hear
        places = log.partitions(topics)
        self._positions = {place: log.end(place) if start == "end" else log.start(place) for place in places}
        self._whole = start == "whole"
        self._until = {place: log.end(place) for place in places}
        self.caught_up = asyncio.Event()
        self._moved = asyncio.Event()

    async def at_end(self) -> None:
        """As `Follower.at_end`."""
        ends = {place: self._log.end(place) for place in self._positions}
        while any(self._positions[place] < end for place, end in ends.items()):
            self._moved.clear()
            await self._moved.wait()

    async def well(self) -> str | None:
        """As `Follower.well`."""
        return None if self.caught_up.is_set() else "Still reading from the beginning."

    def position(self) -> Mapping[TopicPartition, int]:
        """The next offset to read, by partition."""
        return dict(self._positions)

    async def _run(self) -> None:
        if self._whole:
            nothing_cut(self._positions)
        while True:
            heard = [
                record
                for place, at in self._positions.items()
                for record in self._log.read(place, at, 10_000)
            ]
            if heard:
                await self._hear(heard)
                self._positions.update(
                    {(record.topic, record.partition): record.offset + 1 for record in heard}
                )
                self._moved.set()
            if all(self._positions[place] >= end for place, end in self._until.items()):
                self.caught_up.set()
            if not heard:
                await self._log.wait()


class MemoryEventStore:
    """The event store's twin."""

    def __init__(self) -> None:
        self._streams: dict[str, list[StoredEvent]] = {}
        self._answers: dict[str, Command] = {}
        self._events: list[StoredEvent] = []

    async def load(self, stream: str) -> list[StoredEvent]:
        """As `EventStore.load`."""
        return list(self._streams.get(stream, ()))

    async def answered(self, command: Command) -> bytes | None:
        """As `EventStore.answered`."""
        kept = self._answers.get(command.id)
        return None if kept is None else settled(command, kept.fingerprint, kept.answer)

    async def append(
        self, stream: str, expected: int, events: Sequence[NewEvent], *, command: Command | None = None
    ) -> int:
        """As `EventStore.append`."""
        if command is not None and (answer := await self.answered(command)) is not None:
            raise AlreadyDone(answer)
        known = self._streams.get(stream, [])
        if len(known) != expected:
            raise Conflict(stream, expected, len(known))
        for version, event in enumerate(events, expected + 1):
            fresh = StoredEvent(stream, version, event.type, event.data, event.meta, len(self._events) + 1)
            self._streams.setdefault(stream, []).append(fresh)
            self._events.append(fresh)
        if command is not None:
            self._answers[command.id] = command
        return expected + len(events)

    def everything(self) -> list[StoredEvent]:
        """All events of all streams in the order in which they were appended."""
        return list(self._events)
