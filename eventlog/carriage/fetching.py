"""The loop below the carriage: fetch, hand over whole, wait until it is absorbed, fetch on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, cast

import aiokafka
import structlog
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from mode.threads import WorkerThread

from eventlog.following import as_record
from eventlog.positions import starting
from eventlog.records import PositionLost, Record, TopicPartition

COMMIT_EVERY_S = 1.0
LAST_COMMIT_S = 0.5
SEEK_WITHIN_S = 20.0
MOVED_PAUSE_S = 0.1
FETCH_WAIT_MS = 100
"""Longest wait of the broker for a first record. A partition that was just emptied is asked for again only
with the next fetch, so this bounds how long its next record can lie there."""

log = structlog.get_logger("eventlog.carriage")


class Host(Protocol):
    """What the loop needs of its carriage."""

    load_positions: Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]

    def fail(self, error: BaseException) -> None: ...


class Delivery:
    """Everything that one fetch brought, on its way through Faust as one event."""

    __slots__ = ("begun", "broken", "ended", "moved", "records", "void")

    def __init__(self, records: Mapping[TopicPartition, Sequence[Record]]) -> None:
        self.records = records
        self.ended = asyncio.Event()
        self.begun = self.moved = self.broken = self.void = False


class Consumer(driver.Consumer):
    """Faust's consumer with this loop instead of its own; runs in the event loop of the process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions: dict[Any, int] = {}
        self.leaving = False
        self._host: Host = cast(Any, self.app).host
        self._sought = False
        self._delivery: Delivery | None = None
        self._committed: dict[Any, int] = {}
        self._committed_at = 0.0

    @property
    def flowing(self) -> bool:
        """Whether positions are known and no rebalance is under way."""
        return self._sought and self.flow_active and not self.app.rebalancing

    def stop_flow(self) -> None:
        """A rebalance begins: positions have to be asked for again before anything is taken."""
        self._sought = False
        super().stop_flow()

    async def perform_seek(self) -> None:
        """After each assignment Postgres says where to begin; what Kafka has committed does not count."""
        try:
            async with asyncio.timeout(SEEK_WITHIN_S):
                await self._settle()
                await self._seek_to_stored()
        except IllegalStateError:
            return  # the next rebalance has begun already, and seeks again
        except Exception as error:
            self._host.fail(error)
            raise

    async def _seek_to_stored(self) -> None:
        assigned = {place_of(tp): tp for tp in self.assignment()}
        self.positions = {}
        if assigned:
            stored = await self._host.load_positions(assigned.keys())
            starts = await self._thread.earliest_offsets(*assigned.values())
            ends = await self._thread.highwaters(*assigned.values())
            begin = starting(
                assigned.keys(),
                stored,
                {place_of(tp): offset for tp, offset in starts.items()},
                {place_of(tp): offset for tp, offset in ends.items()},
            )
            await self._thread.seek_wait({assigned[place]: offset for place, offset in begin.items()})
            self.positions = {assigned[place]: offset for place, offset in begin.items()}
        self._sought = True
        log.info("positions-taken", partitions=len(self.positions))

    async def ends(self) -> dict[TopicPartition, int]:
        """The end of each partition that is ours, asked of Kafka now."""
        assigned = self.assignment()
        found = await self._thread.highwaters(*assigned) if assigned else {}
        return {place_of(tp): offset for tp, offset in found.items()}

    async def leave(self) -> None:
        """Take no more, let the batch under way end, tell Kafka's lag tools."""
        self.leaving = True
        await self._settle()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_COMMIT_S):
                await self._commit_positions()

    async def _settle(self) -> None:
        """A batch whose absorbing has begun is waited for; one that has not begun is void."""
        delivery = self._delivery
        if delivery is None or delivery.ended.is_set():
            return
        if delivery.begun:
            await delivery.ended.wait()
        delivery.void = True

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set() or self.leaving):
                if self.flow_active and not self._sought:
                    await self.perform_seek()
                fetched, _ = await self._wait_next_records(1.0)
                await asyncio.sleep(0)
                if fetched and self.flow_active and self._sought:
                    await self._hand_over(fetched)
                self._commit_sometimes()
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise
        except Exception as error:
            self._host.fail(error)
            raise

    async def _hand_over(self, fetched: Mapping[Any, Sequence[Any]]) -> None:
        fresh = {
            tp: await self._fresh(tp, records) for tp, records in fetched.items() if tp in self.positions
        }
        fresh = {tp: records for tp, records in fresh.items() if records}
        if not fresh:
            return
        first = next(iter(fresh))
        message: Any = self._to_message(first, fresh[first][-1])
        delivery = message.value = self._delivery = Delivery(
            {place_of(tp): [as_record(record) for record in records] for tp, records in fresh.items()}
        )
        await self.wait_first(self.callback(message), self.suspend_flow.wait())
        await self.wait_first(delivery.ended.wait(), self.suspend_flow.wait())
        await self._settle()
        if delivery.moved:
            self._sought = False
            await asyncio.sleep(MOVED_PAUSE_S)
        elif delivery.ended.is_set() and not delivery.broken:
            taken = {tp: records[-1].offset + 1 for tp, records in fresh.items() if tp in self.positions}
            self.positions.update(taken)

    async def _fresh(self, tp: Any, records: Sequence[Any]) -> Sequence[Any]:
        """The records from our position on; a gap is compaction's, or records are lost and we stop."""
        at = self.positions[tp]
        if records[0].offset > at:
            earliest = (await self._thread.earliest_offsets(tp))[tp]
            if earliest > at:
                raise PositionLost(
                    f"{tp.topic}-{tp.partition}: records {at} to {earliest - 1} are gone unread. "
                    "Restore the topic or rebuild from a copy."
                )
        if records[0].offset >= at:
            return records
        return [record for record in records if record.offset >= at]

    def _commit_sometimes(self) -> None:
        now = asyncio.get_running_loop().time()
        due = now - self._committed_at >= COMMIT_EVERY_S
        if due and self._sought and self.positions != self._committed:
            self._committed_at = now
            self.add_future(self._commit_positions())

    async def _commit_positions(self) -> None:
        positions = dict(self.positions)
        assigned = self.assignment() if positions else set()
        offsets = {
            aiokafka.TopicPartition(tp.topic, tp.partition): aiokafka.OffsetAndMetadata(at, "")
            for tp, at in positions.items()
            if tp in assigned
        }
        if not offsets:
            return
        # For lag tools only, so the next one will do; a RuntimeError when the thread is gone already.
        with contextlib.suppress(KafkaError, RuntimeError):
            await self._thread.call_thread(cast(Any, self._thread._consumer).commit, offsets)
            self._committed = positions

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Faust's own watch knows nothing of deliveries and would cry wolf; the carriage watches."""

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)


class Daemon(WorkerThread):
    """A thread that may not keep the process alive, e.g. while it waits for a Kafka that is away."""

    def __init__(self, service: Any, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True


class Thread(driver.AIOKafkaConsumerThread):
    """The thread in which aiokafka runs, with a client made for whole fetches and short waits."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=300_000,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=40_000,
            session_timeout_ms=10_000,
            rebalance_timeout_ms=30_000,
            heartbeat_interval_ms=3_000,
            metadata_max_age_ms=60_000,
        )

    Worker = Daemon

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Said once by whoever waits for `failed`, not printed here."""


def place_of(tp: Any) -> TopicPartition:
    """Ours for aiokafka's TopicPartition."""
    return (tp.topic, tp.partition)
