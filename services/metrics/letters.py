"""Tells `primed.dead-letters` of the records that nobody could read, from where the batches buried them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from eventlog.codec import dead_letter
from eventlog.kafka import Producer
from eventlog.records import LogRefused, LogUnavailable, Record
from runtime.telemetry import log
from services.metrics.domain.hearing import Refused
from services.metrics.flow import NotNow

SERVICE = "metrics"
MOST_AT_ONCE = 200
LOOK_EVERY_S = 1.0
TRY_AGAIN_S = 2.0
LEAVE_S = 0.7


class Graves(Protocol):
    """Where dead letters wait; what the block has told when it ends well is never handed out again."""

    def untold(self, most: int) -> AbstractAsyncContextManager[Sequence[Refused]]: ...


class LetterCarrier:
    """One of several processes takes each letter; it is told at least once, with its place to know it by."""

    name = "dead-letters"

    def __init__(self, graves: Graves, producer: Producer) -> None:
        self._graves = graves
        self._producer = producer
        self._call = asyncio.Event()
        self._leaving = False
        self._running: asyncio.Task[None] | None = None
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def call(self) -> None:
        """There is something to tell."""
        self._call.set()

    async def start(self) -> None:
        """Begin in the background, with what an earlier process left."""
        self._running = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Finish the letters in hand, for a short while; the others are told after the next start."""
        if self._running is not None:
            self._leaving = True
            self._call.set()
            await asyncio.wait({self._running}, timeout=LEAVE_S)
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        try:
            while not self._leaving:
                try:
                    while await self._carry():
                        pass
                except (LogUnavailable, NotNow) as error:
                    log().warning("dead-letters-wait", why=str(error))
                    await asyncio.sleep(TRY_AGAIN_S)
                await self._called()
        except Exception as error:  # noqa: BLE001 - handed on through `failed`, which ends the process
            self.failed.set_exception(error)

    async def _called(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._call.wait()
        self._call.clear()

    async def _carry(self) -> bool:
        """Tell some; answers whether there may be more."""
        async with self._graves.untold(MOST_AT_ONCE) as letters:
            for letter in letters:
                await self._tell(letter)
        return len(letters) == MOST_AT_ONCE

    async def _tell(self, letter: Refused) -> None:
        place = letter.place
        record = Record(place.topic, place.partition, place.offset, 0, letter.key, letter.value)
        try:
            await self._producer.send([dead_letter(record, letter.reason, SERVICE)])
        except LogRefused as error:
            log().error("dead-letter-refused", why=str(error), topic=place.topic, offset=place.offset)
            short = Record(place.topic, place.partition, place.offset, 0, letter.key, None)
            await self._producer.send([dead_letter(short, f"{letter.reason}, too large to keep", SERVICE)])
