"""Stretches of the log, read without a group as fast as the client can: for rebuilding and for verifying.

A stretch begins where the ledger begins or stands, and ends at an offset that was noted before. Nothing is
skipped on the way: a log whose begin was cut off, or that is another log, is refused before the first record.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from typing import Any, NamedTuple

import aiokafka
from aiokafka import errors

from eventlog.following import places_of
from eventlog.records import LogUnavailable, PositionLost, Record, TopicPartition

FETCH_BYTES = 4 * 1024 * 1024
SILENT_S = 60.0
"""So long nothing comes of a stretch that is not over yet: then Kafka is away."""
POLL_MS = 1_000
STOP_S = 10.0


class Bounds(NamedTuple):
    """The first offset that a partition still has, and the one that its next record will get."""

    start: int
    end: int


class Stretches:
    """A client of one broker; made by `stretches`."""

    def __init__(self, consumer: Any, bootstrap: str) -> None:
        self._consumer = consumer
        self._bootstrap = bootstrap

    async def bounds(self, topics: Collection[str]) -> dict[TopicPartition, Bounds]:
        """Where each partition of the topics begins and ends at this moment."""
        with _translated(self._bootstrap):
            places = await places_of(self._consumer, sorted(topics))
            starts = await self._consumer.beginning_offsets(places)
            ends = await self._consumer.end_offsets(places)
        return {(one.topic, one.partition): Bounds(starts[one], ends[one]) for one in places}

    async def read(
        self, wanted: Mapping[TopicPartition, tuple[int, int]], at_once: int
    ) -> AsyncIterator[dict[TopicPartition, list[Record]]]:
        """The records of each stretch (from, until), at most so many at once, in order in each partition."""
        left = {place: until for place, (first, until) in wanted.items() if first < until}
        with _translated(self._bootstrap):
            self._begin({place: wanted[place][0] for place in left})
            heard_at = time.monotonic()
            while left:
                fetched = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=at_once)
                batch = {place: records for place, records in _cut(fetched, left) if records}
                if batch:
                    heard_at = time.monotonic()
                    yield batch
                elif time.monotonic() - heard_at > SILENT_S:
                    raise LogUnavailable(f"Kafka at {self._bootstrap} sent nothing for {SILENT_S:.0f} s.")
                for place in [one for one in batch if batch[one][-1].offset + 1 >= left[one]]:
                    del left[place]
                    self._consumer.pause(aiokafka.TopicPartition(*place))

    def _begin(self, firsts: Mapping[TopicPartition, int]) -> None:
        self._consumer.assign([aiokafka.TopicPartition(*place) for place in firsts])
        for place, first in firsts.items():
            self._consumer.seek(aiokafka.TopicPartition(*place), first)


@contextlib.asynccontextmanager
async def stretches(bootstrap: str) -> AsyncIterator[Stretches]:
    """A client for stretches of the log; raises `LogUnavailable` when Kafka does not answer."""
    consumer = aiokafka.AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id="primed-stretches",
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=200,
    )
    try:
        with _translated(bootstrap):
            await consumer.start()
        yield Stretches(consumer, bootstrap)
    finally:
        await _stopped(consumer)


async def _stopped(consumer: Any) -> None:
    """Stop the client, which while Kafka is away may hang, or cancel who waits: we go on in any case."""
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait([stopping], timeout=STOP_S)
    if stopping.done() and not stopping.cancelled():
        stopping.result()
    else:
        stopping.cancel()


@contextlib.contextmanager
def _translated(bootstrap: str) -> Iterator[None]:
    try:
        yield
    except (errors.OffsetOutOfRangeError, errors.NoOffsetForPartitionError) as error:
        raise PositionLost(f"The log was cut or replaced while it was read: {error}.") from error
    except (errors.KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailable(f"Kafka at {bootstrap} does not answer: {type(error).__name__}.") from error


def _cut(
    fetched: Mapping[Any, list[Any]], left: Mapping[TopicPartition, int]
) -> Iterator[tuple[TopicPartition, list[Record]]]:
    for place, records in fetched.items():
        until = left.get((place.topic, place.partition), 0)
        kept = records if records[-1].offset < until else [one for one in records if one.offset < until]
        yield (place.topic, place.partition), [_record(one) for one in kept]


def _record(record: Any) -> Record:
    return Record(record.topic, record.partition, record.offset, record.timestamp, record.key, record.value)
