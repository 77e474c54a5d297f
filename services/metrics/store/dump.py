"""The ledger for auditors: every sum, or every line of one item, as JSON lines whose bytes compare.

The sums come out sorted without ever being in memory together (store/sorting.py): the largest month of an
account is what has to fit.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import numpy as np

from eventlog.migrations import connected
from eventlog.postgres import Connection, Pool, Row, statements, transaction
from services.metrics.domain.batch import fold
from services.metrics.domain.hearing import Heard
from services.metrics.domain.keeping import recall
from services.metrics.store.chunks import by_key
from services.metrics.store.packing import (
    Lines,
    day_number,
    day_of,
    decode,
    encode,
    joined,
    moment_number,
    moment_of,
    pack,
    unpack,
)
from services.metrics.store.reading import NotLive
from services.metrics.store.sorting import Month, Sorting, as_json
from services.metrics.store.spool import Spool
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "dump.sql")
Whose = tuple[int, int, int]
"""Account, the first day of a month as a number, tenant."""


class NothingSaid(Exception):
    """No event names this subject."""


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
        books = _Books(connection, chosen, _Cut(as_at, as_known))
        words = Words()
        accounts = [row["text"] for row in await connection.fetch(SQL["accounts"], chosen)]
        numbers = await words.look_up(connection, accounts)
        with Spool[Whose]() as journal:
            await books.lay_aside(journal)
            for account in sorted(accounts, key=as_json):
                with Spool[tuple[int, int]]() as sums:
                    sorting = Sorting(sums)
                    named = await sorting.take_in(books.months(numbers[account], journal))
                    await words.read(connection, named)
                    for line in sorting.told(account, words.text):
                        yield line


class _Cut(NamedTuple):
    """Which lines count: up to the end of a day, known by a moment."""

    as_at: dt.date | None
    as_known: dt.datetime | None

    def of(self, lines: Lines) -> Lines:
        kept = np.ones(lines.size, np.bool_)
        if self.as_at is not None:
            kept &= lines.day <= day_number(self.as_at)
        if self.as_known is not None:
            kept &= lines.known <= moment_number(self.as_known)
        return lines.of(kept)


class _Books:
    """The lines of one generation, an account's month at a time."""

    def __init__(self, connection: Connection, generation: int, cut: _Cut) -> None:
        self._connection, self._generation, self._cut = connection, generation, cut

    async def lay_aside(self, journal: Spool[Whose]) -> None:
        """Lines that are not settled, by account, month and tenant: each row holds anything."""
        async for row in self._connection.cursor(SQL["journal"], self._generation, prefetch=8):
            for key, lines in by_key(self._cut.of(unpack(row["body"]))):
                journal.keep((key.account, day_number(key.month), row["tenant"]), pack(lines))

    async def months(self, account: int, journal: Spool[Whose]) -> AsyncIterator[Month]:
        """The lines of each month of an account, settled or not."""
        fresh: defaultdict[int, list[int]] = defaultdict(list)
        for number, first, tenant in journal.kept():
            if number == account:
                fresh[first].append(tenant)
        async for month, settled in self._settled(account):
            yield month, settled + _taken(journal, account, month, fresh.pop(month, ()))
        for month, tenants in fresh.items():
            yield month, _taken(journal, account, month, tenants)

    async def _settled(self, account: int) -> AsyncIterator[Month]:
        month, found = 0, list[tuple[int, Lines]]()
        query = self._connection.cursor(SQL["chunks_of_account"], self._generation, account, prefetch=8)
        async for row in query:
            if found and row["month"] != month:
                yield month, found
                found = []
            month = row["month"]
            found.append((row["tenant"], self._cut.of(unpack(row["body"]))))
        if found:
            yield month, found


def _taken(
    journal: Spool[Whose], account: int, month: int, tenants: Iterable[int]
) -> list[tuple[int, Lines]]:
    return [(tenant, unpack(body)) for tenant in tenants for body in journal.take((account, month, tenant))]


async def lines(dsn: str, subject: str, tenant: str | None = None) -> list[str]:
    """`primed ledger lines`: every line of one subject with the event that caused it, as written.

    Raises `NothingSaid` when the ledger never heard of it.
    """
    found: list[str] = []
    async with _opened(dsn) as (connection, generation):
        words = Words()
        rows = await connection.fetch(SQL["items"], generation, subject, tenant)
        if not rows:
            raise NothingSaid(f"The ledger never heard of {subject}{f' of {tenant}' if tenant else ''}.")
        for row in rows:
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
    *_, place, _, _ = row
    heard = events[int(place)]
    source, name = heard.fact.identity
    said = line_said(row, text) | {"tenant": tenant, "subject": subject}
    said["event"] |= {"source": source, "id": name, "type": heard.type, "time": heard.time}
    return as_json(said)


def line_said(row: Sequence[Any], text: Mapping[int, str]) -> dict[str, Any]:
    """A packed line in words, with the place of its event; `row` as `Lines` has it, `text` of its numbers."""
    account, team, day, kind, setting, worker, detail, amount, _, place, n, known = map(int, row)
    topic, partition, offset = decode(place)
    return {
        "account": text[account],
        "team": text[team],
        "day": day_of(day).isoformat(),
        "kind": text[kind],
        "setting": text[setting],
        "worker": text[worker],
        "detail": json.loads(text[detail] or "{}"),
        "amount": amount,
        "known_at": moment_of(known).isoformat(),
        "event": {"topic": topic, "partition": partition, "offset": offset, "n": n},
    }


async def positions(dsn: str) -> list[str]:
    """`primed positions`: how far the live ledger has read each partition."""
    async with _opened(dsn) as (connection, generation):
        rows = await connection.fetch(SQL["positions"], generation)
    return [
        as_json(
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
    pool: Pool = await connected(dsn, "metrics", max_size=1)
    try:
        async with transaction(pool, snapshot=True) as connection:
            yield connection, _chosen(await connection.fetch(SQL["generations"]), asked)
    finally:
        await pool.close()


def _chosen(there: Sequence[Row], asked: int | None) -> int:
    """The number of the generation that was asked for, or of the live one; raises `NotLive`."""
    wanted = (row for row in there if (row["state"] == "live" if asked is None else row["id"] == asked))
    found = next(wanted, None)
    if found is None and asked is None:
        raise NotLive("The ledger has no live generation yet; run `primed up`, which makes one.")
    if found is None:
        named = ", ".join(f"{row['id']} ({row['state']})" for row in there)
        raise NotLive(f"There is no generation {asked}. There are: {named or 'none'}.")
    if not found["whole"]:
        raise NotLive(f"Generation {asked} is not made to its end. To go on with it: primed rebuild.")
    return int(found["id"])
