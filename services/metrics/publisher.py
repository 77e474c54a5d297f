"""Tells the world, as one of all workers: when to look, how often, and what to do while something is away."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from eventlog.postgres import DatabaseUnavailable
from eventlog.records import LogUnavailable
from runtime.background import Background
from runtime.telemetry import counter, gauge, histogram, log
from services.metrics.flow import NotNow
from services.metrics.telling import Teller

TRY_AGAIN_S = 1.0
LOOK_EVERY_S = 0.1
"""Other workers mark too, and cannot call."""
SHARE = 1.0
"""A round and the rest after it last at least twice as long as the loop was busy in it: telling never takes
more than half of a processor, and a round that mostly waited for others costs no rest."""

BESIDES_S = 0.5
"""How often the one who tells looks after its other duties."""

CATCHING_UP_S = 10.0
"""While the ledger has far to go, its figures are on their way: telling each would only slow it down. So long
at most is waited for its end."""

TOLD = counter("metrics_told_total", "Metric events sent.")
BEHIND = gauge("metrics_untold_figures", "Figures that may have changed and were not looked at yet.")
ROUND = histogram("metrics_telling_seconds", "How long a round of telling takes, from marks to sent events.")


class Lead(Protocol):
    """The right to tell."""

    async def stands(self) -> bool: ...


class Duty(Protocol):
    """What the one who tells looks after besides; answers how many events were sent."""

    async def round(self, now: dt.datetime) -> int: ...


def no_duties(teller: Teller) -> Sequence[Duty]:
    """Nothing besides."""
    return ()


class Publisher(Background):
    """Leads when no other process does; every change is told within a fraction of a second."""

    name = "publisher"
    finish_s = 0.7

    def __init__(
        self,
        leading: Callable[[], AbstractAsyncContextManager[Lead | None]],
        new_teller: Callable[[], Teller],
        last_sent: Callable[[], Awaitable[Mapping[bytes, int]]],
        now: Callable[[], dt.datetime],
        every_s: float,
        heard: Callable[[], None],
        catching_up: Callable[[], bool],
        new_duties: Callable[[Teller], Sequence[Duty]] = no_duties,
    ) -> None:
        super().__init__()
        self._leading, self._new_teller, self._last_sent = leading, new_teller, last_sent
        self._now, self._every_s, self._heard = now, every_s, heard
        self._catching_up, self._new_duties = catching_up, new_duties
        self._trouble: str | None = None

    async def well(self) -> str | None:
        """A check for /readyz: None, or what keeps changes from being told."""
        return self._trouble

    async def run(self) -> None:
        """Try to lead, and tell while leading."""
        while not self.leaving:
            try:
                async with self._leading() as lead:
                    if lead is not None:
                        await self._lead(lead)
                self._trouble = None
            except (LogUnavailable, DatabaseUnavailable, NotNow) as error:
                if self._trouble is None:
                    log().warning("telling-waits", why=str(error))
                self._trouble = f"Changes wait to be told: {error}"
            if not self.leaving:
                await asyncio.sleep(TRY_AGAIN_S)

    async def _lead(self, lead: Lead) -> None:
        teller = self._new_teller()
        await teller.begin(await self._last_sent())
        log().info("telling")
        duties = asyncio.create_task(self._look_after(self._new_duties(teller)), name="duties")
        try:
            await self._tell(lead, teller, duties)
        finally:
            duties.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await duties

    async def _look_after(self, duties: Sequence[Duty]) -> None:
        """Everything besides, one after another, so that nothing of it holds up what is told live."""
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            for duty in () if self._catching_up() else duties:
                try:
                    if sent := await duty.round(self._now()):
                        TOLD.inc(sent)
                        self._heard()
                except (LogUnavailable, DatabaseUnavailable, NotNow) as error:
                    log().warning("duty-waits", why=str(error))
            await asyncio.sleep(max(BESIDES_S, (clock() - began) * SHARE))

    async def _tell(self, lead: Lead, teller: Teller, duties: asyncio.Task[None]) -> None:
        clock = asyncio.get_running_loop().time
        while not self.leaving and await lead.stands():
            if duties.done():
                duties.result()  # it ends by an error only, which ends us too
            began, busy = clock(), time.thread_time()
            sent = await teller.round(self._now())
            took, busy = clock() - began, time.thread_time() - busy
            self._trouble = None
            BEHIND.set(teller.behind)
            if sent:
                TOLD.inc(sent)
                ROUND.observe(took)
                self._heard()
            if sent or teller.behind:
                await asyncio.sleep(max(self._every_s, busy * (1 + SHARE)) - took)
            await self._let_catch_up()
            await self.called(0.0 if teller.behind else LOOK_EVERY_S)

    async def _let_catch_up(self) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + CATCHING_UP_S
        while self._catching_up() and not self.leaving and clock() < until:
            await self.called(LOOK_EVERY_S)
