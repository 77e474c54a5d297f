"""The ledger in Postgres, for writing: one transaction a batch, behind the ports of `flow`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import asyncpg

from eventlog.postgres import Connection, DatabaseUnavailable, Pool, statements, transaction
from eventlog.records import TopicPartition
from services.metrics.domain.batch import Balance, Folded, balances, marks, months
from services.metrics.domain.book import Detail
from services.metrics.domain.facts import NO_FACTS, Facts, evolve
from services.metrics.domain.hearing import Heard, ItemId, Place, Refused, hear
from services.metrics.domain.keeping import body
from services.metrics.domain.postings import FOLD_VERSION
from services.metrics.domain.taking import Position
from services.metrics.flow import Book, CannotKeep, NotNow

SQL = statements("services.metrics.store", "ledger.sql")

_EVENT = ("generation", "topic", "partition", "offset", "tenant", "subject", "source", "id", "type", "time")
EVENT_COLUMNS = (*_EVENT, "day", "known_at", "body")
_PLACE = ("generation", "topic", "partition", "offset", "n", "tenant", "subject", "known_at")
LINE_COLUMNS = (*_PLACE, "account", "team", "day", "kind", "setting", "worker", "detail", "amount")


PASSING = (
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
)
"""What says nothing about the batch: two workers in each other's way, a full disk, a statement too slow."""


_END = "\x1f"
"""Ends a value in a long column (see `parts` in the migration); texts with it are refused as unreadable."""


class FoldVersionDiffers(Exception):
    """The ledger was made by another fold than this program's: it must not be mixed; run `primed rebuild`."""


class PostgresLedger:
    """The live generation of the ledger, open for writing one batch at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def prepare(self) -> None:
        """Begin the first generation of an empty database; raises `FoldVersionDiffers`."""
        async with self._transaction() as connection:
            await connection.execute(SQL["first_generation"], FOLD_VERSION)
            await _live(connection)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Book]:
        """One transaction, which holds the generation so that no switch can come between."""
        async with self._transaction() as connection:
            yield PostgresBook(connection, await _live(connection))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        try:
            async with transaction(self._pool) as connection:
                yield connection
        except (asyncpg.DataError, asyncpg.ProgramLimitExceededError) as error:
            raise CannotKeep(f"Postgres cannot keep it: {error.sqlstate} {type(error).__name__}.") from error
        except (DatabaseUnavailable, *PASSING) as error:
            raise NotNow(f"Postgres cannot take a batch now ({type(error).__name__}).") from error

    async def stand(self, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Where the ledger stands in these partitions; one never seen begins at the log's beginning."""
        async with self._transaction() as connection:
            generation = await _live(connection)
            await connection.execute(SQL["begin_positions"], generation, *_columns(places, 2))
            rows = await connection.fetch(SQL["read_positions"], generation, *_columns(places, 2))
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def mark_read(self, ends: Mapping[TopicPartition, int], now: dt.datetime) -> None:
        """Note that these partitions had been read to their ends at `now`, where the ledger stands there."""
        rows = [(*place, end) for place, end in ends.items()]
        async with self._transaction() as connection:
            await connection.execute(SQL["mark_read"], await _live(connection), *_columns(rows, 3), now)

    async def bury(self, refused: Sequence[Refused]) -> None:
        """Keep records that nobody can read until they are told; the same one twice is kept once."""
        async with self._transaction() as connection:
            await _bury(connection, refused)


async def _live(connection: Connection) -> int:
    row = await connection.fetchrow(SQL["live_generation"])
    if row is None or row["fold_version"] != FOLD_VERSION:
        found = "no live generation" if row is None else f"version {row['fold_version']} of the fold"
        raise FoldVersionDiffers(
            f"The ledger has {found}, this program has version {FOLD_VERSION}: run `primed rebuild`."
        )
    generation: int = row["id"]
    return generation


