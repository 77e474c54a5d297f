"""Lines of figures of which each part has its own days: cohorts, sums over days, what changed a cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from services.metrics.answers.asked import ONE_DAY
from services.metrics.answers.asking import AddedUp, Ask, Cuts, PagesOfLines
from services.metrics.domain.cuts import Sum, Where
from services.metrics.domain.figures import Key
from services.metrics.domain.formula import Term, kept
from services.metrics.domain.measures import Declared
from services.metrics.domain.trail import (
    BEGINNING,
    FIRST_LINE,
    Changes,
    Line,
    Page,
    Part,
    daily_parts,
    parts_of,
    steps_of,
)
from services.metrics.domain.units import Rollup, Span, Teams


class Told(AddedUp, PagesOfLines, Protocol):
    """Where lines and what they add up to come from."""


@dataclass(frozen=True, slots=True)
class OfPart:
    """A ledger of which only the lines that `where` chooses are told and added up."""

    ledger: Told
    where: Where

    async def lines(
        self,
        parts: Sequence[Part],
        reach: Sequence[Span],
        page: Page,
        *,
        everything: bool,
        where: Where = (),
    ) -> tuple[list[Part], list[Line]]:
        """The lines of the part."""
        chosen = (*where, *self.where)
        return await self.ledger.lines(parts, reach, page, everything=everything, where=chosen)

    async def sums(self, cuts: Cuts) -> list[Sum]:
        """The sums of the part."""
        return await self.ledger.sums(replace(cuts, where=(*cuts.where, *self.where)))


class Piece(NamedTuple):
    """What is asked for a part: a term over a span; `everything`: also lines that cancel each other out."""

    place: int
    term: Term
    span: Span
    everything: bool


async def by_part(
    ledger: PagesOfLines, parts: Sequence[Part], pieces: Iterable[Piece], page: Page
) -> tuple[list[Part], list[Line]]:
    """Each part with what its pieces come to, and a page of their lines, each piece asked by itself."""
    counted, lines = list(parts), list[Line]()
    for place, term, span, everything in pieces:
        asked = replace(parts[place], term=term)
        after = (0, *page.after[1:]) if place == page.after[0] else FIRST_LINE
        rest = Page(page.limit, after)
        (found,), some = await ledger.lines([asked], [span], rest, everything=everything)
        now = counted[place]
        counted[place] = replace(
            now,
            amount=now.amount + found.amount,
            lines=now.lines + found.lines,
            cancelled=now.cancelled + found.cancelled,
        )
        lines += [replace(line, part=place) for line in some if place >= page.after[0]]
    return counted, sorted(lines, key=lambda line: line.place)[: page.limit]


async def daily(
    ledger: Told, declared: Declared, reach: Sequence[Span], page: Page, *, everything: bool
) -> tuple[list[Part], list[Line]]:
    """What stood when the days began, and what moved in them, each line counted on all of its days."""
    parts = daily_parts(declared.formula, reach)
    spans = [span for span in reach for _ in range(len(parts) // max(len(reach), 1))]
    pieces = [
        Piece(place, part.term, _eve(span), everything)
        if part.when == "opening"
        else Piece(place, part.term, span, everything=True)
        for place, (part, span) in enumerate(zip(parts, spans, strict=True))
    ]
    counted, lines = await by_part(ledger, parts, pieces, page)
    told = [
        replace(part, counted=part.amount * _days(span.first, span))
        if part.when == "opening"
        else replace(part, counted=await _on_all_days(ledger, part.term, span))
        for part, span in zip(counted, spans, strict=True)
    ]
    return told, lines


async def changes(
    ledger: Told, ask: Ask, key: Key, declared: Declared, rollup: Rollup, page: Page
) -> Changes | None:
    """What changed weekly cost in the period; None for figures of something else, and for days to come."""
    steps = steps_of(declared.formula)
    if not steps or key.period.first > ask.as_at:
        return None
    first, last = key.period.first, min(key.period.last, ask.as_at)
    spans = rollup.spans(key.unit, first, last)
    one_more = Page(page.limit + 1, page.after)
    told, lines = await ledger.lines(steps, spans, one_more, everything=True)
    eve = first - ONE_DAY
    opening = await _stands(ledger, declared, rollup.on(key.unit, eve), eve)
    closing = await _stands(ledger, declared, rollup.on(key.unit, last), last)
    more = len(lines) > page.limit
    return Changes(opening, tuple(told), closing, tuple(lines[: page.limit]), more)


async def _stands(ledger: AddedUp, declared: Declared, teams: Teams, day: dt.date) -> int:
    """What the numerator comes to at the end of a day."""
    span, total = Span(BEGINNING, day, teams), 0
    for part in parts_of(declared.formula):
        if part.side == "numerator":
            words = tuple(one.word for one in part.term.filters)
            found = await ledger.sums(Cuts((part.term.account,), (span,), words))
            total += part.sign * sum(amount for said, amount in found if kept(part.term, said))
    return total


async def _on_all_days(ledger: AddedUp, term: Term, span: Span) -> int:
    """What moved in the span, from its own day on to the last."""
    words = tuple(one.word for one in term.filters)
    found = await ledger.sums(Cuts((term.account,), (span,), ("day", *words)))
    return sum(
        amount * _days(dt.date.fromisoformat(day), span) for (day, *said), amount in found if kept(term, said)
    )


def _eve(span: Span) -> Span:
    """All days before the span."""
    return Span(BEGINNING, span.first - ONE_DAY, span.teams)


def _days(since: dt.date, span: Span) -> int:
    return (span.last - since).days + 1
