"""Quality over Postgres, counted in the transaction of an import's step: a resumed import counts once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from eventlog.postgres import Connection, Pool, Row, statements, transaction
from services.ingest.domain.imports import Import
from services.ingest.domain.quality import EXAMPLES, FINE, Count
from services.ingest.domain.scores import Day, Grain, Imported, Quality, Seen, SeenIn, Sum

SQL = statements("services.ingest.store", "quality.sql")
MOST_IMPORTS = 100


async def count(connection: Connection, job: Import, counts: Sequence[Count]) -> None:
    """Add what one step of an import counted."""
    if not counts:
        return
    await connection.execute(
        SQL["count"],
        *(job.id, job.tenant, job.created_at.date()),
        *([one.source for one in counts], [one.shape for one in counts], [one.field for one in counts]),
        *([one.result for one in counts], [one.rows for one in counts]),
        *([_array(one.examples) for one in counts], EXAMPLES),
    )


class QualityBook:
    """The port `api.quality.Counted`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, tenant: str, source: str | None, first: dt.date, last: dt.date) -> Quality:
        """All that was counted from the first day to the last, as of one moment."""
        asked = (tenant, first, last, source)
        async with transaction(self._pool, snapshot=True) as connection:
            seen = await connection.fetch(SQL["seen"], *asked)
            days = await connection.fetch(SQL["days"], *asked, list(FINE))
            imports = await connection.fetch(SQL["imports"], *asked, list(FINE), MOST_IMPORTS)
        return Quality(
            seen=[_seen(row) for row in seen],
            days=[Day(row["day"], row["imports"], _sum(row)) for row in days],
            imports=[Imported(row["id"], row["name"], row["as_of"], row["at"], _sum(row)) for row in imports],
        )

    async def over_time(
        self, tenant: str, source: str | None, first: dt.date, last: dt.date, grain: Grain
    ) -> list[SeenIn]:
        """The same by week or month."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["trend"], tenant, first, last, source, grain)
        return [SeenIn(**dict(row)) for row in rows]


def _seen(row: Row) -> Seen:
    return Seen(**{**dict(row), "examples": tuple(row["examples"])})


def _sum(row: Row) -> Sum:
    return Sum(row["checked"], row["faulty"])


def _array(numbers: Sequence[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
