"""Two worlds in which the same promises must hold: memory, and the real Kafka and Postgres."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.structs import TopicPartition as KafkaPlace

from eventlog.bulk import BulkProducer
from eventlog.carriage import Carriage
from eventlog.following import Follower
from eventlog.kafka import KafkaProducer, Producer
from eventlog.memory import MemoryCarriage, MemoryFollower, MemoryLog, MemoryProducer
from eventlog.positions import after
from eventlog.records import PositionMoved, Record, TopicPartition
from eventlog.topics import Topic, ensure
from tests.patience import PATIENCE_S


async def until(true: Callable[[], bool], seconds: float = PATIENCE_S, also: Any = None) -> None:
    """Wait until it is so; fails at once when a part of the test has failed meanwhile."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        if also is not None and also.failed.done():
            raise AssertionError(f"failed while waiting: {also.failed.exception()!r}")
        assert asyncio.get_running_loop().time() < end, f"not so within {seconds} seconds"
        await asyncio.sleep(0.01)


@dataclasses.dataclass
class Ledger:
    """A reader that keeps what it took and where it stands, as a service does in one transaction."""

    positions: dict[TopicPartition, int] = dataclasses.field(default_factory=dict)
    taken: list[Record] = dataclasses.field(default_factory=list)
    loads: int = 0
    refused: int = 0
    sizes: list[int] = dataclasses.field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None

    async def load(self, assigned: Any) -> Mapping[TopicPartition, int]:
        self.loads += 1
        return {place: at for place, at in self.positions.items() if place in set(assigned)}

    async def absorb(self, batch: Mapping[TopicPartition, Sequence[Record]]) -> None:
        if self.before is not None:
            await self.before()
        for place, records in batch.items():
            if records[0].offset != self.positions.get(place, 0):
                self.refused += 1
                raise PositionMoved(f"{place} stands at {self.positions.get(place, 0)}")
        self.positions.update(after(batch))
        self.sizes.append(sum(map(len, batch.values())))
        self.taken += [record for records in batch.values() for record in records]

    @property
    def values(self) -> list[bytes | None]:
        return [record.value for record in self.taken]


class MemoryWorld:
    name = "memory"

    def __init__(self) -> None:
        self._log = MemoryLog({})
        self._made = 0
        self.started: list[Any] = []

    async def topic(self, partitions: int = 12) -> str:
        self._made += 1
        name = f"topic-{self._made}"
        self._log.add_topic(name, partitions)
        return name

    async def producer(self) -> Producer:
        return MemoryProducer(self._log)

    async def carriage(self, topic: str, ledger: Ledger, *, max_records: int = 5000) -> Any:
        carriage = MemoryCarriage(
            self._log,
            topics=[topic],
            load_positions=ledger.load,
            absorb=ledger.absorb,
            max_records=max_records,
        )
        return await self.start(carriage)

    async def follower(self, topic: str, start: Any, hear: Any) -> Any:
        return await self.start(MemoryFollower(self._log, [topic], start=start, hear=hear))

    async def start(self, part: Any) -> Any:
        self.started.append(part)
        await part.start()
        return part

    async def forget_before(self, place: TopicPartition, offset: int) -> None:
        self._log.forget_before(place, offset)


class KafkaWorld(MemoryWorld):
    name = "kafka"

    def __init__(self, stack: Any) -> None:
        super().__init__()
        self.stack = stack
        self.bootstrap: str = stack.bootstrap
        self.group = stack.new_name("group")

    async def topic(self, partitions: int = 12) -> str:
        name = str(self.stack.new_name("topic"))
        config = {"message.timestamp.type": "LogAppendTime"}
        assert (
            await ensure(
                self.bootstrap, topics=[Topic(name, "", partitions, False, config)], single_broker=True
            )
            == []
        )
        return name

    async def producer(self) -> Producer:
        producer = await KafkaProducer.start(self.bootstrap, timeout_s=PATIENCE_S)
        self.started.append(Closing(producer))
        return producer

    async def carriage(self, topic: str, ledger: Ledger, *, max_records: int = 5000) -> Any:
        carriage = Carriage(
            name="test",
            group=self.group,
            bootstrap=self.bootstrap,
            topics=[topic],
            load_positions=ledger.load,
            absorb=ledger.absorb,
            max_records=max_records,
        )
        return await self.start(carriage)

    async def follower(self, topic: str, start: Any, hear: Any) -> Any:
        return await self.start(Follower(self.bootstrap, [topic], start=start, hear=hear))

    async def forget_before(self, place: TopicPartition, offset: int) -> None:
        def forget() -> None:
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
            admin.delete_records({KafkaPlace(*place): offset})
            admin.close()

        await asyncio.to_thread(forget)


class BulkWorld(KafkaWorld):
    """The real Kafka, written to by the producer for very many events."""

    name = "bulk"

    async def producer(self) -> Producer:
        producer = BulkProducer(self.bootstrap, timeout_s=PATIENCE_S)
        self.started.append(Closing(producer))
        return producer


@dataclasses.dataclass
class Closing:
    producer: Producer

    async def stop(self) -> None:
        await self.producer.close()
