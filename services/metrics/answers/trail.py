"""The way back: a figure's definition, its lines, and from each line to its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.metrics.answers.asking import Answer, Ask, NotThere, Sources, Trail
from services.metrics.answers.figures import as_believed, evaluate
from services.metrics.domain.figures import Key
from services.metrics.domain.periods import Period
from services.metrics.domain.trail import (
    FIRST_LINE,
    Explanation,
    Line,
    Page,
    Part,
    Said,
    cohort_of,
    parts_of,
    reach_of,
)
from services.metrics.domain.units import Span, Teams
from services.metrics.domain.worklist import Item


@dataclass(frozen=True, slots=True)
class Story:
    """A subject: how it stands (None: nothing of it is work), what was said of it, what that posted."""

    subject: str
    item: Item | None
    events: tuple[Said, ...]
    lines: tuple[Line, ...]


async def explain(
    sources: Sources, ask: Ask, measure: str, period: Period, page: Page, *, everything: bool
) -> Answer[Explanation]:
    """A figure with its lines, those of its numerator first.

    Of a stock only the lines that still stand are shown, unless `everything` is asked: one that was reversed
    and its reversal add up to nothing. Where each day of a period counts, they do not: all are shown.
    """
    declared, rollup = sources.declared(measure), sources.rollup(ask.tenant)
    key = Key(measure, ask.unit, period)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        made = as_believed(ask, await evaluate(snapshot, [(key, declared)], rollup, ask.as_at, ask.today))[0]
        parts, reach = parts_of(declared.formula), reach_of(key, declared, rollup, ask.as_at)
        shown_all = everything or not declared.standing
        one_more = Page(page.limit + 1, page.after)
        if declared.by_cohort:
            counted, lines = await _by_part(snapshot, parts, reach, one_more, ask.as_at)
        else:
            counted, lines = await snapshot.lines(parts, reach, one_more, everything=shown_all)
        fresh = await snapshot.freshness()
    more = len(lines) > page.limit
    told = Explanation(made, declared, tuple(counted), tuple(lines[: page.limit]), more)
    return Answer(ask, fresh, told)


async def _by_part(
    ledger: Trail, parts: Sequence[Part], reach: Sequence[Span], page: Page, as_at: dt.date
) -> tuple[list[Part], list[Line]]:
    """Parts asked one by one, since a cohort has days of its own: it follows its work up to the day asked."""
    counted, lines = list(parts), list[Line]()
    for place, part in enumerate(parts):
        cohort = part.term.how == "cohort"
        pieces = [cohort_of(part.term, span, as_at) for span in reach] if cohort else [(part.term, None)]
        for term, span in pieces:
            asked = replace(part, term=term)
            after = (0, *page.after[1:]) if place == page.after[0] else FIRST_LINE
            rest = Page(page.limit, after)
            (found,), some = await ledger.lines([asked], [span] if span else reach, rest, everything=True)
            now = counted[place]
            counted[place] = replace(now, amount=now.amount + found.amount, lines=now.lines + found.lines)
            lines += [replace(line, part=place) for line in some if place >= page.after[0]]
    return counted, sorted(lines, key=lambda line: line.place)[: page.limit]


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
