"""Sums by team for figures: from months and their days or, as known at a moment, from lines."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from services.metrics.domain.figures import Flows, Slice, Spreads, Stocks, Wide
from services.metrics.domain.formula import Term
from services.metrics.domain.periods import containing
from services.metrics.store.packing import Column, Lines, day_number, joined
from services.metrics.store.reading import ONE_DAY, SQL, LineReading, Where
from services.metrics.store.terms import Cell, Chooser, Counted, detail_of, words_in

ByTeam = dict[str, int]
Standing = dict[tuple[Term, dt.date], ByTeam]


class FigureReading(LineReading):
    """Sums of the ledger by team or, where all teams are asked, in one sum under no name."""

    async def begins(self, accounts: Collection[str]) -> dt.date | None:
        """The first month in which one of the accounts has an entry.

        What was found once can only be undercut by an earlier month, so later only those are looked at.
        """
        number = await self.numbers(accounts)
        whose = (self.generation, self.tenant, frozenset(number.values()))
        before = self.remembered.begins.get(whose)
        rows = await self.fetch(SQL["begins"], list(number.values()), before or dt.date.max)
        earlier: dt.date | None = rows[0][0]
        if earlier is None:
            return before
        self.remembered.begins[whose] = earlier
        return earlier

    async def flows(self, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide) -> Flows:
        """What was posted in each slice."""
        sums: dict[tuple[Term, Slice], ByTeam] = defaultdict(dict)
        for slices_, found in await self._happened(await self._chooser(terms), slices, teams):
            for one in found:
                by_team = sums[one.term, slices_[one.place]]
                by_team[one.team] = by_team.get(one.team, 0) + one.amount
        return sums

    async def spreads(self, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide) -> Spreads:
        """Histograms of days in each slice."""
        sums: dict[tuple[Term, Slice], dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        chooser = await self._chooser(terms, by_detail=True)
        for slices_, found in await self._happened(chooser, slices, teams):
            for one in found:
                histogram, days = sums[one.term, slices_[one.place]][one.team], detail_of(one.detail)["days"]
                histogram[int(days)] = histogram.get(int(days), 0) + one.amount
        return sums

    async def stocks(self, terms: Sequence[Term], days: Sequence[dt.date], teams: Wide) -> Stocks:
        """What stood at the end of each day.

        As known once: from the lines known by then, or from now and those known later, whichever are fewer.
        Either way they begin at openings that say only what was known by then.
        """
        chooser, ordered = await self._chooser(terms), sorted(days)
        where, known = await self._where(chooser, teams), self.as_known
        if known is None:
            return await self._stocks_now(chooser, where, ordered, teams)
        since, opened = await self.opened(where, ordered[0] + ONE_DAY)
        before, after = (await self.fetch(SQL["how_many"], *since, ordered[-1], known))[0]
        if before <= after:
            lines = joined([opened, await self.posted_since(since, where, ordered[-1])])
            return await self._stocks_of(lines, chooser, ordered, teams)
        later = await self.at_present().posted_since(since, where, ordered[-1], known)
        taken_back = await self._stocks_of(later, chooser, ordered, teams)
        now = await self._stocks_now(chooser, where, ordered, teams)
        return {key: _added(now[key], taken_back[key], -1) for key in now}

    async def _stocks_of(
        self, lines: Lines, chooser: Chooser, days: Sequence[dt.date], teams: Wide
    ) -> Standing:
        place = np.searchsorted([day_number(day) for day in days], lines.day)
        found = await self._counted(chooser, chooser.cells(lines, place, whole=teams.whole))
        return _cumulated(found, chooser.terms, days)

    async def _stocks_now(
        self, chooser: Chooser, where: Where, days: Sequence[dt.date], teams: Wide
    ) -> Standing:
        """What was opened, the months from there to the day's own, and its month up to the day."""
        bounds = {day: (day + ONE_DAY).replace(day=1) for day in days}
        firsts = sorted(set(bounds.values()))
        since, stood = await self.stood(where, firsts[0])
        monthly = await self._ask("stocks_of_months", chooser, since, teams, firsts)
        cells = chooser.cells(stood, np.zeros(stood.size, np.int64), whole=teams.whole)
        monthly += await self._counted(chooser, cells)
        before = _cumulated(monthly, chooser.terms, firsts)
        inside = [day for day in days if bounds[day] <= day]
        steps_of: Standing = {}
        if inside:
            starts = [day.replace(day=1) for day in inside]
            steps = await self._ask("stocks_in_months", chooser, where[:2], teams, inside, starts)
            steps_of = _cumulated(steps, chooser.terms, inside, reset=True)
        return {
            (term, day): _added(before[term, bounds[day]], steps_of.get((term, day), {}), 1)
            for term in chooser.terms
            for day in days
        }

    async def _happened(
        self, chooser: Chooser, slices: Sequence[Slice], teams: Wide
    ) -> list[tuple[Sequence[Slice], list[Counted]]]:
        """Flows by slices: whole months from their sums, other days from sums by day."""
        where = await self._where(chooser, teams)
        if self.as_known is not None:
            return await self._happened_then(chooser, where, slices, teams)
        months = [one for one in sorted(slices) if _is_month(one)]
        found: list[tuple[Sequence[Slice], list[Counted]]] = []
        if months:
            firsts = [first for first, _ in months]
            found.append((months, await self._ask("flows_of_months", chooser, where[:2], teams, firsts)))
        for layer in _layers(one for one in slices if not _is_month(one)):
            firsts, lasts = [first for first, _ in layer], [last for _, last in layer]
            found.append((layer, await self._ask("flows_of_days", chooser, where[:2], teams, firsts, lasts)))
        return found

    async def _happened_then(
        self, chooser: Chooser, where: Where, slices: Sequence[Slice], teams: Wide
    ) -> list[tuple[Sequence[Slice], list[Counted]]]:
        days = (min(first for first, _ in slices), max(last for _, last in slices))
        lines = await self.posted(where, days)
        found: list[tuple[Sequence[Slice], list[Counted]]] = []
        for layer in _layers(slices):
            cells = chooser.cells(lines, _places(lines.day, layer), whole=teams.whole)
            found.append((layer, await self._counted(chooser, cells)))
        return found

    async def _ask(
        self, name: str, chooser: Chooser, whose: Sequence[object], teams: Wide, *days: Sequence[dt.date]
    ) -> list[Counted]:
        sql = SQL[name].format(team="0" if teams.whole else "b.team", **chooser.columns())
        rows = await self.fetch(sql, *whose, *days)
        return await self._counted(chooser, [tuple(row) for row in rows])

    async def _counted(self, chooser: Chooser, cells: Sequence[Cell]) -> list[Counted]:
        return list(chooser.counted(cells, await self.texts(words_in(cells))))

    async def _chooser(self, terms: Sequence[Term], *, by_detail: bool = False) -> Chooser:
        return Chooser(terms, await self.numbers({term.account for term in terms}), by_detail=by_detail)

    async def _where(self, chooser: Chooser, teams: Wide) -> Where:
        return await self.where((term.account for term in chooser.terms), teams.teams)


