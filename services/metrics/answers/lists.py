"""Lists: work as it stands now, the feeds, the units."""

from __future__ import annotations

from dataclasses import dataclass

from services.metrics.answers.asking import Answer, Ask, Sources
from services.metrics.domain.worklist import Counts, Feed, Work, WorkPage


@dataclass(frozen=True, slots=True)
class WorkList:
    """A page of work and how much there is in all; `more` says that others follow."""

    rows: tuple[Work, ...]
    counts: Counts
    more: bool


async def work(sources: Sources, ask: Ask, page: WorkPage) -> Answer[WorkList]:
    """The unit's work as it stands now, the most urgent first."""
    teams = sources.rollup(ask.tenant).on(ask.unit, ask.today)
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        one_more = WorkPage(page.state, page.worker, page.limit + 1, page.after)
        rows = await snapshot.work(teams, one_more)
        counts = await snapshot.counts(teams, page.worker, ask.today)
        told = WorkList(tuple(rows[: page.limit]), counts, len(rows) > page.limit)
        return Answer(ask, await snapshot.freshness(), told)


async def feeds(sources: Sources, ask: Ask) -> Answer[list[Feed]]:
    """Who feeds the ledger, and when they were last heard."""
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        return Answer(ask, await snapshot.freshness(), await snapshot.feeds(ask.today))


async def freshness(sources: Sources, ask: Ask) -> Answer[None]:
    """How fresh the ledger is, for answers that rest on the tree or the catalogue alone."""
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        return Answer(ask, await snapshot.freshness(), None)
