"""Fills a generation that is being made: a share of the log is kept in columns, then copied at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg

from eventlog.postgres import Connection, Pool, statements, transaction
from eventlog.records import TopicPartition
from services.metrics.domain.batch import Folded
from services.metrics.domain.hearing import Refused
from services.metrics.domain.shares import Share
from services.metrics.domain.taking import Position
from services.metrics.flow import CannotKeep
from services.metrics.store.book import (
    ITEM,
    SILENT,
    Spoken,
    bury,
    columns,
    gathered,
    item_rows,
    spoken,
)
from services.metrics.store.chunks import Chunk
from services.metrics.store.heap import Heap
from services.metrics.store.numbering import Months, learned
from services.metrics.store.packing import day_of
from services.metrics.store.spots import Spot
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "filling.sql")

LONG_S = 600.0
"""Seconds that one COPY may take."""
MONTH = (
    *("account", "team", "month", "kind", "setting", "detail", "amount", "days", "amounts"),
    *("tenant", "part", "generation"),
)
FAULT = (
    *("topic", "partition", "offset", "n", "tenant", "source", "fault", "day", "amount"),
    "generation",
)
FEED = ("events", "last_known", "last_day", "tenant", "source", "generation")
SETTLED: Mapping[str, Sequence[str]] = {
    "chunk": (*Chunk._fields, "tenant", "generation"),
    "spot": (*Spot._fields, "tenant", "generation"),
    "month": MONTH,
}
"""What lines become, by kind of table, with the columns in which they are copied."""


class Filling:
    """What one share puts into its generation; used again for the next one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._words = Words(pool)
        self.begin()

    def begin(self, groups: Collection[Any] = ()) -> None:
        """Begin with nothing; all groups are wanted."""
        self._heaps: defaultdict[str, Heap] = defaultdict(lambda: Heap(self._words))
        self._items: list[tuple[Any, ...]] = []
        self._faults: list[tuple[Any, ...]] = []
        self._feeds: dict[tuple[str, str], Spoken] = {}
        self._refused: list[Refused] = []
        self._positions: dict[TopicPartition, Position] = {}

    async def add(self, folded: Folded) -> None:
        """Take in what some whole items did."""
        items = gathered(folded, {})
        with refused():
            await self._words.learn({name for one in items for name in (one.item.tenant, *one.names)})
            by_tenant = await learned(folded, {one.item: one.no for one in items}, self._words)
        for tenant, lines in by_tenant:
            self._heaps[tenant].add(lines)
        self._items += item_rows(items, self._words)
        self._faults += [
            (*line.place, line.n, line.tenant, *line.fault, line.amount) for line in folded.faults
        ]
        for source, said in spoken(folded.events):
            self._feeds[source] = self._feeds.get(source, SILENT).and_then(said)

    def bury(self, refused: Sequence[Refused]) -> None:
        """Take in records that nobody can read."""
        self._refused += refused

    def stand(self, place: TopicPartition, position: Position) -> None:
        """The partition was read up to here."""
        self._positions[place] = position

    async def end(self, generation: int, share: Share) -> Iterator[dict[str, Any]]:
        """Write it; there is nothing to say. Raises `CannotKeep` when Postgres refuses what it says."""
        with refused():
            await self.write(generation, share)
        return iter(())

    async def write(self, generation: int, share: Share) -> bool:
        """Copy all of it at once; False when somebody else had done the share, and nothing was written."""
        settled = self._settled(generation, share)
        async with transaction(self._pool) as connection:
            if not await connection.fetchval(SQL["claim"], generation, share.number):
                return False
            into = _Copy(connection, generation)
            for kind, names in SETTLED.items():
                await into.table(kind, names, settled[kind])
            await into.table("item", ITEM, ((*row, generation) for row in self._items))
            await into.table("fault", FAULT, ((*row, generation) for row in self._faults))
            await into.table("feed", FEED, self._feed_rows(generation))
            await bury(connection, self._refused)
            rows = [
                (*place, at.next_offset, at.known_at, at.dead_run) for place, at in self._positions.items()
            ]
            await connection.execute(SQL["stand"], generation, *columns(rows, 5))
            await connection.execute(SQL["done"], generation, share.number)
        return True

    def _settled(self, generation: int, share: Share) -> dict[str, list[tuple[Any, ...]]]:
        """The lines as rows of chunk, spot and month; after this they themselves are no longer held."""
        rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in SETTLED}
        for tenant in sorted(self._heaps):
            number = self._words.number[tenant]
            chunks, spots, sums = self._heaps.pop(tenant).rows()
            rows["month"] += [(*row, number, share.number, generation) for row in month_rows(sums)]
            rows["spot"] += [(*spot, number, generation) for spot in spots]
            rows["chunk"] += [(*chunk, number, generation) for chunk in chunks]
        return rows

    def _feed_rows(self, generation: int) -> list[tuple[Any, ...]]:
        number = self._words.number
        return [
            (*said, number[tenant], number[source], generation)
            for (tenant, source), said in self._feeds.items()
        ]


@contextmanager
def refused() -> Iterator[None]:
    """What Postgres refuses, and would refuse again until somebody sees to it, as `CannotKeep`."""
    try:
        yield
    except (
        asyncpg.DataError,
        asyncpg.ProgramLimitExceededError,
        asyncpg.InsufficientResourcesError,  # its disk is full, or its memory
    ) as error:
        raise CannotKeep(f"Postgres cannot keep it: {error.sqlstate} {type(error).__name__}.") from error


class _Copy:
    def __init__(self, connection: Connection, generation: int) -> None:
        self._connection, self._generation = connection, generation

    async def table(self, kind: str, names: Sequence[str], rows: Any) -> None:
        await self._connection.copy_records_to_table(
            f"{kind}_{self._generation}", records=rows, columns=names, timeout=LONG_S
        )


async def feeds_once(connection: Connection, generation: int) -> None:
    """Put together what the shares wrote of each source."""
    await connection.execute(SQL["feeds_once"].format(generation=generation))


def month_rows(found: Months) -> Iterator[tuple[Any, ...]]:
    """Sums by month as rows: their keys, their amount, their days and the amounts of those."""
    days, amounts = found.days.tolist(), found.amounts.tolist()
    known: Mapping[int, Any] = {number: day_of(number) for number in set(found.month.tolist())}
    for account, team, month, kind, setting, detail, amount, first, last in zip(
        *(column.tolist() for column in found[:9]), strict=True
    ):
        yield (
            *(account, team, known[month], kind, setting, detail, amount),
            days[first - 1 : last],
            amounts[first - 1 : last],
        )
