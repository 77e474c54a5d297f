"""What services use: topics in, one call of `absorb` for each fetch, and an end that is never silent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, cast

import structlog
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted

from eventlog.carriage.app import Untouched, make
from eventlog.carriage.fetching import Consumer, Delivery, place_of
from eventlog.following import until_there
from eventlog.records import PositionLost, PositionMoved, Record, TopicPartition

WATCH_EVERY_S = 2.0
STUCK_S = 60.0
"""With records waiting and none taken for so long, the process is better started anew."""

ASK_WITHIN_S = 10.0
CONTACT_S = 15.0
SETTLE_S = 2.5
LEAVE_S = 2.0

log = structlog.get_logger("eventlog.carriage")

Absorb = Callable[[Mapping[TopicPartition, Sequence[Record]]], Awaitable[None]]
LoadPositions = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]


class Stuck(Exception):
    """Records wait and none is taken: something hangs, so the process has to be started again."""


class Carriage:
    """Takes the topics' records to `absorb`: one fetch, one call, and never the next before it has returned.

    `load_positions` is asked at each assignment (a partition it leaves out begins at 0). `absorb` must write
    effect and positions in one transaction; it raises `PositionMoved` when somebody else has moved a
    position, and then positions are asked for again. Any other error sets `failed`.
    """

    def __init__(
        self,
        *,
        name: str,
        group: str,
        bootstrap: str,
        topics: Sequence[str],
        load_positions: LoadPositions,
        absorb: Absorb,
        max_records: int = 5000,
    ) -> None:
        self.name = f"carriage-{name}"
        self.load_positions = load_positions
        self._absorb = absorb
        self._bootstrap = bootstrap
        self._topics = tuple(topics)
        self._loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._contact_at = float("-inf")
        self._stopping = False
        self._ends: Mapping[TopicPartition, int] = {}
        self.failed: asyncio.Future[Any] = self._loop.create_future()
        self._app = make(self, name=name, group=group, bootstrap=bootstrap, max_records=max_records)
        topic = self._app.topic(*topics, schema=Untouched(), acks=False)
        self._app.agent(topic, name=name)(self._agent)

    async def start(self) -> None:
        """Begin in the background; Kafka being away is waited out, `ready` says when records flow."""
        self._tasks = [
            asyncio.create_task(self._begin(), name=f"{self.name}-begin"),
            asyncio.create_task(self._watch(), name=f"{self.name}-watch"),
        ]

    async def stop(self) -> None:
        """Let the batch under way be absorbed, leave the group; a few seconds at most."""
        if self._stopping:
            return
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError, ConsumerNotStarted):
            async with asyncio.timeout(SETTLE_S):
                if self._consumer is not None:
                    await self._consumer.leave()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                if self._app.started:
                    await self._app.stop()

    @property
    def ready(self) -> bool:
        """Whether Kafka answers and every partition that is ours has its place."""
        return (
            self._consumer is not None
            and not self.failed.done()
            and self._consumer.flowing
            and self._loop.time() - self._contact_at < CONTACT_S
        )

    async def well(self) -> str | None:
        """A check for /readyz."""
        return None if self.ready else f"Records of {', '.join(self._topics)} do not flow; is Kafka there?"

    def lag(self) -> Mapping[TopicPartition, int]:
        """Records not yet taken, by partition that is ours; the log's ends are at most two seconds old."""
        positions = self._consumer.positions if self._consumer else {}
        return {place_of(tp): max(0, self._ends.get(place_of(tp), at) - at) for tp, at in positions.items()}

    def asked_s_ago(self) -> float:
        """Seconds since the log's ends, on which `lag` rests, were last asked for."""
        return self._loop.time() - self._contact_at

    def fail(self, error: BaseException) -> None:
        """Tell the process that this cannot go on; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._fail, error)

    def _fail(self, error: BaseException) -> None:
        if self._consumer is not None:
            self._consumer.leaving = True
        if not self.failed.done():
            self.failed.set_exception(error)

    @property
    def _consumer(self) -> Consumer | None:
        return cast("Consumer | None", self._app._consumer)

    async def _agent(self, stream: Any) -> None:
        async for delivery in stream:
            if not delivery.void:
                await self._take(delivery)

    async def _take(self, delivery: Delivery) -> None:
        delivery.begun = True
        try:
            await self._absorb(delivery.records)
        except PositionMoved as moved:
            log.warning("position-moved", why=str(moved))
            delivery.moved = True
        except Exception as error:  # noqa: BLE001 - Faust would drop the batch and go on; it ends here
            delivery.broken = True
            self._fail(error)
        finally:
            delivery.ended.set()

    async def _begin(self) -> None:
        try:
            await until_there(self._bootstrap, self._topics)
            await self._app.start()
        except Exception as error:  # noqa: BLE001 - handed on through `failed`
            self._fail(error)

    async def _watch(self) -> None:
        seen: Mapping[Any, int] = {}
        moved_at = self._loop.time()
        while not self.failed.done():
            await asyncio.sleep(WATCH_EVERY_S)
            consumer = self._consumer
            before = dict(consumer.positions) if consumer else {}
            if consumer is None or not await self._ask_ends(consumer):
                moved_at = self._loop.time()  # Kafka is away: waiting is right, /readyz says so
                continue
            self._refuse_another_log(before)
            waiting = sum(self.lag().values())
            if (not waiting and consumer.flowing) or seen != consumer.positions:
                seen, moved_at = dict(consumer.positions), self._loop.time()
            elif self._loop.time() - moved_at > STUCK_S:
                self._fail(Stuck(_what_hangs(waiting, consumer.flowing)))

    async def _ask_ends(self, consumer: Consumer) -> bool:
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                self._ends = await consumer.ends()
        except (TimeoutError, KafkaError, OSError, ConsumerNotStarted):
            return False
        self._contact_at = self._loop.time()
        return True

    def _refuse_another_log(self, before: Mapping[Any, int]) -> None:
        """The log never ends before a place that had been reached when its end was asked for."""
        for tp, at in before.items():
            if self._ends.get(place_of(tp), at) < at:
                self._fail(PositionLost(f"{tp.topic}-{tp.partition} ends before {at}: the log was replaced."))


def _what_hangs(waiting: int, flowing: bool) -> str:
    if not flowing:
        return f"The partitions were not settled within {STUCK_S:g} seconds though Kafka answers."
    return f"{waiting} records wait and none was taken for {STUCK_S:g} seconds."