class PostgresBook:
    """The book of one batch."""

    def __init__(self, connection: Connection, generation: int) -> None:
        self._connection = connection
        self._generation = generation

    async def positions(self, places: Collection[TopicPartition]) -> dict[TopicPartition, Position]:
        """The positions under lock."""
        rows = await self._fetch("lock_positions", places, 2)
        return {
            (row["topic"], row["partition"]): Position(row["next_offset"], row["known_at"], row["dead_run"])
            for row in rows
        }

    async def facts(self, items: Collection[ItemId]) -> dict[ItemId, Facts]:
        """What is known of these items."""
        asked = [(item.topic, item.tenant, item.subject) for item in items]
        known: dict[ItemId, Facts] = {}
        for row in await self._fetch("events_of_items", asked, 3):
            item = ItemId(row["topic"], row["tenant"], row["subject"])
            known[item] = evolve(known.get(item, NO_FACTS), _recalled(row).fact)
        return known

    async def write(self, folded: Folded, refused: Sequence[Refused]) -> None:
        """Write all that the batch does; the sums last, since other workers may wait for them."""
        await self._copy("event", EVENT_COLUMNS, _events(self._generation, folded))
        await self._copy("line", LINE_COLUMNS, _lines(self._generation, folded))
        await self._put("add_faults", _faults(folded), 9)
        await self._put_items(folded)
        await _bury(self._connection, refused)
        sums = balances(folded.lines)
        await self._add("add_balances", list(_balances(sums)))
        await self._add("add_months", [row[:6] + row[7:] for row in _balances(months(sums))])
        marked = marks(sums)
        if marked:
            await self._connection.execute(SQL["add_marks"], *_columns(marked, 5))

    async def move(self, positions: Mapping[TopicPartition, Position]) -> None:
        """Move to the new positions."""
        rows = [(*place, at.next_offset, at.known_at, at.dead_run) for place, at in positions.items()]
        await self._put("move_positions", rows, 5)

    async def _put_items(self, folded: Folded) -> None:
        there, gone = [], []
        for item, present in folded.items.items():
            if present is not None:
                source = folded.sources[item]
                there.append((item.tenant, item.subject, source, *present))
            else:
                gone.append((item.tenant, item.subject))
        await self._put("put_items", sorted(there, key=_by_item), 13)
        await self._put("drop_items", sorted(gone, key=_by_item), 2)

    async def _fetch(self, name: str, rows: Collection[Sequence[Any]], width: int) -> list[asyncpg.Record]:
        return await self._connection.fetch(SQL[name], self._generation, *_columns(rows, width))

    async def _put(self, name: str, rows: Sequence[Sequence[Any]], width: int) -> None:
        if rows:
            await self._connection.execute(SQL[name], self._generation, *_columns(rows, width))

    async def _add(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        if rows:
            columns = (_END.join(column) + _END for column in zip(*rows, strict=True))
            await self._connection.execute(SQL[name], self._generation, *columns)

    async def _copy(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        if rows:
            await self._connection.copy_records_to_table(table, records=rows, columns=columns)


async def _bury(connection: Connection, refused: Sequence[Refused]) -> None:
    rows = [(*one.place, one.known_at, one.key, one.value, one.reason, one.sentence) for one in refused]
    if rows:
        await connection.execute(SQL["bury"], *_columns(rows, 8))


def _columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


def _by_item(row: Sequence[Any]) -> tuple[str, str]:
    return (row[0], row[1])


def _recalled(row: asyncpg.Record) -> Heard:
    """An event of the table; what it holds was read before, so it can be read again."""
    key = f"{row['tenant']}/{row['subject']}".encode()
    place = Place(row["topic"], row["partition"], row["offset"])
    found = hear(place, row["known_at"], key, row["body"])
    if not isinstance(found, Heard):
        raise TypeError(f"The ledger holds an event that cannot be read: {found.sentence}")
    return found


def _events(generation: int, folded: Folded) -> list[tuple[Any, ...]]:
    return [
        (
            generation,
            *heard.place,
            heard.item.tenant,
            heard.item.subject,
            *heard.fact.identity,
            heard.type,
            heard.time,
            heard.fact.day,
            heard.known_at,
            body(heard),
        )
        for heard in folded.events
    ]


def _lines(generation: int, folded: Folded) -> list[tuple[Any, ...]]:
    return [
        (
            generation,
            *place,
            n,
            item.tenant,
            item.subject,
            known_at,
            *key[:6],
            as_json(key.detail),
            amount,
        )
        for place, n, item, known_at, key, amount in folded.lines
    ]


def _faults(folded: Folded) -> list[tuple[Any, ...]]:
    return [(*line.place, line.n, line.tenant, *line.fault, line.amount) for line in folded.faults]


def _balances(sums: Mapping[Balance, int]) -> Iterable[tuple[str, ...]]:
    for (tenant, (account, team, day, kind, setting, worker, details)), amount in sums.items():
        if amount:
            text = as_json(details)
            yield (tenant, account, team, day.isoformat(), kind, setting, worker, text, str(amount))


@lru_cache(maxsize=65536)
def as_json(details: Detail) -> str:
    """A detail as canonical JSON text."""
    return json.dumps(dict(details), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
