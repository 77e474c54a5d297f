"""Lists of work and feeds (lists.sql)."""

from __future__ import annotations

import datetime as dt

from eventlog.postgres import statements
from services.metrics.domain.periods import containing
from services.metrics.domain.units import Teams
from services.metrics.domain.worklist import Counts, Feed, Work, WorkPage
from services.metrics.store.reading import UNKNOWN
from services.metrics.store.subjects import SubjectReading

SQL = statements("services.metrics.store", "lists.sql")


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

    async def _worker(self, name: str | None) -> int | None:
        if name is None:
            return None
        return (await self.numbers([name])).get(name, UNKNOWN)
