"""Readings and the lines they gather: one snapshot of a generation, what of journal and chunks it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np

from eventlog.postgres import Connection, Row, statements
from services.metrics.answers.asking import Freshness
from services.metrics.domain.units import Span, Teams
from services.metrics.store.journal import Journal
from services.metrics.store.packing import NO_LINES, Lines, add_up, day_number, joined, moment_number, unpack
from services.metrics.store.standing import standing
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "reading.sql")
ONE_DAY = dt.timedelta(days=1)
UNKNOWN = -1
"""The number of a name that the ledger never met."""


class NotLive(Exception):
    """There is no live generation of the ledger; run `primed up`, or `primed rebuild --switch`."""

    reason = "not-ready"


@dataclass
class Fed:
    """Teams in which a source has lines, as far as chunks were looked through."""

    teams: set[int] = field(default_factory=set)
    chunk: int = 0


class Remembered:
    """What a process keeps from reading to reading: what never changes, or only ever grows."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.journal = Journal()
        self.begins: dict[tuple[int, int, frozenset[int]], dt.date] = {}
        self.fed: dict[tuple[int, int, int, frozenset[int]], Fed] = {}


class Where(NamedTuple):
    """Whose lines, in numbers: accounts, the teams that count (None: all) but these."""

    accounts: list[int]
    only: list[int] | None
    but: list[int]


Counts: TypeAlias = dict[tuple[int, int, int], int]
"""How many lines there are of each account, kind and setting, also those that no longer stand."""


class Standing(NamedTuple):
    """The lines that stand, and out of how many."""

    lines: Lines
    counted: Counts


@dataclass(frozen=True)
class Reading:
    """One snapshot: a connection in a reading transaction, the generation, whose (a word), as known when."""

    connection: Connection
    generation: int
    tenant: int
    as_known: dt.datetime | None
    remembered: Remembered

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows of a statement; its first two parameters are the generation and the tenant."""
        return await self.connection.fetch(sql, self.generation, self.tenant, *arguments)

    async def numbers(self, texts: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those texts that the ledger has met."""
        return await self.remembered.words.look_up(self.connection, texts)

    def at_present(self) -> Self:
        """The same with everything that is known now."""
        return replace(self, as_known=None)

    async def texts(self, numbers: Collection[int]) -> Mapping[int, str]:
        """The texts of these numbers, among others."""
        return await self.remembered.words.read(self.connection, numbers)

    async def freshness(self) -> Freshness:
        """How far the log had been read when the snapshot was taken."""
        rows = await self.connection.fetch(SQL["positions"], self.generation)
        read = [row["read_at"] for row in rows]
        positions = {f"{row['topic']}-{row['partition']}": row["next_offset"] for row in rows}
        return Freshness(min(read) if read and None not in read else None, positions)


class LineReading(Reading):
    """Lines in columns, as known when the snapshot says."""

    async def where(self, accounts: Iterable[str], teams: Teams) -> Where:
        """Accounts and teams as numbers."""
        accounts = sorted(set(accounts))
        number = await self.numbers({*accounts, *teams.names})
        named = [number[team] for team in sorted(teams.names) if team in number]
        known = [number[account] for account in accounts if account in number]
        return Where(known, None, named) if teams.rest else Where(known, named, [])

    async def posted(
        self, where: Where, days: tuple[dt.date, dt.date], known_after: dt.datetime | None = None
    ) -> Lines:
        """All lines of these days, whether they still stand or not."""
        first, last = days
        if not where.accounts or first > last:
            return NO_LINES
        rows = await self.fetch(SQL["chunks"], *where, first.replace(day=1), last, self.as_known, known_after)
        settled = [unpack(row["body"]) for row in rows]
        fresh = [within(some, where) for some in await self.journal()]
        lines = self._known(joined([*settled, *fresh]))
        kept = (lines.day >= day_number(first)) & (lines.day <= day_number(last))
        if known_after is not None:
            kept &= lines.known > moment_number(known_after)
        return lines.of(kept)

    async def standing(self, where: Where, last: dt.date) -> Standing:
        """The lines that stand at the end of a day: of stocks, which begin with what stood before."""
        if not where.accounts:
            return Standing(NO_LINES, {})
        opened = await self.fetch(SQL["openings"], *where, last + ONE_DAY, self.as_known)
        begins = [[row[name] for row in opened] for name in ("account", "team", "begins")]
        rows = await self.fetch(SQL["chunks_since"], *where, last, self.as_known, dt.date.min, *begins)
        parts = [unpack(row["body"]) for row in rows]
        parts += [within(some, where) for some in await self.journal()]
        since = self._known(joined(parts))
        since = since.of(since.day <= day_number(last))
        counted = _counted(since)
        for row in opened:
            for *of, count in zip(row["kinds"], row["settings"], row["counts"], strict=True):
                key = (row["account"], *of)
                counted[key] = counted.get(key, 0) + count
        return Standing(standing(joined([*(unpack(row["body"]) for row in opened), since])), counted)

    async def journal(self) -> list[Lines]:
        """What is not settled yet."""
        whose, journal = (self.generation, self.tenant), self.remembered.journal
        known = journal.known(whose)
        had = [row for block in known for row in block.rows]
        return journal.take(whose, known, [tuple(row) for row in await self.fetch(SQL["journal"], had)])

    def _known(self, lines: Lines) -> Lines:
        if self.as_known is None:
            return lines
        return lines.of(lines.known <= moment_number(self.as_known))


def _counted(lines: Lines) -> Counts:
    keys, counts = add_up((lines.account, lines.kind, lines.setting), np.ones_like(lines.amount))
    return dict(zip(zip(*(key.tolist() for key in keys), strict=True), counts.tolist(), strict=True))


def within(lines: Lines, where: Where) -> Lines:
    """The lines of these accounts and teams."""
    kept = np.isin(lines.account, where.accounts)
    if where.only is not None:
        kept &= np.isin(lines.team, where.only)
    elif where.but:
        kept &= ~np.isin(lines.team, where.but)
    return lines.of(kept)


def together(spans: Sequence[Span]) -> tuple[tuple[dt.date, dt.date], Teams]:
    """The days from the first to the last of all spans, and every team that counts in one of them."""
    days = (min(span.first for span in spans), max(span.last for span in spans))
    rests = [span.teams.names for span in spans if span.teams.rest]
    named = frozenset().union(*(span.teams.names for span in spans if not span.teams.rest))
    if rests:
        return days, Teams(frozenset.intersection(*rests) - named, rest=True)
    return days, Teams(named)
