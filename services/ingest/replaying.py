"""The story of a dead letter's way back: mended or as it was, it is admitted again under the id that it has.

Sent first, then written down: killed between the two it may be sent twice, and its id makes it count once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from eventlog.codec import event_message
from services.ingest.domain.edge import Edge, Refused
from services.ingest.domain.letters import Letter, Replay, again
from services.ingest.flow import Log


class Replays(Protocol):
    """Where it is written down which letters were sent again."""

    async def of(self, tenant: str, letters: Collection[str]) -> Mapping[str, Sequence[Replay]]: ...
    async def keep(self, tenant: str, replay: Replay) -> None: ...


@dataclass(frozen=True, slots=True)
class Replayer:
    """Sends letters of a tenant again, in somebody's name."""

    tenant: str
    by: str
    edge: Edge
    log: Log
    replays: Replays
    clock: Callable[[], dt.datetime]

    async def one(self, letter: Letter, mended: bytes | None) -> Replay | Refused:
        """Append it to its topic again; why not, when it still cannot be read."""
        found = again(letter, mended, self.tenant, self.edge)
        if isinstance(found, Refused):
            return found
        await self.log.send([event_message(found.raw, found.envelope)])
        envelope = found.envelope
        done = Replay(letter.id, self.clock(), self.by, mended is not None, envelope.source, envelope.id)
        await self.replays.keep(self.tenant, done)
        return done

    async def all(self, letters: Sequence[Letter]) -> Replayed:
        """Send those again that can be read by now and were not sent again before, the oldest first."""
        before = await self.replays.of(self.tenant, [letter.id for letter in letters])
        done: list[Replay] = []
        refused: list[tuple[Letter, Refused]] = []
        for letter in sorted(letters, key=lambda one: (one.at, one.partition, one.offset)):
            if before.get(letter.id):
                continue
            found = await self.one(letter, None)
            if isinstance(found, Refused):
                refused.append((letter, found))
            else:
                done.append(found)
        return Replayed(tuple(done), len(letters) - len(done) - len(refused), tuple(refused))


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of many letters: sent again now, sent again before, and still not to be read."""

    done: tuple[Replay, ...]
    before: int
    refused: tuple[tuple[Letter, Refused], ...]
