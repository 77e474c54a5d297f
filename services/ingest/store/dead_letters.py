"""The dead letters as they lie in the log; read anew for each question, since they are few and expire."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Callable, Sequence

from eventlog.codec import DEAD_LETTERS
from eventlog.following import Follower
from eventlog.records import LogUnavailable, Record
from services.ingest.domain.letters import Cursor, Letter, Page, Wanted

PATIENCE_S = 10.0
"""How long to wait for more of the letters; with many of them, reading all takes longer."""


class DeadLetters:
    """Looks through `primed.dead-letters` from its beginning, holding no more than is asked for."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def newest(self, wanted: Wanted, limit: int) -> list[Letter]:
        """The newest of the letters that are wanted, newest first."""
        newest: list[Letter] = []

        def take(letter: Letter) -> None:
            newest.append(letter)
            if len(newest) >= 2 * limit + 100:
                newest.sort(key=lambda one: one.place, reverse=True)
                del newest[limit:]

        await self._read(wanted.holds, take)
        return sorted(newest, key=lambda one: one.place, reverse=True)[:limit]

    async def page(self, wanted: Wanted, cursor: Cursor | None, limit: int) -> Page:
        """The next of the letters that are wanted, oldest first."""
        page = Page(limit, cursor)
        await self._read(wanted.holds, page.take)
        return page

    async def find(self, tenant: str, name: str) -> Letter | None:
        """The tenant's letter with this id."""
        found: deque[Letter] = deque(maxlen=1)
        await self._read(lambda letter: letter.id == name and letter.is_for(tenant), found.append)
        return found[0] if found else None

    async def _read(self, wanted: Callable[[Letter], bool], take: Callable[[Letter], None]) -> None:
        heard = asyncio.Event()

        async def hear(records: Sequence[Record]) -> None:
            for letter in filter(wanted, map(_letter, records)):
                take(letter)
            heard.set()

        follower = Follower(self._bootstrap, [DEAD_LETTERS], start="beginning", hear=hear)
        await follower.start()
        there = asyncio.create_task(follower.caught_up.wait())
        try:
            while not there.done():
                heard.clear()
                await asyncio.wait({there}, timeout=PATIENCE_S)
                if not there.done() and not heard.is_set():
                    raise LogUnavailable("The dead letters could not be read in time; try again.")
        finally:
            there.cancel()
            await follower.stop()


def _letter(record: Record) -> Letter:
    return Letter(
        partition=record.partition,
        offset=record.offset,
        at=dt.datetime.fromtimestamp(record.timestamp_ms / 1000, dt.UTC),
        key=record.key,
        value=record.value,
        headers={name: text.decode("utf-8", "replace") for name, text in record.headers if text is not None},
    )
