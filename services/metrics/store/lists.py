"""Lists of work and feeds (lists.sql)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from eventlog.postgres import statements
from services.metrics.domain.periods import containing
from services.metrics.domain.units import Teams
from services.metrics.domain.worklist import Counts, Feed, Work, WorkPage
from services.metrics.store.reading import Reading

SQL = statements("services.metrics.store", "lists.sql")


class ListReading(Reading):
    """Work as it stands now, and who feeds the ledger."""

    async def work(self, teams: Teams, page: WorkPage) -> list[Work]:
        """A page of the teams' work in one state, the most urgent first."""
        sql = SQL["work"].format(state=page.state)
        rows = await self.fetch(sql, teams.only, teams.but, page.worker, *page.after, page.limit)
        return [Work(**dict(row)) for row in rows]

    async def counts(self, teams: Teams, worker: str | None, today: dt.date) -> Counts:
        """How much of the teams' open work is how urgent."""
        week = containing(today, "week")
        rows = await self.fetch(SQL["counts"], teams.only, teams.but, worker, today, week.last)
        return Counts(**dict(rows[0]))

    async def feeds(self, today: dt.date) -> list[Feed]:
        """Each source of case events with its last event up to today."""
        return [Feed(**dict(row)) for row in await self.fetch(SQL["feeds"], today)]

    async def began(self) -> dt.datetime | None:
        """When the first event became known; None while there is none."""
        rows = await self.fetch(SQL["began"])
        first: dt.datetime | None = rows[0][0]
        return first

    async def fed(self, source: str, accounts: Collection[str]) -> frozenset[str]:
        """The teams in which a source has lines of these accounts."""
        rows = await self.fetch(SQL["fed"], source, sorted(accounts))
        return frozenset(row["team"] for row in rows)
