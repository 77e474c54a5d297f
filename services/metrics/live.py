"""Live: whoever listens first gets the present state, then every telling as it is noted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from runtime.background import Background
from services.metrics.domain.telling import Telling
from services.metrics.flow import NotNow

PAGE = 500
ROOM = 2000
"""Tellings that wait for one slow listener; one who falls further behind reads on from the notebook."""
LOOK_EVERY_S = 0.25
"""Tellings of another worker's publisher are found by looking."""


class Tellings(Protocol):
    """What was told last of each subject, in the order of telling."""

    async def last(self) -> int: ...
    async def since(
        self,
        revision: int,
        most: int,
        tenant: str | None = None,
        measures: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
    ) -> Sequence[Telling]: ...


@dataclass(frozen=True, slots=True)
class Ears:
    """What a listener wants to hear; None: everything of the tenant."""

    tenant: str
    measures: Sequence[str] | None
    units: Sequence[str] | None

    def want(self, telling: Telling) -> bool:
        """Whether this telling is one of theirs."""
        unit, measure = telling.subject.unit, telling.subject.measure
        return (
            telling.tenant == self.tenant
            and (self.measures is None or measure in self.measures)
            and (self.units is None or unit is None or unit in self.units)
        )


@dataclass(eq=False, slots=True)
class _Listener:
    ears: Ears
    queue: asyncio.Queue[Telling] = field(default_factory=lambda: asyncio.Queue(ROOM))
    missed: bool = False


class Live(Background):
    """Reads each telling once and hands it to all who want it."""

    name = "live"

    def __init__(self, tellings: Tellings) -> None:
        super().__init__()
        self._tellings = tellings
        self._listeners: set[_Listener] = set()

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def newest(self) -> int:
        """The newest revision that was told."""
        return await self._tellings.last()

    async def listen(self, ears: Ears, after: int) -> AsyncIterator[Telling]:
        """What was told after a revision (0: the present state), then all that follows, without an end."""
        listener = _Listener(ears)
        self._listeners.add(listener)
        try:
            while True:
                listener.missed = False
                async for telling in self._noted(ears, after):
                    after = telling.revision
                    yield telling
                while not listener.missed or not listener.queue.empty():
                    telling = await listener.queue.get()
                    if telling.revision > after:
                        after = telling.revision
                        yield telling
        finally:
            self._listeners.discard(listener)

    async def _noted(self, ears: Ears, after: int) -> AsyncIterator[Telling]:
        while True:
            page = await self._tellings.since(after, PAGE, ears.tenant, ears.measures, ears.units)
            for telling in page:
                yield telling
            if len(page) < PAGE:
                return
            after = page[-1].revision

    async def run(self) -> None:
        """Hand on what is told, as it is told."""
        last = -1
        while True:
            with contextlib.suppress(NotNow):
                last = await self._hand_on(last)
            await self.called(LOOK_EVERY_S)

    async def _hand_on(self, last: int) -> int:
        """Hand on what was told after `last`; without listeners nothing is read, only the place is kept."""
        if last < 0 or not self._listeners:
            return await self._tellings.last()
        page = await self._tellings.since(last, PAGE)
        for telling in page:
            for listener in self._listeners:
                if listener.ears.want(telling):
                    _offer(listener, telling)
        if len(page) == PAGE:
            self.call()
        return page[-1].revision if page else last


def _offer(listener: _Listener, telling: Telling) -> None:
    try:
        listener.queue.put_nowait(telling)
    except asyncio.QueueFull:
        listener.missed = True
