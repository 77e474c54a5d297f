"""One process of a rebuild: takes orders from its standard input, does share after share, says how far it is.

When its standard input ends, whoever gave the orders is gone: it leaves at once, and what it had begun is as
if it had never been.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any, Protocol

from eventlog.postgres import DatabaseUnavailable, Pool
from eventlog.records import LogUnavailable, PositionLost, TopicPartition
from eventlog.stretches import Stretches
from services.metrics.domain.batch import Folded
from services.metrics.domain.hearing import Heard, Refused, hear, moment_of
from services.metrics.domain.histories import fold_whole
from services.metrics.domain.shares import Share, TooManyDead, dead_run
from services.metrics.domain.taking import Position
from services.metrics.flow import CannotKeep
from services.metrics.rebuilding.crew import Order
from services.metrics.rebuilding.saying import CannotRebuild, Voice
from services.metrics.rebuilding.sheaf import Sheaf
from services.metrics.store.filling import Filling
from services.metrics.store.printing import Printing, Showing
from services.metrics.store.prints import Group

AT_ONCE = 4_000
"""Records that are folded together: enough for columns to be worth it, few enough to stay in caches."""
FETCH = 10_000
LEFT_BEHIND = 3
WHEN_MENDED = "Nothing was changed for readers. When that is mended, run it again: it goes on."


class Taker(Protocol):
    """What becomes of what shares give: rows of a generation, or prints of them."""

    def begin(self, groups: Collection[Group]) -> None: ...
    async def add(self, folded: Folded) -> None: ...
    def bury(self, refused: Sequence[Refused]) -> None: ...
    def stand(self, place: TopicPartition, position: Position) -> None: ...
    async def end(self, generation: int, share: Share) -> Iterator[dict[str, Any]]: ...


class Progress:
    """Tells how far one partition is, in records: laid aside, one is done to a tenth, folded to the whole."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._tenths = self._told = 0

    def laid_aside(self, records: int) -> None:
        """So many more were read."""
        self._tell(records)

    def folded(self, records: int) -> None:
        """So many more are done."""
        self._tell(9 * records)

    def _tell(self, tenths: int) -> None:
        self._tenths += tenths
        done = self._tenths // 10 - self._told
        self._told += done
        self._voice.line({"records": done, "done": False})


class Hand:
    """Does shares; `most_dead` as the live ledger has it."""

    def __init__(self, log: Stretches, pool: Pool, voice: Voice, most_dead: int) -> None:
        self._log, self._voice, self._most_dead = log, voice, most_dead
        self._takers: Mapping[str, Taker] = {
            "fill": Filling(pool),
            "print": Printing(pool),
            "show": Showing(pool),
        }

    async def follow(self, orders: asyncio.Queue[str]) -> None:
        """Do what is ordered, for as long as the process lives; trouble is said."""
        while True:
            order = Order.of(await orders.get())
            try:
                await self._do(order)
            except (PositionLost, LogUnavailable, DatabaseUnavailable, CannotKeep) as error:
                self._voice.stopped(CannotRebuild(str(error), WHEN_MENDED))
            except CannotRebuild as error:
                self._voice.stopped(error)
            else:
                self._voice.line({"records": 0, "done": True})

    async def _do(self, order: Order) -> None:
        taker = self._takers[order.purpose]
        taker.begin([Group(*group) for group in order.groups])
        for place, until in order.share.until:
            await self._fold(taker, place, until)
        for said in await taker.end(order.generation, order.share):
            self._voice.line(said)

    async def _fold(self, taker: Taker, place: TopicPartition, until: int) -> None:
        sheaf, progress = Sheaf(place), Progress(self._voice)
        try:
            async for batch in self._log.read({place: (0, until)}, FETCH):
                sheaf.add(batch[place])
                progress.laid_aside(len(batch[place]))
            dead: list[int] = []
            for records in sheaf.by_item(AT_ONCE):
                said = list(starmap(hear, records))
                refused = [one for one in said if isinstance(one, Refused)]
                dead += [one.place.offset for one in refused]
                taker.bury(refused)
                await taker.add(fold_whole([one for one in said if isinstance(one, Heard)]))
                progress.folded(len(records))
            position = Position(until, moment_of(sheaf.latest_ms), self._run(dead, place, until))
        finally:
            sheaf.close()
        taker.stand(place, position)

    def _run(self, dead: Sequence[int], place: TopicPartition, until: int) -> int:
        try:
            return dead_run(dead, until, self._most_dead)
        except TooManyDead as error:
            raise CannotRebuild(
                f"More than {self._most_dead} records in a row could not be read in {place[0]}-{place[1]}, "
                f"up to {error.offset}.",
                "Run a release that can read them, or, if they are really bad, raise "
                "PRIMED_DEAD_LETTERS_IN_A_ROW as for the live ledger.",
            ) from error


def orders_from_stdin() -> asyncio.Queue[str]:
    """A queue of the lines that come in; when they end, the process ends."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str]()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(queue.put_nowait, line)
        os._exit(LEFT_BEHIND)

    threading.Thread(target=listen, name="orders", daemon=True).start()
    return queue


def without_looking_for_cycles() -> None:
    """The fold makes very many objects and no cycles: looking for them would cost a sixth of the time."""
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 100)
