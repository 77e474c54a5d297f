"""The follower: reads whole topics without a group, for projections that live in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiokafka
import structlog
from aiokafka import errors

from eventlog.positions import Start, nothing_cut
from eventlog.records import PositionLost, Record, TopicPartition

TRY_AGAIN_S = 1.0
MOST_AT_ONCE = 10_000

log = structlog.get_logger("eventlog.following")

Hear = Callable[[Sequence[Record]], Awaitable[None]]


class Follower:
    """Hears every record of the topics from its start on, again after each start of the process.

    `caught_up` is set once everything that was there at the start has been heard. Kafka being away is waited
    out; what `hear` raises goes to `failed`, and so does `PositionLost` where the `whole` is not there.
    """

    name = "follower"

    def __init__(self, bootstrap: str, topics: Sequence[str], *, start: Start, hear: Hear) -> None:
        self._bootstrap = bootstrap
        self._topics = tuple(topics)
        self._from = start
        self._hear = hear
        self._positions: dict[TopicPartition, int] = {}
        self._until: dict[TopicPartition, int] = {}
        self._running: asyncio.Task[None] | None = None
        self._consumer: Any = None
        self._moved = asyncio.Event()
        self._trouble: str | None = "The log has not been read yet."
        self.caught_up = asyncio.Event()
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Begin reading in the background; wait for `caught_up` where a whole projection is needed."""
        self._running = asyncio.create_task(self._run(), name="follower")

    async def stop(self) -> None:
        """Stop reading; what is being heard is broken off, since nothing of it is kept."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    def position(self) -> Mapping[TopicPartition, int]:
        """The next offset to read, by partition."""
        return dict(self._positions)

    async def at_end(self) -> None:
        """Wait until all that the topics hold now has been heard, for who must know what they just wrote."""
        await self.caught_up.wait()
        ends = await self._ends()
        while any(self._positions[place] < end for place, end in ends.items()):
            self._moved.clear()
            await self._moved.wait()

    async def _ends(self) -> dict[TopicPartition, int]:
        while True:
            if (consumer := self._consumer) is not None:
                with contextlib.suppress(errors.KafkaError, errors.ConsumerStoppedError, OSError):
                    ends = await consumer.end_offsets(consumer.assignment())
                    return {(place.topic, place.partition): end for place, end in ends.items()}
            await asyncio.sleep(TRY_AGAIN_S)

    async def well(self) -> str | None:
        """A check for /readyz: None once everything there was at the start has been heard."""
        if self.caught_up.is_set():
            return None
        return self._trouble or f"Still reading {', '.join(self._topics)} from the beginning."

    async def _run(self) -> None:
        try:
            while True:
                try:
                    await self._follow()
                except (errors.OffsetOutOfRangeError, errors.NoOffsetForPartitionError) as error:
                    raise PositionLost(f"The log was cut or replaced while it was read: {error}.") from error
                except (errors.KafkaError, OSError) as error:
                    self._say(
                        f"Kafka does not answer ({type(error).__name__}); reading goes on when it does."
                    )
                    await asyncio.sleep(TRY_AGAIN_S)
        except Exception as error:  # noqa: BLE001 - what `hear` cannot take must stop the process, through `failed`
            self.failed.set_exception(error)

    async def _follow(self) -> None:
        consumer = aiokafka.AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id="primed-follower",
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=500,
            request_timeout_ms=10_000,
        )
        await consumer.start()
        try:
            await self._place(consumer)
            self._consumer = consumer
            while True:
                await self._note_caught_up(consumer)
                fetched = await consumer.getmany(timeout_ms=1_000, max_records=MOST_AT_ONCE)
                self._trouble = None
                for place, records in fetched.items():
                    await self._hear([as_record(record) for record in records])
                    self._positions[place.topic, place.partition] = records[-1].offset + 1
                self._moved.set()
        finally:
            self._consumer = None
            await consumer.stop()

    async def _place(self, consumer: Any) -> None:
        """Assign every partition; after an outage go on from where we were."""
        places = await places_of(consumer, self._topics)
        ends = await consumer.end_offsets(places)
        begin = ends if self._from == "end" else await consumer.beginning_offsets(places)
        if self._from == "whole":
            nothing_cut({(place.topic, place.partition): first for place, first in begin.items()})
        consumer.assign(places)
        for place in places:
            key = (place.topic, place.partition)
            self._until.setdefault(key, ends[place])
            consumer.seek(place, self._positions.setdefault(key, begin[place]))

    async def _note_caught_up(self, consumer: Any) -> None:
        """Asks the client for its places, which also pass over what compaction took away."""
        if self.caught_up.is_set():
            return
        for place in consumer.assignment():
            self._positions[place.topic, place.partition] = await consumer.position(place)
        if all(self._positions[key] >= end for key, end in self._until.items()):
            self.caught_up.set()

    def _say(self, trouble: str) -> None:
        if self._trouble != trouble:
            log.warning("follower-waits", why=trouble, topics=list(self._topics))
        self._trouble = trouble


async def places_of(consumer: Any, topics: Sequence[str]) -> list[aiokafka.TopicPartition]:
    """Every partition of the topics; a topic that does not exist yet is waited for."""
    await consumer._client.set_topics(topics)  # the consumer's own call for it starts a group's bookkeeping
    places = []
    for topic in topics:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise errors.UnknownTopicOrPartitionError(topic)
        places += [aiokafka.TopicPartition(topic, number) for number in sorted(numbers)]
    return places


async def until_there(bootstrap: str, topics: Sequence[str]) -> None:
    """Wait until Kafka answers and has every one of the topics."""
    told = False
    while True:
        client = aiokafka.AIOKafkaConsumer(bootstrap_servers=bootstrap, client_id="primed-until-there")
        try:
            await client.start()
            await places_of(client, topics)
        except (errors.KafkaError, OSError) as error:
            if not told:
                log.warning("kafka-awaited", why=type(error).__name__, topics=list(topics))
                told = True
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            return
        finally:
            await client.stop()


def as_record(record: Any) -> Record:
    """A record of aiokafka as one of ours."""
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )


async def read_whole(bootstrap: str, topics: Sequence[str], hear: Hear) -> None:
    """Hear all that the topics hold now, then stop; waits while Kafka is away, raises what `hear` does."""
    follower = Follower(bootstrap, topics, start="beginning", hear=hear)
    await follower.start()
    try:
        caught_up = asyncio.create_task(follower.caught_up.wait())
        await asyncio.wait({caught_up, follower.failed}, return_when=asyncio.FIRST_COMPLETED)
        caught_up.cancel()
        if follower.failed.done():
            follower.failed.result()
    finally:
        await follower.stop()
