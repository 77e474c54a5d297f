"""The dead letters as they lie in the log; read anew for each question, since they are few and expire."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Callable, Sequence

from eventlog.codec import DEAD_LETTERS
from eventlog.following import Follower
from eventlog.records import LogUnavailable, Record
from services.ingest.domain.letters import Letter

READ_WITHIN_S = 10.0


class DeadLetters:
    """Looks through `primed.dead-letters` from its beginning."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def newest(self, tenant: str, limit: int) -> list[Letter]:
        """The tenant's letters, newest first."""
        found: deque[Letter] = deque(maxlen=limit)
        await self._read(lambda letter: letter.is_for(tenant), found)
        return sorted(found, key=lambda letter: (letter.at, letter.partition, letter.offset), reverse=True)

    async def find(self, tenant: str, name: str) -> Letter | None:
        """The tenant's letter with this id."""
        found: deque[Letter] = deque(maxlen=1)
        await self._read(lambda letter: letter.id == name and letter.is_for(tenant), found)
        return found[0] if found else None

    async def _read(self, wanted: Callable[[Letter], bool], found: deque[Letter]) -> None:
        async def hear(records: Sequence[Record]) -> None:
            found.extend(filter(wanted, map(_letter, records)))

        follower = Follower(self._bootstrap, [DEAD_LETTERS], start="beginning", hear=hear)
        await follower.start()
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                await follower.caught_up.wait()
        except TimeoutError as error:
            raise LogUnavailable("The dead letters could not be read in time; try again.") from error
        finally:
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
