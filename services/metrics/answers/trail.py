"""The way back: a figure's definition, its lines, and from each line to its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.metrics.answers import own
from services.metrics.answers.asking import Answer, Ask, NotThere, Snapshot, Sources
from services.metrics.answers.figures import as_believed, evaluate
from services.metrics.answers.piecewise import OfPart, Piece, Told, by_part, changes, daily
from services.metrics.domain.cuts import ALL, Only
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.measures import Declared
from services.metrics.domain.narrowing import beside
from services.metrics.domain.periods import Period
from services.metrics.domain.trail import (
    Explanation,
    Line,
    Page,
    Part,
    Said,
    cohort_of,
    due_of,
    parts_of,
    reach_of,
)
from services.metrics.domain.units import Rollup, Span, Teams
from services.metrics.domain.worklist import Item


@dataclass(frozen=True, slots=True)
class Story:
    """A subject: how it stands (None: nothing of it is work), what was said of it, what that posted."""

    subject: str
    item: Item | None
    events: tuple[Said, ...]
    lines: tuple[Line, ...]


async def explain(
    sources: Sources,
    ask: Ask,
    measure: str,
    period: Period,
    page: Page,
    *,
    everything: bool,
    changes_page: Page | None = None,
    only: Only = ALL,
) -> Answer[Explanation]:
    """A figure with its lines, those of its numerator first; of what packages cost also what changed it.

    `only` makes it that of a part of the work, as reports are cut; refused where its accounts have none.
    Of a stock only the lines that still stand are shown, unless `everything` is asked: one that was reversed
    and its reversal add up to nothing. Where each day of a period counts, those that stood when it began come
    first, then all that moved in it.
    """
    declared, rollup = own.possible(sources.declared(measure), only), sources.rollup(ask.tenant)
    key = Key(measure, ask.unit, period)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        made = await _figure(snapshot, ask, key, declared, rollup, only)
        chosen = beside(only, min(period.last, ask.as_at))
        ledger: Told = OfPart(snapshot, chosen) if chosen else snapshot
        reach = reach_of(key, declared, rollup, ask.as_at)
        one_more = Page(page.limit + 1, page.after)
        if declared.daily:
            counted, lines = await daily(ledger, declared, reach, one_more, everything=everything)
        elif declared.by_cohort or declared.falls_due:
            parts = parts_of(declared.formula)
            pieces = _pieces(parts, reach, key, ask.as_at, everything=everything)
            counted, lines = await by_part(ledger, parts, pieces, one_more)
        else:
            all_ = everything or not declared.standing
            counted, lines = await ledger.lines(parts_of(declared.formula), reach, one_more, everything=all_)
        moved = await changes(ledger, ask, key, declared, rollup, changes_page or Page(page.limit))
        fresh = await snapshot.freshness()
    more = len(lines) > page.limit
    told = Explanation(made, declared, tuple(counted), tuple(lines[: page.limit]), more, moved)
    return Answer(ask, fresh, told)


async def _figure(
    snapshot: Snapshot, ask: Ask, key: Key, declared: Declared, rollup: Rollup, only: Only
) -> Figure:
    """The figure from sums or, where those do not tell apart what is asked, from lines."""
    if only.worker is not None or only.due:
        found = [await own.figure_of(snapshot, ask, only, key, declared, rollup)]
    else:
        found = await evaluate(snapshot, [(key, declared)], rollup, ask.as_at, ask.today)
    return as_believed(ask, found)[0]


def _pieces(
    parts: Sequence[Part], reach: Sequence[Span], key: Key, as_at: dt.date, *, everything: bool
) -> Iterator[Piece]:
    """Each term over its own days: a cohort goes on to the day asked, what falls due stood before."""
    for place, part in enumerate(parts):
        for span in reach:
            if part.term.how == "due":
                if span is reach[0]:
                    yield Piece(place, *due_of(part.term, key, span.teams), everything=everything)
            elif part.term.how == "cohort":
                yield Piece(place, *cohort_of(part.term, span, as_at), everything=True)
            else:
                yield Piece(place, part.term, span, everything=True)


async def event(
    sources: Sources, ask: Ask, scope: Teams, place: tuple[str, int, int]
) -> Answer[tuple[Said, list[Line]]]:
    """One event of the log and the lines it posted, for who may see one of the teams that it is about."""
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        found = await snapshot.event(*place)
        if found is None:
            raise NotThere("event")
        said, lines = found
        item, _, _ = await snapshot.item(said.subject)
        if not _in_sight(scope, item, lines):
            raise NotThere("event")
        return Answer(ask, await snapshot.freshness(), (said, lines))


async def item(sources: Sources, ask: Ask, scope: Teams, subject: str) -> Answer[Story]:
    """Everything that was said of a subject, for who may see one of the teams that it is about."""
    async with sources.readings.snapshot(ask.tenant, None) as snapshot:
        found, events, lines = await snapshot.item(subject)
        if not events or not _in_sight(scope, found, lines):
            raise NotThere("work")
        told = Story(subject, found, tuple(events), tuple(lines))
        return Answer(ask, await snapshot.freshness(), told)


def _in_sight(scope: Teams, found: Item | None, lines: list[Line]) -> bool:
    teams = {line.team for line in lines} | ({found.team} if found else set())
    return (scope.rest and not scope.names) or any(team in scope for team in teams)
