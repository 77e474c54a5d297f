"""Tells `primed.dead-letters` of the records that nobody could read, from where the batches buried them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from eventlog.codec import dead_letter
from eventlog.kafka import Producer
from eventlog.records import LogRefused, LogUnavailable, Record
from runtime.background import Background
from runtime.telemetry import log
from services.metrics.domain.hearing import Refused
from services.metrics.flow import NotNow

SERVICE = "metrics"
MOST_AT_ONCE = 200
LOOK_EVERY_S = 1.0
TRY_AGAIN_S = 2.0


class Graves(Protocol):
    """Where dead letters wait; what the block has told when it ends well is never handed out again."""

    def untold(self, most: int) -> AbstractAsyncContextManager[Sequence[Refused]]: ...


class LetterCarrier(Background):
    """One of several processes takes each letter; it is told at least once, with its place to know it by."""

    name = "dead-letters"
    finish_s = 0.7

    def __init__(self, graves: Graves, producer: Producer) -> None:
        super().__init__()
        self._graves = graves
        self._producer = producer

    async def run(self) -> None:
        """Tell what waits, then wait for more."""
        while not self.leaving:
            try:
                while await self._carry():
                    pass
            except (LogUnavailable, NotNow) as error:
                log().warning("dead-letters-wait", why=str(error))
                await asyncio.sleep(TRY_AGAIN_S)
            await self.called(LOOK_EVERY_S)

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
