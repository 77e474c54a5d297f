"""All that one generation holds, read in one snapshot: as prints, or the lines of a few groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from eventlog.postgres import Connection, Pool, Row, statements, transaction
from eventlog.records import TopicPartition
from services.metrics.domain.batch import FaultLine
from services.metrics.domain.book import Fault
from services.metrics.domain.hearing import Place
from services.metrics.domain.taking import Position
from services.metrics.store.book import Spoken
from services.metrics.store.numbering import Months
from services.metrics.store.opened import WrongOpening, wrong_openings
from services.metrics.store.packing import OFFSET_BITS, Lines, encode, joined, unpack
from services.metrics.store.printing import of_groups
from services.metrics.store.prints import (
    Group,
    Prints,
    add,
    of_faults,
    of_items,
    of_lines,
    of_position,
    of_sums,
)
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "audit.sql")
ROWS = 2_000
ENOUGH = 200_000
"""Lines that are worked on together."""


Feeds = Mapping[tuple[int, int], Spoken]
"""What each tenant's sources have said, by words."""


class Stand(NamedTuple):
    """What stood at one moment: positions, the prints of everything, feeds, and openings that are wrong."""

    positions: Mapping[TopicPartition, int]
    prints: Prints
    feeds: Feeds
    openings: Sequence[WrongOpening]


class PostgresAudit:
    """Reads one generation; `read` is told of rows that were read."""

    def __init__(self, pool: Pool, generation: int, read: Callable[[int], None]) -> None:
        self._pool, self._generation, self._read = pool, generation, read

    async def stand(self) -> Stand:
        """Everything, at one moment."""
        prints: Prints = {}
        async with transaction(self._pool, snapshot=True) as connection:
            await connection.execute(SQL["at_leisure"])
            rows = await connection.fetch(SQL["positions"], self._generation)
            for row in rows:
                add(prints, [of_position(row["topic"], row["partition"], Position(*row[2:]))])
            async for tenant, lines in self._lines(connection, "bodies"):
                add(prints, of_lines(tenant, lines))
            async for some in self._rows(connection, "sums"):
                for tenant, found in _sums(some):
                    add(prints, of_sums(tenant, found))
            async for some in self._rows(connection, "items"):
                add(prints, of_items(some))
            async for some in self._rows(connection, "faults"):
                add(prints, of_faults(map(_fault, some)))
            feeds = {
                (row["tenant"], row["source"]): Spoken(*tuple(row)[2:])
                async for some in self._rows(connection, "feeds")
                for row in some
            }
            openings = await self._openings(connection)
        positions = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        return Stand(positions, prints, feeds, openings)

    async def _openings(self, connection: Connection) -> list[WrongOpening]:
        wrong = []
        async for one in wrong_openings(connection, self._generation):
            self._read(1)
            if one is not None:
                wrong.append(one)
        return wrong

    async def lines(self, groups: Collection[Group], until: Mapping[TopicPartition, int]) -> dict[int, Lines]:
        """The lines of some groups by tenant, of events before these positions."""
        columns = [[group[number] for group in groups] for number in range(1, 5)]
        found: defaultdict[int, list[Lines]] = defaultdict(list)
        async with transaction(self._pool, snapshot=True) as connection:
            await connection.execute(SQL["at_leisure"])
            async for tenant, lines in self._lines(connection, "bodies_of", *columns):
                found[tenant].append(_before(of_groups(tenant, lines, groups), until))
        return {tenant: joined(several) for tenant, several in found.items()}

    async def sums(self, groups: Collection[Group]) -> dict[tuple[int, ...], int]:
        """The sums by day of some groups: amounts by tenant and the columns of a month's key and the day."""
        found: dict[tuple[int, ...], int] = {}
        asked = {tuple(group[1:]) for group in groups}
        async with transaction(self._pool, snapshot=True) as connection:
            async for some in self._rows(connection, "sums"):
                for row in some:
                    if tuple(row[:4]) in asked:
                        for day, amount in zip(row["days"], row["amounts"], strict=True):
                            key = (*row[:7], day)
                            found[key] = found.get(key, 0) + amount
        return found

    async def words(self, numbers: Collection[int]) -> Mapping[int, str]:
        """What words say."""
        async with transaction(self._pool) as connection:
            return await Words().read(connection, numbers)

    async def _lines(
        self, connection: Connection, name: str, *asked: Any
    ) -> AsyncIterator[tuple[int, Lines]]:
        """All lines, many at a time, each time of one tenant."""
        waiting: defaultdict[int, list[Lines]] = defaultdict(list)
        size = 0
        async for some in self._rows(connection, name, *asked, at_once=50):
            for row in some:
                lines = unpack(row["body"])
                waiting[row["tenant"]].append(lines)
                size += lines.size
            if size >= ENOUGH:
                for tenant, several in waiting.items():
                    yield tenant, joined(several)
                waiting.clear()
                size = 0
        for tenant, several in waiting.items():
            yield tenant, joined(several)

    async def _rows(
        self, connection: Connection, name: str, *asked: Any, at_once: int = ROWS
    ) -> AsyncIterator[list[Row]]:
        cursor = await connection.cursor(SQL[name].format(generation=self._generation), *asked)
        while some := await cursor.fetch(at_once):
            self._read(len(some))
            yield some


def _sums(rows: Sequence[Row]) -> list[tuple[int, Months]]:
    """Rows of month by tenant, in columns."""
    by_tenant: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_tenant[row["tenant"]].append(row)
    found = []
    for tenant, some in by_tenant.items():
        keys: list[Any] = [np.array([row[number] for row in some], np.int64) for number in range(1, 8)]
        ends = np.cumsum([len(row["days"]) for row in some])
        starts = np.concatenate(([0], ends[:-1]))
        days = np.array([day for row in some for day in row["days"]], np.int64)
        amounts = np.array([amount for row in some for amount in row["amounts"]], np.int64)
        found.append((tenant, Months._make((*keys, starts + 1, ends, days, amounts))))
    return found


def _fault(row: Row) -> FaultLine:
    topic, partition, offset, n, tenant, source, fault, day, amount = row
    return FaultLine(Place(topic, partition, offset), n, tenant, Fault(source, fault, day), amount)


def _before(lines: Lines, until: Mapping[TopicPartition, int]) -> Lines:
    """Lines of events that stand before the positions."""
    fronts = lines.place >> OFFSET_BITS
    kept = np.zeros(lines.size, np.bool_)
    for (topic, partition), end in until.items():
        beyond = encode(Place(topic, partition, end))
        kept |= (fronts == beyond >> OFFSET_BITS) & (lines.place < beyond)
    return lines.of(kept)
