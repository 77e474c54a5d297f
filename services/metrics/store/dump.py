"""The ledger for auditors: every sum, or every line of one item, as JSON lines whose bytes compare."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from eventlog.postgres import Connection, Pool, Row, connect, statements, transaction
from services.metrics.store.reading import SQL as READING
from services.metrics.store.reading import NotLive

SQL = statements("services.metrics.store", "dump.sql")
_KEY = ("tenant", "account", "team", "kind", "setting", "worker")


async def balances(dsn: str, as_at: dt.date | None = None, as_known: dt.datetime | None = None) -> list[str]:
    """`primed ledger dump`: the sums of the live ledger, sorted as bytes (docs/ledger.md §5).

    With `as_at` the lines up to the end of that day; with `as_known` those known at that moment.
    """
    async with _live(dsn) as (connection, generation):
        if as_known is None:
            rows = await connection.fetch(SQL["balances"], generation, as_at)
        else:
            rows = await connection.fetch(SQL["balances_known"], generation, as_at, as_known)
    return sorted((_balance(row) for row in rows), key=str.encode)


async def lines(dsn: str, subject: str, tenant: str | None = None) -> list[str]:
    """`primed ledger lines`: every line of one subject with the event that caused it, as written."""
    async with _live(dsn) as (connection, generation):
        rows = await connection.fetch(SQL["lines"], generation, subject, tenant)
    return [_line(row) for row in rows]


async def positions(dsn: str) -> list[str]:
    """`primed positions`: how far the live ledger has read each partition."""
    async with _live(dsn) as (connection, generation):
        rows = await connection.fetch(SQL["positions"], generation)
    return [
        _json(
            {
                "topic": row["topic"],
                "partition": row["partition"],
                "next_offset": row["next_offset"],
                "known_at": row["known_at"].isoformat(),
                "read_at": row["read_at"].isoformat() if row["read_at"] else None,
            }
        )
        for row in rows
    ]


@asynccontextmanager
async def _live(dsn: str) -> AsyncIterator[tuple[Connection, int]]:
    pool: Pool = await connect(dsn, "metrics", max_size=1)
    try:
        async with transaction(pool, snapshot=True) as connection:
            generation = await connection.fetchval(READING["live_generation"])
            if generation is None:
                raise NotLive("The ledger has no live generation yet; run `primed up`, which makes one.")
            yield connection, generation
    finally:
        await pool.close()


def _sum(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _KEY},
        "day": row["day"].isoformat(),
        "detail": json.loads(row["detail"]),
        "amount": row["amount"],
    }


def _balance(row: Row) -> str:
    return _json(_sum(row))


def _line(row: Row) -> str:
    event = {
        name: row[name] for name in ("topic", "partition", "offset", "n", "source", "id", "type", "time")
    }
    return _json(
        {**_sum(row), "subject": row["subject"], "known_at": row["known_at"].isoformat(), "event": event}
    )


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
