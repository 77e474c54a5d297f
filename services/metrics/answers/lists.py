"""Lists: work as it stands now or stood on another day, the feeds, the units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Cuts, Snapshot, Sources
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import EVERYTHING, Span
from services.metrics.domain.worklist import Counts, Feed, Standing, Work, WorkPage, counts_of, page_of


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


async def work_on(sources: Sources, ask: Ask, page: WorkPage) -> Answer[WorkList]:
    """The unit's open work as it stood at the end of the day asked, as known when asked.

    Its lines say who held it and when it was due; `start_by` is of today only, `urgency` the last known.
    """
    if page.state != "open":
        raise BadQuestion(
            "state", "Of another day only open work is listed: ask with state=open, or of today."
        )
    teams = sources.rollup(ask.tenant).on(ask.unit, ask.as_at)
    where = (("worker", frozenset({page.worker})),) if page.worker is not None else ()
    columns = ("subject", "team", "kind", "worker", "due")
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        cells = await snapshot.sums(Cuts(("open",), (Span(BEGINNING, ask.as_at, teams),), columns, where))
        stood = [Standing.of(*said) for said, amount in cells if amount > 0]
        rows, more = page_of(stood, page)
        told = WorkList(await _work(snapshot, rows, ask.as_at), counts_of(stood, ask.as_at), more)
        return Answer(ask, await snapshot.freshness(), told)


async def _work(snapshot: Snapshot, stood: Sequence[Standing], day: dt.date) -> tuple[Work, ...]:
    """The rows with what their lines do not say."""
    subjects = frozenset(one.subject for one in stood)
    if not subjects:
        return ()
    cuts = Cuts(
        ("received",), (Span(BEGINNING, day, EVERYTHING),), ("subject", "day"), (("subject", subjects),)
    )
    days = {subject: dt.date.fromisoformat(on) for (subject, on), _ in await snapshot.sums(cuts)}
    rows = []
    for one in stood:
        item, events, _ = await snapshot.item(one.subject)
        source = events[0].source if events else ""
        urgency = item.urgency if item else ""
        rows.append(one.as_work(source, urgency, days.get(one.subject)))
    return tuple(rows)


async def feeds(sources: Sources, ask: Ask) -> Answer[list[Feed]]:
    """Who feeds the ledger, and when they were last heard."""
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        return Answer(ask, await snapshot.freshness(), await snapshot.feeds(ask.today))


async def freshness(sources: Sources, ask: Ask) -> Answer[None]:
    """How fresh the ledger is, for answers that rest on the tree or the catalogue alone."""
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        return Answer(ask, await snapshot.freshness(), None)
