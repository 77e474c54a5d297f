"""The way out: what is due is claimed, sent, and recorded after sending, so that it is told at least once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any, Protocol

from eventlog.postgres import DatabaseUnavailable
from runtime.telemetry import counter, log
from services.notify.domain import delivery as deliveries
from services.notify.domain.delivery import After, Delivery, Outcome, follow

LEASE = dt.timedelta(seconds=25)
"""A claimed delivery belongs to its process for this long; longer than any attempt may take."""

AT_ONCE = 16
IDLE_S = 0.25
TRY_AGAIN_S = 2.0

ATTEMPTS = counter(
    "notify_attempts",
    "Attempts to tell somebody, by channel and what came of it: shows a dead mail server.",
    ("channel", "outcome"),
)


class Queue(Protocol):
    """What is on its way."""

    async def claim(
        self, channel: deliveries.Channel, now: dt.datetime, until: dt.datetime, most: int
    ) -> list[Delivery]: ...

    async def record(self, delivery: Delivery, outcome: Outcome, after: After, at: dt.datetime) -> None: ...


class Channel(Protocol):
    """A way to a reader."""

    async def send(self, delivery: Delivery) -> Outcome: ...


async def deliver(
    queue: Queue, channel: Channel, delivery: Delivery, clock: Callable[[], dt.datetime], chance: float
) -> Outcome:
    """Send, then record: killed in between, it is sent again under the same id."""
    outcome = await channel.send(delivery)
    now = clock()
    await queue.record(
        delivery, outcome, follow(outcome, delivery.attempts + 1, delivery.created, now, chance), now
    )
    ATTEMPTS.labels(delivery.channel, type(outcome).__name__.lower()).inc()
    return outcome


class Sender:
    """Keeps one channel moving; several at once, never two to the same receiver."""

    def __init__(
        self,
        name: deliveries.Channel,
        channel: Channel,
        queue: Queue,
        clock: Callable[[], dt.datetime],
        chance: Callable[[], float],
    ) -> None:
        self.name = f"sender-{name}"
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._kind = name
        self._channel = channel
        self._queue = queue
        self._clock = clock
        self._chance = chance
        self._running: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin sending in the background."""
        self._running = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Claim nothing more; what is under way is broken off and, unless recorded, sent again later."""
        for task in (self._running, *self._under_way):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _run(self) -> None:
        try:
            while True:
                if not await self._step():
                    await asyncio.sleep(IDLE_S)
        except Exception as error:  # noqa: BLE001 - handed on: what stops the sender must stop the process
            if not self.failed.done():
                self.failed.set_exception(error)

    async def _step(self) -> bool:
        """Whether anything was due."""
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            claimed = await self._queue.claim(self._kind, self._clock(), self._clock() + LEASE, room)
        except DatabaseUnavailable as error:
            log().warning("sender-waits", channel=self._kind, why=str(error))
            await asyncio.sleep(TRY_AGAIN_S)
            return False
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return bool(claimed)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = await deliver(self._queue, self._channel, delivery, self._clock, self._chance())
        except DatabaseUnavailable as error:
            log().warning("attempt-not-recorded", delivery=delivery.id, why=str(error))
        except Exception as error:  # noqa: BLE001 - handed on: what stops the sender must stop the process
            if not self.failed.done():
                self.failed.set_exception(error)
        else:
            log().info(
                type(outcome).__name__.lower(),
                delivery=delivery.id,
                channel=delivery.channel,
                attempt=delivery.attempts + 1,
                detail=outcome.detail,
            )
