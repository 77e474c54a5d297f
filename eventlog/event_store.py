"""The event store: streams of events with contiguous versions, and commands that are answered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from eventlog.postgres import Connection, Pool, Row, statements, transaction


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that was just decided; `data` and `meta` are JSON objects as bytes."""

    type: str
    data: bytes
    meta: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in its stream, the first with version 1; `pos` orders it among all streams."""

    stream: str
    version: int
    type: str
    data: bytes
    meta: bytes
    pos: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command that may be sent twice: `id` names it, `fingerprint` tells whether it is the same one.

    `answer` is kept with the events in one transaction and given again to whoever repeats the command.
    """

    id: str
    fingerprint: bytes
    answer: bytes = b""

    def answering(self, answer: bytes) -> Command:
        """The same command with the answer that is to be kept."""
        return replace(self, answer=answer)


class Conflict(Exception):
    """The stream has another version than expected: load it again and decide again."""

    reason = "stale-version"

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"It has changed meanwhile: you saw version {expected}, it is now {actual}. Look again."
        )
        self.stream, self.expected, self.actual = stream, expected, actual


class KeyReused(Exception):
    """The same command id came with another body."""

    reason = "key-reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was sent before with another request; use a new key.")


class AlreadyDone(Exception):
    """The command was carried out before; `answer` is what was answered then."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("This command was carried out before; its first answer stands.")
        self.answer = answer


class EventStore(Protocol):
    """Where events of decisions are kept."""

    async def load(self, stream: str) -> list[StoredEvent]:
        """All events of the stream in order; empty when it does not exist."""
        ...

    async def answered(self, command: Command) -> bytes | None:
        """The first answer of this command, or None. Raises `KeyReused` when it was another command."""
        ...

    async def append(
        self, stream: str, expected: int, events: Sequence[NewEvent], *, command: Command | None = None
    ) -> int:
        """Add the events after version `expected` (0 = a new stream); answers with the new version.

        Raises `Conflict`, and for a command carried out before `AlreadyDone`, or `KeyReused`.
        """
        ...


def settled(command: Command, fingerprint: bytes, answer: bytes) -> bytes:
    """The kept answer of a command, if it is the same command; else raises `KeyReused`."""
    if fingerprint != command.fingerprint:
        raise KeyReused
    return answer


class PostgresEventStore:
    """The event store over the tables of `event_store.sql` in the pool's schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = statements("eventlog", "event_store_statements.sql")

    async def load(self, stream: str, *, within: Connection | None = None) -> list[StoredEvent]:
        """As `EventStore.load`; `within` reads inside the caller's transaction."""
        if within is None:
            async with transaction(self._pool) as connection:
                return await self.load(stream, within=connection)
        return [stored(row) for row in await within.fetch(self._sql["load"], stream)]

    async def answered(self, command: Command, *, within: Connection | None = None) -> bytes | None:
        """As `EventStore.answered`."""
        if within is None:
            async with transaction(self._pool) as connection:
                return await self.answered(command, within=connection)
        row = await within.fetchrow(self._sql["answered"], command.id)
        return None if row is None else settled(command, row["fingerprint"], row["answer"])

    async def append(
        self,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        *,
        command: Command | None = None,
        within: Connection | None = None,
    ) -> int:
        """As `EventStore.append`; `within` writes in the caller's transaction, beside its read tables.

        Any error must leave that transaction, so that nothing of the command is kept.
        """
        if within is None:
            async with transaction(self._pool) as connection:
                return await self.append(stream, expected, events, command=command, within=connection)
        if command is not None:
            await self._answer_once(within, command)
        actual: int = await within.fetchval(self._sql["version"], stream)
        if actual != expected:
            raise Conflict(stream, expected, actual)
        versions = list(range(expected + 1, expected + 1 + len(events)))
        types = [event.type for event in events]
        data = [event.data.decode() for event in events]
        meta = [event.meta.decode() for event in events]
        added = await within.fetch(self._sql["append"], stream, versions, types, data, meta)
        if len(added) != len(events):
            raise Conflict(stream, expected, expected + 1)
        return expected + len(events)

    async def _answer_once(self, connection: Connection, command: Command) -> None:
        """Waits for the same command under way elsewhere: of racing repeats one is carried out."""
        kept = await connection.fetchval(self._sql["answer"], command.id, command.fingerprint, command.answer)
        if kept is None:
            answer = await self.answered(command, within=connection)
            raise AlreadyDone(answer or b"")


def stored(row: Row) -> StoredEvent:
    """A row of table `event`."""
    return StoredEvent(
        stream=row["stream"],
        version=row["version"],
        type=row["type"],
        data=row["data"].encode(),
        meta=row["meta"].encode(),
        pos=row["pos"],
    )
