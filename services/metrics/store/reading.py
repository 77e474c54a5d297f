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
from services.metrics.store.packing import (
    NO_LINES,
    Lines,
    add_up,
    day_number,
    joined,
    lines_of,
    moment_number,
    unpack,
)
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


class Since(NamedTuple):
    """Accounts with teams, and for each the day from which on something counts."""

    accounts: list[int]
    teams: list[int]
    begins: list[dt.date]

    def before(self, lines: Lines) -> Lines:
        """The lines of days before that day, of these accounts and teams."""
        if not self.accounts:
            return NO_LINES
        early = np.flatnonzero(lines.day < day_number(max(self.begins)))
        lines = lines.of(early[np.isin(lines.account[early], np.unique(self.accounts))])
        whose = np.array(self.accounts, np.int64) << 32 | np.array(self.teams, np.int64)
        order = np.argsort(whose)
        asked = lines.account.astype(np.int64) << 32 | lines.team
        place = order[np.minimum(np.searchsorted(whose[order], asked), len(order) - 1)]
        begins = np.array([day_number(day) for day in self.begins])
        return lines.of((whose[place] == asked) & (lines.day < begins[place]))


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
    unsettled: list[list[Lines]] = field(default_factory=list)
    """What the journal holds, once it was asked: a snapshot does not change."""

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
        lines = self._known(joined([*settled, *fresh]), known_after)
        return lines.of((lines.day >= day_number(first)) & (lines.day <= day_number(last)))

    async def standing(self, where: Where, last: dt.date) -> Standing:
        """The lines that stand at the end of a day: of stocks, which begin with what stood before."""
        if not where.accounts:
            return Standing(NO_LINES, {})
        whose = await self._whose(where, "chunk")
        since, opened = await self._opened(whose, last + ONE_DAY, "counts, body")
        later = await self.posted_since(since, where, last)
        counted = _counted(later)
        for row in opened:
            for *of, count in zip(row["kinds"], row["settings"], row["counts"], strict=True):
                key = (row["account"], *of)
                counted[key] = counted.get(key, 0) + count
        return Standing(standing(joined([*(unpack(row["body"]) for row in opened), later])), counted)

    async def opened(self, where: Where, day: dt.date) -> tuple[Since, Lines]:
        """What the openings up to a day sum up to, as lines, and from which days on all lines count."""
        since, rows = await self._opened(await self._whose(where, "chunk"), day, "amounts")
        return since, _sums_of(rows)

    async def posted_since(
        self, since: Since, where: Where, last: dt.date, known_after: dt.datetime | None = None
    ) -> Lines:
        """All lines from the openings on up to a day, and those of any day before it that are not settled."""
        rows = await self.fetch(SQL["chunks_since"], *since, last, self.as_known, known_after)
        parts = [unpack(row["body"]) for row in rows]
        parts += [within(some, where) for some in await self.journal()]
        lines = self._known(joined(parts), known_after)
        return lines.of(lines.day <= day_number(last))

    async def _opened(
        self, whose: Sequence[tuple[int, int]], day: dt.date, columns: str
    ) -> tuple[Since, list[Row]]:
        """The last openings up to a day, with these columns of them too; and since when all lines count.

        Of an account and team that nothing opens all lines count, and of others those that are not settled.
        """
        accounts, teams = [account for account, _ in whose], [team for _, team in whose]
        sql = SQL["opened"].format(columns=f"begins, kinds, settings, {columns}")
        rows = await self.fetch(sql, accounts, teams, day, self.as_known)
        begins = {(row["account"], row["team"]): row["begins"] for row in rows}
        return Since(accounts, teams, [begins.get(one, dt.date.min) for one in whose]), rows

    async def stood(self, where: Where, day: dt.date) -> tuple[Since, Lines]:
        """What the sums of months say from which day on, and sums of all that was before, as lines.

        As months have them: without workers, details of stocks, days.
        """
        since, opened = await self._opened(await self._whose(where, "month"), day, "amounts")
        early = [since.before(lines) for lines in await self.journal()]
        plain = [lines._replace(detail=np.zeros_like(lines.detail)) for lines in early]
        return since, joined([_sums_of(opened), *plain])

    async def _whose(self, where: Where, table: str) -> list[tuple[int, int]]:
        """Each account with each team that may have rows of a table in it.

        Lines that cancel in their batch are in chunks and leave no sum in months.
        """
        if where.only is not None:
            return [(account, team) for account in where.accounts for team in where.only]
        rows = await self.fetch(SQL["teams_of"].format(table=table), where.accounts)
        return [(row["account"], row["team"]) for row in rows if row["team"] not in where.but]

    async def journal(self) -> list[Lines]:
        """What is not settled yet."""
        if not self.unsettled:
            whose, journal = (self.generation, self.tenant), self.remembered.journal
            known = journal.known(whose)
            had = [row for block in known for row in block.rows]
            rows = [tuple(row) for row in await self.fetch(SQL["journal"], had)]
            self.unsettled.append(journal.take(whose, known, rows))
        return self.unsettled[0]

    def _known(self, lines: Lines, after: dt.datetime | None) -> Lines:
        """The lines that were known when the snapshot says, and not yet at a moment before."""
        if self.as_known is not None:
            lines = lines.of(lines.known <= moment_number(self.as_known))
        return lines if after is None else lines.of(lines.known > moment_number(after))


def _counted(lines: Lines) -> Counts:
    keys, counts = add_up((lines.account, lines.kind, lines.setting), np.ones_like(lines.amount))
    return dict(zip(zip(*(key.tolist() for key in keys), strict=True), counts.tolist(), strict=True))


def _sums_of(opened: Sequence[Row]) -> Lines:
    """The sums of openings as lines, as months have them: without workers and details."""
    rows = [
        (row["account"], row["team"], *said)
        for row in opened
        for said in zip(row["kinds"], row["settings"], row["amounts"], strict=True)
    ]
    if not rows:
        return NO_LINES
    account, team, kind, setting, amount = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    nothing = np.zeros_like(account)
    said = (account, team, nothing, kind, setting, nothing, nothing, amount)
    return lines_of(*said, *(nothing for _ in range(len(Lines._fields) - len(said))))


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
