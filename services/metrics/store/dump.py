"""The ledger for auditors: every sum, or every line of one item, as JSON lines whose bytes compare.

The sums come out sorted without ever being in memory together: accounts one after another, of an account its
sums as numbers, and as text only those of one amount and day at a time, which is how sorted bytes begin.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from eventlog.postgres import Connection, Pool, Row, connect, statements, transaction
from services.metrics.domain.batch import fold
from services.metrics.domain.hearing import Heard
from services.metrics.domain.keeping import recall
from services.metrics.store.packing import (
    Column,
    Lines,
    add_up,
    day_number,
    day_of,
    decode,
    encode,
    joined,
    moment_number,
    moment_of,
    unpack,
)
from services.metrics.store.reading import NotLive
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "dump.sql")
MOST_LINES = 1_000_000
"""Lines that are gathered before they are added up."""

_KEY = ("team", "day", "kind", "setting", "worker", "detail")
_Sums = tuple[list[Column], Column]


async def balances(dsn: str, as_at: dt.date | None = None, as_known: dt.datetime | None = None) -> list[str]:
    """What `told` says, at once."""
    return [line async for line in told(dsn, as_at, as_known)]


async def told(
    dsn: str,
    as_at: dt.date | None = None,
    as_known: dt.datetime | None = None,
    generation: int | None = None,
) -> AsyncIterator[str]:
    """`primed ledger dump`: the sums of a generation, or the live one, as sorted bytes (docs/ledger.md §5).

    With `as_at` the lines up to the end of that day; with `as_known` those known at that moment.
    """
    async with _opened(dsn, generation) as (connection, chosen):
        words = Words()
        accounts = [row["text"] for row in await connection.fetch(SQL["accounts"], chosen)]
        numbers = await words.look_up(connection, accounts)
        for account in sorted(accounts, key=_json):
            keys, amounts = await _sums(connection, chosen, numbers[account], (as_at, as_known))
            await words.read(connection, {int(word) for key in _named(keys) for word in np.unique(key)})
            for line in _sorted(account, keys, amounts, words.text):
                yield line


async def _sums(
    connection: Connection,
    generation: int,
    account: int,
    cut: tuple[dt.date | None, dt.datetime | None],
) -> _Sums:
    """The sums of an account: columns of tenant and `_KEY`, and the amounts."""
    parts: list[tuple[Column, ...]] = []
    waiting = 0
    queries = ((SQL["chunks_of_account"], (generation, account)), (SQL["journal"], (generation,)))
    for sql, arguments in queries:
        async for row in connection.cursor(sql, *arguments, prefetch=8):
            lines = _cut(unpack(row["body"]), account, *cut)
            tenant = np.full(lines.size, row["tenant"], np.int64)
            parts.append((tenant, *(getattr(lines, name) for name in _KEY), lines.amount))
            waiting += lines.size
            if waiting > MOST_LINES:
                parts, waiting = [_added(parts)], 0
    *keys, amounts = _added(parts)
    return keys, amounts


def _cut(lines: Lines, account: int, as_at: dt.date | None, as_known: dt.datetime | None) -> Lines:
    kept = lines.account == account
    if as_at is not None:
        kept &= lines.day <= day_number(as_at)
    if as_known is not None:
        kept &= lines.known <= moment_number(as_known)
    return lines.of(kept)


def _added(parts: Sequence[tuple[Column, ...]]) -> tuple[Column, ...]:
    if not parts:
        return tuple(np.empty(0, np.int64) for _ in range(len(_KEY) + 2))
    *keys, amounts = map(np.concatenate, zip(*parts, strict=True))
    sums = add_up(keys, amounts)
    return (*sums.keys, sums.amounts)


def _named(keys: Sequence[Column]) -> list[Column]:
    """The columns that hold words."""
    return [key for key, name in zip(keys, ("tenant", *_KEY), strict=True) if name != "day"]


def _sorted(account: str, keys: Sequence[Column], amounts: Column, text: Mapping[int, str]) -> Iterator[str]:
    """The sums as JSON, in the order of their bytes, which begin with account, amount and day."""
    distinct, place = np.unique(amounts, return_inverse=True)
    by_text = sorted(range(len(distinct)), key=lambda each: f"{distinct[each]},")
    rank = np.empty(len(distinct), np.int64)
    rank[by_text] = np.arange(len(distinct))
    days = keys[2]
    order = np.lexsort((days, rank[place]))
    new = (np.diff(amounts[order]) != 0) | (np.diff(days[order]) != 0)
    for block in np.split(order, np.flatnonzero(new) + 1):
        if len(block):
            day, amount = day_of(int(days[block[0]])), amounts[block[0]]
            front = f'{{"account":{_json(account)},"amount":{amount},"day":"{day}"'
            rows = zip(*(key[block].tolist() for key in keys), strict=True)
            yield from sorted(front + _rest(row, text) for row in rows)


def _rest(row: Sequence[int], text: Mapping[int, str]) -> str:
    tenant, team, _, kind, setting, worker, detail = row
    return (
        f',"detail":{text[detail] or "{}"},"kind":{_json(text[kind])},"setting":{_json(text[setting])}'
        f',"team":{_json(text[team])},"tenant":{_json(text[tenant])},"worker":{_json(text[worker])}}}'
    )


async def lines(dsn: str, subject: str, tenant: str | None = None) -> list[str]:
    """`primed ledger lines`: every line of one subject with the event that caused it, as written."""
    found: list[str] = []
    async with _opened(dsn) as (connection, generation):
        words = Words()
        for row in await connection.fetch(SQL["items"], generation, subject, tenant):
            events = {encode(heard.place): heard for heard in recall(row["events"])}
            own = await _lines_of(connection, generation, row, list(events.values()), words)
            await words.read(connection, {int(word) for key in own[:7] for word in np.unique(key)})
            found += [
                _line(one, row["tenant"], subject, events, words.text) for one in zip(*own, strict=True)
            ]
    return found


async def _lines_of(
    connection: Connection, generation: int, item: Row, events: Sequence[Heard], words: Words
) -> Lines:
    """The lines of an item, from the places in the ledger to which its events lead."""
    keys = {(key.account, key.team, key.day.replace(day=1)) for *_, key, _ in fold(events, {}).lines}
    number = await words.look_up(connection, {name for key in keys for name in key[:2]})
    asked = [(number[account], number[team], month) for account, team, month in keys]
    columns = [list(column) for column in zip(*asked, strict=True)] or [[], [], []]
    owner = (generation, item["tenant_number"])
    rows = await connection.fetch(SQL["chunks_of_keys"], *owner, *columns)
    rows += await connection.fetch(SQL["journal_of_tenant"], *owner)
    every = joined([_of_item(unpack(row["body"]), item["no"]) for row in rows])
    return every.of(np.lexsort((every.n, every.place)))


def _of_item(lines: Lines, number: int) -> Lines:
    return lines.of(lines.item == number)


def _line(
    row: Sequence[Any], tenant: str, subject: str, events: Mapping[int, Heard], text: Mapping[int, str]
) -> str:
    account, team, day, kind, setting, worker, detail, amount, _, place, n, known = map(int, row)
    heard = events[place]
    topic, partition, offset = decode(place)
    source, name = heard.fact.identity
    return _json(
        {
            "tenant": tenant,
            "subject": subject,
            "account": text[account],
            "team": text[team],
            "day": day_of(day).isoformat(),
            "kind": text[kind],
            "setting": text[setting],
            "worker": text[worker],
            "detail": json.loads(text[detail] or "{}"),
            "amount": amount,
            "known_at": moment_of(known).isoformat(),
            "event": {
                "topic": topic,
                "partition": partition,
                "offset": offset,
                "n": n,
                "source": source,
                "id": name,
                "type": heard.type,
                "time": heard.time,
            },
        }
    )


async def positions(dsn: str) -> list[str]:
    """`primed positions`: how far the live ledger has read each partition."""
    async with _opened(dsn) as (connection, generation):
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
async def _opened(dsn: str, asked: int | None = None) -> AsyncIterator[tuple[Connection, int]]:
    """The generation that was asked for, or the live one, in a snapshot."""
    pool: Pool = await connect(dsn, "metrics", max_size=1)
    try:
        async with transaction(pool, snapshot=True) as connection:
            there = {row["id"]: row["state"] for row in await connection.fetch(SQL["generations"])}
            if asked is not None and asked not in there:
                named = ", ".join(f"{number} ({state})" for number, state in there.items())
                raise NotLive(f"There is no generation {asked}. There are: {named or 'none'}.")
            live = next((number for number, state in there.items() if state == "live"), None)
            if asked is None and live is None:
                raise NotLive("The ledger has no live generation yet; run `primed up`, which makes one.")
            yield connection, asked or live or 0
    finally:
        await pool.close()


def _json(said: Any) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
