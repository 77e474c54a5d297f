"""The story of a dead letter's way back: mended or as it was, it is admitted again under the id that it has.

Sent first, then written down: killed between the two it may be sent twice, and its id makes it count once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from eventlog.codec import event_message
from eventlog.records import LogRefused
from services.ingest.domain.edge import Admitted, Edge, Refused
from services.ingest.domain.letters import Letter, Replay, again
from services.ingest.flow import Log

TOGETHER = 500
"""Letters that are sent in one batch."""
Pair = tuple[Letter, Admitted]


class Replays(Protocol):
    """Where it is written down which letters were sent again."""

    async def of(self, tenant: str, letters: Collection[str]) -> Mapping[str, Sequence[Replay]]: ...
    async def keep(self, tenant: str, replays: Sequence[Replay]) -> None: ...


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
        done = self._done(letter, found, mended is not None)
        await self.replays.keep(self.tenant, [done])
        return done

    async def all(self, letters: Sequence[Letter]) -> Replayed:
        """Send those again that can be read by now and were not sent again before, in the order given."""
        before = await self.replays.of(self.tenant, [letter.id for letter in letters])
        fresh = [letter for letter in letters if not before.get(letter.id)]
        found = [(letter, again(letter, None, self.tenant, self.edge)) for letter in fresh]
        good = [(letter, event) for letter, event in found if isinstance(event, Admitted)]
        refused = [(letter, event) for letter, event in found if isinstance(event, Refused)]
        sent, too_much = await self._sent(good)
        done = [self._done(letter, event, mended=False) for letter, event in sent]
        await self.replays.keep(self.tenant, done)
        return Replayed(tuple(done), len(letters) - len(fresh), (*refused, *too_much))

    async def _sent(self, good: Sequence[Pair]) -> tuple[list[Pair], list[tuple[Letter, Refused]]]:
        """Those that the log took. It takes all of a batch or none: then each is sent alone."""
        sent: list[Pair] = []
        refused: list[tuple[Letter, Refused]] = []
        for at in range(0, len(good), TOGETHER):
            batch = good[at : at + TOGETHER]
            try:
                await self.log.send([event_message(event.raw, event.envelope) for _, event in batch])
                sent += batch
            except LogRefused as error:
                if len(batch) == 1:
                    why = Refused(batch[0][1].envelope.id, error.reason, str(error))
                    refused.append((batch[0][0], why))
                    continue
                for pair in batch:
                    alone, not_taken = await self._sent([pair])
                    sent, refused = sent + alone, refused + not_taken
        return sent, refused

    def _done(self, letter: Letter, event: Admitted, mended: bool) -> Replay:
        envelope = event.envelope
        return Replay(letter.id, self.clock(), self.by, mended, envelope.source, envelope.id)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of many letters: sent again now, sent again before, and still not to be read."""

    done: tuple[Replay, ...]
    before: int
    refused: tuple[tuple[Letter, Refused], ...]
