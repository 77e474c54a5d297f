"""Dead letters in Postgres until they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from eventlog.postgres import Pool, statements
from services.metrics.domain.hearing import Place, Refused
from services.metrics.store.reaching import reached

SQL = statements("services.metrics.store", "graves.sql")


class PostgresGraves:
    """Hands out what is not told yet, and notes it as told."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def untold(self, most: int) -> AsyncIterator[Sequence[Refused]]:
        """Letters that nobody else is telling; they count as told when the block ends well."""
        async with reached(self._pool) as connection:
            rows = await connection.fetch(SQL["untold"], most)
            yield [
                Refused(
                    Place(row["topic"], row["partition"], row["offset"]),
                    row["known_at"],
                    row["key"],
                    row["value"],
                    row["reason"],
                    row["sentence"],
                )
                for row in rows
            ]
            if rows:
                places = [[row[name] for row in rows] for name in ("topic", "partition", "offset")]
                await connection.execute(SQL["told"], *places)
