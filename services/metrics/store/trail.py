"""The way back from figures to lines: which lines make a figure, page by page, and what became known when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from services.metrics.domain.cuts import Cuts, Where
from services.metrics.domain.formula import Term
from services.metrics.domain.hearing import Place
from services.metrics.domain.trail import Line, Page, Part
from services.metrics.domain.units import Span
from services.metrics.store.packing import OFFSET_BITS, Column, Lines, day_number, encode, joined
from services.metrics.store.reading import Counts, together
from services.metrics.store.subjects import SubjectReading
from services.metrics.store.sums import SumReading, columns_of, table_of
from services.metrics.store.terms import Said, counts


class TrailReading(SubjectReading, SumReading):
    """Lines with their events, as known when the snapshot says."""

    async def lines(
        self,
        parts: Sequence[Part],
        reach: Sequence[Span],
        page: Page,
        *,
        everything: bool,
        where: Where = (),
    ) -> tuple[list[Part], list[Line]]:
        """Each part with what its lines come to, and a page of lines in the order of parts and days.

        Without `everything` only lines are shown that no other line cancels. With `where` it is not known how
        many those are: openings count them by kind and setting alone.
        """
        if not reach:
            return list(parts), []
        days, teams = together(reach)
        whose = await self.where((part.term.account for part in parts), teams)
        counted: Counts = {}
        if everything:
            lines = await self.posted(whose, days)
        else:
            lines, counted = await self.standing(whose, days[1])
        within = await self._within(lines, reach)
        if where:
            within, counted = await self._chosen(within, where), {}
        text = await self._texts_of_lines(within, counted)
        found = [within.of(_counting(part.term, within, text)) for part in parts]
        shown = [
            _shown(part, some, sum(_all_of(part.term, counted, text)))
            for part, some in zip(parts, found, strict=True)
        ]
        return shown, await self.told(*_page(found, page))

    async def traced(self, cuts: Cuts, known_after: dt.datetime | None, limit: int) -> list[Line]:
        """The lines with their events, those known last first: what became known after a moment, or all."""
        if not cuts.spans:
            return []
        days, teams = together(cuts.spans)
        lines = await self.posted(await self.where(cuts.accounts, teams), days, known_after)
        some = await self._chosen(await self._within(lines, cuts.spans), cuts.where)
        front = some.place >> OFFSET_BITS
        newest = np.lexsort((-some.n, -some.place, -front, -some.known))[:limit]
        return await self.told([0] * len(newest), some.of(newest))

    async def _chosen(self, lines: Lines, where: Where) -> Lines:
        """The lines with one of the values that count, in every column that is asked."""
        return lines.of(await self.counting(table_of(lines, columns_of(where)), where))

    async def _within(self, lines: Lines, reach: Sequence[Span]) -> Lines:
        """Each line once for each span that holds its day and team."""
        number = await self.numbers({name for span in reach for name in span.teams.names})
        return joined([lines.of(_in_span(lines, span, number)) for span in reach])

    async def _texts_of_lines(self, lines: Lines, counted: Counts) -> Mapping[int, str]:
        columns = (lines.account, lines.kind, lines.setting, lines.detail)
        words = [np.unique(column).tolist() for column in columns]
        return await self.texts({word for some in (*words, *counted) for word in some})


def _in_span(lines: Lines, span: Span, number: Mapping[str, int]) -> Column:
    teams = [number[name] for name in span.teams.names if name in number]
    inside: Column = np.isin(lines.team, teams) != span.teams.rest
    inside &= (lines.day >= day_number(span.first)) & (lines.day <= day_number(span.last))
    return inside


def _counting(term: Term, lines: Lines, text: Mapping[int, str]) -> Column:
    """Which lines a term counts."""
    columns = np.stack((lines.account, lines.kind, lines.setting, lines.detail))
    distinct, which = np.unique(columns, axis=1, return_inverse=True)
    passing = [
        text[account] == term.account and counts(term, Said(*(text[word] for word in said)))
        for account, *said in distinct.T.tolist()
    ]
    kept: Column = np.array(passing, np.bool_)[which]
    return kept


def _all_of(term: Term, counted: Counts, text: Mapping[int, str]) -> list[int]:
    """How many lines the account has of each kind and setting that a term counts."""
    return [
        lines
        for (account, *said), lines in counted.items()
        if text[account] == term.account and counts(term, Said(*(text[word] for word in said)))
    ]


def _shown(part: Part, lines: Lines, of: int) -> Part:
    amount = int(lines.amount.sum())
    return replace(part, amount=amount, lines=lines.size, cancelled=max(of - lines.size, 0))


def _page(found: Sequence[Lines], page: Page) -> tuple[list[int], Lines]:
    """The first lines after the page's place, with the part of each."""
    parts: list[int] = []
    taken: list[Lines] = []
    after, day, topic, partition, offset, n = page.after
    for part, lines in enumerate(found):
        if part < after or len(parts) >= page.limit:
            continue
        if part == after:
            lines = lines.of(_later(lines, day_number(day), encode(Place(topic, partition, offset)), n))
        order = np.lexsort((lines.n, lines.place, lines.day))[: page.limit - len(parts)]
        taken.append(lines.of(order))
        parts += [part] * len(order)
    return parts, joined(taken)


def _later(lines: Lines, day: int, place: int, n: int) -> Column:
    same_day, same_event = lines.day == day, lines.place == place
    later: Column = (lines.day > day) | (same_day & ((lines.place > place) | (same_event & (lines.n > n))))
    return later