def _is_month(days: Slice) -> bool:
    month = containing(days[0], "month")
    return days == (month.first, month.last)


def _places(days: Column, slices: Sequence[Slice]) -> Column:
    """In which of the slices, which are in order, each day lies; -1 in none."""
    firsts = np.array([day_number(first) for first, _ in slices])
    lasts = np.array([day_number(last) for _, last in slices])
    place = np.searchsorted(firsts, days, side="right") - 1
    return np.where((place >= 0) & (days <= lasts[place]), place, -1)


def _layers(slices: Iterable[Slice]) -> list[list[Slice]]:
    """The slices in as few groups as need be, in each of which none overlaps another, in order."""
    layers: list[list[Slice]] = []
    for one in sorted(slices):
        fitting = next((layer for layer in layers if layer[-1][1] < one[0]), None)
        if fitting is None:
            layers.append([one])
        else:
            fitting.append(one)
    return layers


def _cumulated(
    steps: Sequence[Counted], terms: Sequence[Term], days: Sequence[dt.date], *, reset: bool = False
) -> Standing:
    """What stood on each day, from what each day added to the one before; `reset` begins anew each month."""
    added: dict[tuple[Term, int], ByTeam] = defaultdict(dict)
    for one in steps:
        by_team = added[one.term, one.place]
        by_team[one.team] = by_team.get(one.team, 0) + one.amount
    fresh = {0} | {
        place + 1 for place, (a, b) in enumerate(pairwise(days)) if reset and _month(a) != _month(b)
    }
    standing: Standing = {}
    for term in terms:
        now: ByTeam = {}
        for place, day in enumerate(days):
            now = _added({} if place in fresh else now, added.get((term, place), {}), 1)
            standing[term, day] = now
    return standing


def _month(day: dt.date) -> tuple[int, int]:
    return (day.year, day.month)


def _added(one: Mapping[str, int], other: Mapping[str, int], sign: int) -> ByTeam:
    both = dict(one)
    for team, amount in other.items():
        both[team] = both.get(team, 0) + sign * amount
    return both
