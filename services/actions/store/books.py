"""The books over Postgres: events, read tables, kept answers and positions, in one transaction each."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from eventlog.event_store import AlreadyDone, Command, NewEvent, PostgresEventStore
from eventlog.postgres import Connection, Pool, transaction
from eventlog.records import PositionMoved, TopicPartition
from schemas import registry
from schemas.envelope import Envelope
from services.actions.domain.decision import Answer, Reason, Repeated, Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.promise import Promise
from services.actions.domain.reach import Asked
from services.actions.domain.said import Noun
from services.actions.domain.streams import EVOLVE
from services.actions.flow import Positions
from services.actions.store import rows
from services.actions.store.rows import SQL


class _First(msgspec.Struct, frozen=True):
    """What is kept of an answer: enough to tell it again from the events up to then."""

    noun: Noun
    key: str
    version: int
    reason: Reason


class PostgresBooks:
    """Opens transactions for commands and for batches of what is heard."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._events = PostgresEventStore(pool)

    @asynccontextmanager
    async def open(self, asked: Asked) -> AsyncIterator[PostgresPage]:
        """As `flow.Books.open`; of racing repeats one is carried out, the others get its answer."""
        command = Command(asked.key, asked.fingerprint) if asked.key is not None else None
        try:
            async with transaction(self._pool) as connection:
                if command and (kept := await self._events.answered(command, within=connection)):
                    raise AlreadyDone(kept)
                yield PostgresPage(connection, self._events, asked.reach.tenant, command)
        except AlreadyDone as done:
            raise Repeated(await self._first(asked.reach.tenant, done.answer)) from done

    @asynccontextmanager
    async def listen(self, positions: Positions) -> AsyncIterator[PostgresEar]:
        """As `flow.Books.listen`; raises `PositionMoved` unless the batch goes on exactly where we stand."""
        async with transaction(self._pool) as connection:
            for (topic, partition), (first, _) in sorted(positions.items()):
                await connection.execute(SQL["begin_position"], topic, partition)
                stands = await connection.fetchval(SQL["lock_position"], topic, partition)
                if stands != first:
                    raise PositionMoved(
                        f"{topic}-{partition} stands at {stands}, the batch begins at {first}."
                    )
            yield PostgresEar(connection)
            for (topic, partition), (_, after) in sorted(positions.items()):
                await connection.execute(SQL["move_position"], topic, partition, after)

    async def positions(self, assigned: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Up to where each of these partitions was read."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(SQL["positions"])
        stand = {(row["topic"], row["partition"]): row["next_offset"] for row in found}
        return {place: stand[place] for place in assigned if place in stand}

    async def _first(self, tenant: str, kept: bytes) -> Answer[Any]:
        first = msgspec.json.decode(kept, type=_First)
        async with transaction(self._pool) as connection:
            page = PostgresPage(connection, self._events, tenant, None)
            found = await page.walk(first.noun, first.key, first.version)
        return Answer(found.state, found.version, first.reason)


class PostgresPage:
    """One command's transaction."""

    def __init__(
        self, connection: Connection, events: PostgresEventStore, tenant: str, command: Command | None
    ) -> None:
        self._connection = connection
        self._events = events
        self._tenant = tenant
        self._command = command

    async def stands(self, noun: Noun, key: str) -> Versioned[Any]:
        """A thing as its events make it; nobody closes a meeting read here before this transaction ends."""
        if noun == "meeting":
            await self._connection.execute(SQL["hold_meeting"], self._tenant, key)
        return await self.walk(noun, key)

    async def due(self, unit: str, day: dt.date) -> list[Promise]:
        """The unit's open commitments whose deadline is that day or earlier."""
        found = await self._connection.fetch(SQL["due"], self._tenant, unit, day)
        return [rows.commitment_of(row).state.promise for row in found]

    async def escalation(self, key: str) -> Heard | None:
        """The exception, if it was heard of."""
        return rows.heard_of(await self._connection.fetchrow(SQL["escalation"], self._tenant, key))

    async def keep(self, noun: Noun, key: str, events: Sequence[Envelope], after: Answer[object]) -> None:
        """Append the events and write the read table; the answer is kept beside, under the command's key."""
        first = msgspec.json.encode(_First(noun, key, after.version, after.reason))
        await self._events.append(
            f"{self._tenant}/{noun}/{key}",
            after.version - len(events),
            [NewEvent(envelope.type, registry.write(envelope)) for envelope in events],
            command=self._command.answering(first) if self._command else None,
            within=self._connection,
        )
        name, row = rows.columns_of(after.state)
        await self._connection.execute(SQL[name], self._tenant, key, after.version, *row)

    async def walk(self, noun: Noun, key: str, until: int | None = None) -> Versioned[Any]:
        """What the events of one thing make of it; `until`: as it was at that version."""
        stored = await self._events.load(f"{self._tenant}/{noun}/{key}", within=self._connection)
        state, evolve = EVOLVE[noun]
        walked = stored[:until]
        for one in walked:
            event = registry.read(one.data)
            state = evolve(state, event.data, registry.instant(event.envelope.time))
        return Versioned(state, len(walked))


class PostgresEar:
    """One batch's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def escalation(self, tenant: str, key: str) -> Heard | None:
        """The exception as last heard of."""
        return rows.heard_of(await self._connection.fetchrow(SQL["escalation"], tenant, key))

    async def keep(self, tenant: str, heard: Heard) -> None:
        """Write how it stands now."""
        await self._connection.execute(SQL["keep_escalation"], tenant, *rows.heard_columns(heard))
