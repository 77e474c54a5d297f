"""Lists of work and feeds (lists.sql)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np

from eventlog.postgres import statements
from services.metrics.domain.periods import containing
from services.metrics.domain.units import EVERYTHING, Teams
from services.metrics.domain.worklist import Counts, Feed, Work, WorkPage
from services.metrics.store.packing import Lines, joined, unpack
from services.metrics.store.reading import SQL as READING
from services.metrics.store.reading import UNKNOWN, Fed, within
from services.metrics.store.subjects import SubjectReading

SQL = statements("services.metrics.store", "lists.sql")
AT_ONCE = 1000
"""Chunks that are looked through in one step."""


class ListReading(SubjectReading):
    """Work as it stands now, and who feeds the ledger."""

    async def work(self, teams: Teams, page: WorkPage) -> list[Work]:
        """A page of the teams' work in one state, the most urgent first."""
        sql = SQL["work"].format(state=page.state)
        where, worker = await self.where((), teams), await self._worker(page.worker)
        rows = await self.fetch(sql, where.only, where.but, worker, *page.after, page.limit)
        return [Work(**row) for row in await self.named(rows)]

    async def counts(self, teams: Teams, worker: str | None, today: dt.date) -> Counts:
        """How much of the teams' open work is how urgent."""
        where, week = await self.where((), teams), containing(today, "week")
        rows = await self.fetch(
            SQL["counts"], where.only, where.but, await self._worker(worker), today, week.last
        )
        return Counts(**dict(rows[0]))

    async def feeds(self, today: dt.date) -> list[Feed]:
        """Each source of case events with its last event up to today."""
        rows = await self.named(await self.fetch(SQL["feeds"]))
        return sorted((Feed(**row) for row in rows), key=lambda feed: feed.source)

    async def began(self) -> dt.datetime | None:
        """When the first event that posted a line became known; None while there is none."""
        rows = await self.fetch(SQL["began"])
        first: dt.datetime | None = rows[0][0]
        return first

    async def fed(self, source: str, accounts: Collection[str]) -> frozenset[str]:
        """The teams in which a source has lines of these accounts.

        Lines never go away, so what was found once holds, and later only fresh lines are looked at.
        """
        where = await self.where(accounts, EVERYTHING)
        number = (await self.numbers([source])).get(source)
        if number is None or not where.accounts:
            return frozenset()
        whose = (self.generation, self.tenant, number, frozenset(where.accounts))
        fed = self.remembered.fed.setdefault(whose, Fed())
        while rows := await self.fetch(SQL["chunks_after"], where.accounts, [*fed.teams], fed.chunk, AT_ONCE):
            fed.teams |= await self._teams(joined([unpack(row["body"]) for row in rows]), number)
            fed.chunk = rows[-1]["id"]
        fresh = [within(lines, where) for lines in await self.journal()]
        fed.teams |= await self._teams(joined(fresh), number)
        text = await self.texts(fed.teams)
        return frozenset(text[team] for team in fed.teams)

    async def _teams(self, lines: Lines, source: int) -> set[int]:
        """The teams that have one of these lines from a source."""
        items = np.unique(lines.item)
        rows = await self.fetch(READING["items_of_source"], items.tolist(), source)
        its = np.isin(lines.item, [row["no"] for row in rows])
        return set(np.unique(lines.team[its]).tolist())

    async def _worker(self, name: str | None) -> int | None:
        if name is None:
            return None
        return (await self.numbers([name])).get(name, UNKNOWN)
