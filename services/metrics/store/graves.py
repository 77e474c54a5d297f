"""Dead letters in Postgres until they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from eventlog.postgres import DatabaseUnavailable, Pool, statements, transaction
from services.metrics.domain.hearing import Place, Refused
from services.metrics.flow import NotNow

SQL = statements("services.metrics.store", "graves.sql")


class PostgresGraves:
    """Hands out what is not told yet, and notes it as told."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def untold(self, most: int) -> AsyncIterator[Sequence[Refused]]:
        """Letters that nobody else is telling; they count as told when the block ends well."""
        try:
            async with transaction(self._pool) as connection:
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
        except DatabaseUnavailable as error:
            raise NotNow(str(error)) from error
