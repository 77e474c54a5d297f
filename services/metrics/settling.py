"""Settling: what batches wrote one behind the other is put where readers find it, by account and month.

Nothing depends on when this happens, and a step that breaks off leaves everything as it was: each line
stands in the journal or in a chunk, never in both. It only keeps readings quick. So one process does it, in
steps with rests between them, rarely while the ledger has far to go: then large steps cost least.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from runtime.background import Background
from runtime.telemetry import counter, gauge, histogram, log
from services.metrics.flow import NotNow

LOOK_EVERY_S = 1.0
TRY_AGAIN_S = 5.0
TIDY_EVERY_S = 60.0
"""Scattered chunks come from rebuilds only, so they are looked for now and then."""
SHARE = 1.0
"""After a step we rest as long as it took: settling never takes more than half of a processor."""

WHILE_CATCHING_UP = 20
"""So many times more lines may wait while the ledger has far to go."""
BEHIND = 50
"""With so many times more lines waiting than should, readings are slow, and /readyz says so."""
OPENED_AT_ONCE = 20
"""Accounts of teams that are opened in one step, some milliseconds each."""

SETTLED = counter("metrics_settled_lines_total", "Lines moved from the journal into chunks.")
WAITING = gauge("metrics_unsettled_lines", "Lines in the journal, which each reading of lines looks through.")
STEP = histogram("metrics_settling_seconds", "How long a step of settling takes.")


class Lead(Protocol):
    """The right to settle."""

    async def stands(self) -> bool: ...


class Shelves(Protocol):
    """Where lines are settled."""

    def leading(self) -> AbstractAsyncContextManager[Lead | None]: ...
    async def waiting(self) -> int: ...
    async def settle(self) -> int: ...
    async def tidy(self) -> int: ...
    async def open(self, today: dt.date, most: int) -> int: ...


class Settler(Background):
    """Settles when no other process does: when enough lines wait, or the first has waited long enough."""

    name = "settling"
    finish_s = 0.7
    """A step that is broken off leaves everything as it was, and is done by the next one who settles."""

    def __init__(
        self,
        shelves: Shelves,
        now: Callable[[], dt.datetime],
        enough: int,
        every_s: float,
        catching_up: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._shelves, self._now = shelves, now
        self._enough, self._every_s = enough, every_s
        self._catching_up = catching_up
        self._trouble: str | None = None
        self._tidy_at = 0.0

    async def well(self) -> str | None:
        """A check for /readyz: None, or why readings get slower."""
        return self._trouble

    async def run(self) -> None:
        """Settle while nobody else does, until it leaves."""
        while not self.leaving:
            try:
                async with self._shelves.leading() as lead:
                    if lead is not None:
                        await self._lead(lead)
            except NotNow as error:
                log().warning("settling-waits", why=str(error))
            await self._rest(TRY_AGAIN_S)

    async def _lead(self, lead: Lead) -> None:
        clock = asyncio.get_running_loop().time
        empty = clock()
        while not self.leaving and await lead.stands():
            waiting = await self._shelves.waiting()
            self._note(waiting)
            began = clock()
            if not waiting:
                empty = began
            if self._is_due(waiting, began - empty):
                settled = await self._shelves.settle()
                SETTLED.inc(settled)
                STEP.observe(clock() - began)
                if settled >= waiting:
                    empty = clock()
            elif not self._catching_up():
                await self._put_in_order(began)
            await self._rest(max(LOOK_EVERY_S, (clock() - began) * SHARE))

    async def _put_in_order(self, now: float) -> None:
        """While nothing is due: openings that lack, and chunks that lie scattered."""
        opened = await self._shelves.open(self._now().date(), OPENED_AT_ONCE)
        if not opened and now >= self._tidy_at and not await self._shelves.tidy():
            self._tidy_at = now + TIDY_EVERY_S

    def _is_due(self, waiting: int, since_s: float) -> bool:
        if self._catching_up():
            return waiting >= self._enough * WHILE_CATCHING_UP
        return waiting >= self._enough or (waiting > 0 and since_s >= self._every_s)

    def _note(self, waiting: int) -> None:
        WAITING.set(waiting)
        self._trouble = None
        if waiting > self._enough * BEHIND:
            self._trouble = (
                f"{waiting:,} lines wait to be settled, so readings are slow. If the number does not fall, "
                "metrics needs more processor, or Postgres does."
            )

    async def _rest(self, seconds: float) -> None:
        if not self.leaving:
            await self.called(seconds)
