"""What the ledger holds, as texts: for tests that compare ledgers whose words have other numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg

from services.metrics.domain.keeping import recall
from services.metrics.store.packing import day_of, decode, moment_of, unpack

NAMED = ("account", "team", "kind", "setting", "worker", "detail")


async def everything(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """Lines, months, items, feeds and all that stands beside them, sorted."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "metrics"})
    try:
        word = dict(await connection.fetch("SELECT id, text FROM word"))
        items = [row async for row in _items(connection, word)]
        subject = {row[0]: row[1:3] for row in items}
        found = {
            "line": [row async for row in _lines(connection, word, subject)],
            "month": await _months(connection, word),
            "item": items,
            "feed": [
                (word[row["tenant"]], word[row["source"]], row["events"], row["last_day"], row["last_known"])
                for row in await connection.fetch("SELECT * FROM feed")
            ],
        }
        for table, columns in (
            ("fault", "*"),
            ("dead_letter", 'topic, partition, "offset", reason'),
            ("position", "topic, partition, next_offset, known_at, dead_run"),
        ):
            found[table] = [tuple(row) for row in await connection.fetch(f"SELECT {columns} FROM {table}")]
    finally:
        await connection.close()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


async def lines(dsn: str) -> list[dict[str, Any]]:
    """Every line with its names, in the order of the log."""
    names = ("tenant", "subject", *NAMED, "day", "amount", "topic", "partition", "offset", "n", "known_at")
    rows = (await everything(dsn))["line"]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return sorted(found, key=lambda line: (line["topic"], line["partition"], line["offset"], line["n"]))


async def _lines(
    connection: asyncpg.Connection, word: dict[int, str], subject: dict[int, tuple[str, str]]
) -> Iterator[tuple[Any, ...]]:
    for table in ("journal", "chunk"):
        for row in await connection.fetch(f"SELECT tenant, lines, body FROM {table}"):
            some = unpack(row["body"])
            assert some.size == row["lines"]
            for one in zip(*some, strict=True):
                line = dict(zip(some._fields, map(int, one), strict=True))
                yield (
                    *subject[line["item"]],
                    *(word[line[name]] for name in NAMED),
                    day_of(line["day"]),
                    line["amount"],
                    *decode(line["place"]),
                    line["n"],
                    moment_of(line["known"]),
                )


async def _months(connection: asyncpg.Connection, word: dict[int, str]) -> list[tuple[Any, ...]]:
    named = ("tenant", "account", "team", "kind", "setting", "detail")
    rows = await connection.fetch(
        """SELECT tenant, account, team, kind, setting, detail, month + day - 1 AS day,
            sum(added)::bigint AS sum
        FROM month, unnest(days, amounts) AS by_day (day, added) GROUP BY 1, 2, 3, 4, 5, 6, 7"""
    )
    by_day = [(*(word[row[name]] for name in named), row["day"], row["sum"]) for row in rows if row["sum"]]
    wrong = await connection.fetchval(
        """SELECT count(*) FROM month
        WHERE amount <> coalesce((SELECT sum(added) FROM unnest(amounts) AS added), 0)"""
    )
    assert not wrong, "a month is not the sum of its days"
    return by_day


async def _items(connection: asyncpg.Connection, word: dict[int, str]) -> Iterator[tuple[Any, ...]]:
    named = ("source", "kind", "urgency", "team", "worker", "outcome")
    plain = ("state", "due", "start_by", "received", "ended")
    for row in await connection.fetch("SELECT * FROM item"):
        events = tuple((heard.place, heard.known_at, heard.fact.identity) for heard in recall(row["events"]))
        names = (word[row[name]] for name in named)
        yield (row["no"], word[row["tenant"]], row["subject"], *names, *(row[name] for name in plain), events)
