"""The ledger as it is read: snapshots of the live generation over Postgres (reading.sql)."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from eventlog.postgres import Connection, Row, statements
from services.metrics.answers.asking import Freshness
from services.metrics.domain.figures import Flows, Slice, Spreads, Stocks, Wide
from services.metrics.domain.formula import PASSED, Filter, Term
from services.metrics.domain.periods import containing

TERMS = """jsonb_to_recordset($4::jsonb) AS term (
    t integer, account text, kinds text[], not_kinds boolean, settings text[], not_settings boolean,
    word text, words text[], not_words boolean, passed text[]
)"""
KEPT = """(term.kinds IS NULL OR (b.kind = ANY (term.kinds)) <> term.not_kinds)
    AND (term.settings IS NULL OR (b.setting = ANY (term.settings)) <> term.not_settings)
    AND (term.word IS NULL OR (coalesce(b.detail ->> term.word, '') = ANY (term.words)) <> term.not_words)
    AND (term.passed IS NULL OR b.detail ->> 'passed' = ANY (term.passed))"""
NOW = {"book": "balance", "known": "$3::timestamptz IS NULL"}
THEN = {"book": "line", "known": "b.known_at <= $3"}
"""Where sums are read: from balances as known now, from lines as known at a moment."""

SQL = statements("services.metrics.store", "reading.sql")
_DAY = dt.timedelta(days=1)
_ByTeam = dict[str, int]


class NotLive(Exception):
    """There is no live generation of the ledger; run `primed up`, or `primed rebuild --switch`."""

    reason = "not-ready"


@dataclass(frozen=True)
class Reading:
    """One snapshot: a connection in a reading transaction, the generation, whose, and as known when."""

    connection: Connection
    generation: int
    tenant: str
    as_known: dt.datetime | None

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows of a statement; its first two parameters are the generation and the tenant."""
        return await self.connection.fetch(sql, self.generation, self.tenant, *arguments)

    def booked(self, name: str, **words: str) -> str:
        """A statement of reading.sql over balances or, as known at a moment, over lines."""
        book = NOW if self.as_known is None else THEN
        return SQL[name].format(terms=TERMS, kept=KEPT, **book, **words)

    async def freshness(self) -> Freshness:
        """How far the log had been read when the snapshot was taken."""
        rows = await self.connection.fetch(SQL["positions"], self.generation)
        read = [row["read_at"] for row in rows]
        positions = {f"{row['topic']}-{row['partition']}": row["next_offset"] for row in rows}
        return Freshness(min(read) if read and None not in read else None, positions)


class LedgerReading(Reading):
    """Sums of the ledger by team or, where all teams are asked, in one sum under no name."""

    async def begins(self, accounts: Collection[str]) -> dt.date | None:
        """The first month in which one of the accounts has an entry."""
        rows = await self.fetch(SQL["begins"], sorted(accounts))
        first: dt.date | None = rows[0][0]
        return first

    async def flows(self, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide) -> Flows:
        """What was posted in each slice: whole months from their totals, other days from balances."""
        sums: dict[tuple[Term, Slice], _ByTeam] = defaultdict(dict)
        async for row, slice_ in self._sliced("flows", terms, slices, teams):
            sums[terms[row["t"]], slice_][row["team"]] = row["amount"]
        return sums

    async def spreads(self, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide) -> Spreads:
        """Histograms of days in each slice."""
        sums: dict[tuple[Term, Slice], dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        async for row, slice_ in self._sliced("spreads", terms, slices, teams):
            sums[terms[row["t"]], slice_][row["team"]][int(row["days"])] = row["amount"]
        return sums

    async def _sliced(
        self, name: str, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide
    ) -> AsyncIterator[tuple[Row, Slice]]:
        months = [one for one in slices if self.as_known is None and _is_month(one)]
        if months:
            firsts = [first for first, _ in months]
            for row in await self._ask(f"{name}_of_months", terms, teams, firsts):
                yield row, months[row["s"]]
        for layer in _layers(one for one in slices if one not in set(months)):
            firsts, lasts = [first for first, _ in layer], [last for _, last in layer]
            for row in await self._ask(name, terms, teams, firsts, lasts):
                yield row, layer[row["s"]]

    async def stocks(self, terms: Sequence[Term], days: Sequence[dt.date], teams: Wide) -> Stocks:
        """What stood at the end of each day: the months before its own, and its month up to the day."""
        if self.as_known is not None:
            known = await self._ask("stocks_known", terms, teams, list(days))
            return _cumulated(known, terms, days, reset=False)
        bounds = {day: _whole_months_before(day) for day in days}
        firsts = sorted(set(bounds.values()))
        monthly = await self._ask("stocks_of_months", terms, teams, firsts)
        before = _cumulated(monthly, terms, firsts, reset=False)
        inside = [day for day in sorted(days) if bounds[day] <= day]
        within: Stocks = {}
        if inside:
            starts = [day.replace(day=1) for day in inside]
            steps = await self._ask("stocks_in_months", terms, teams, inside, starts)
            within = _cumulated(steps, terms, inside, reset=True)
        return {
            (term, day): _added(before.get((term, bounds[day]), {}), within.get((term, day), {}))
            for term in terms
            for day in days
        }

    async def _ask(self, name: str, terms: Sequence[Term], teams: Wide, *days: list[dt.date]) -> list[Row]:
        sql = self.booked(name, team="''::text" if teams.whole else "b.team")
        accounts = sorted({term.account for term in terms})
        return await self.fetch(sql, self.as_known, as_json(terms), accounts, teams.teams.only, *days)


def as_json(terms: Sequence[Term]) -> str:
    """The terms as the statements take them, numbered in order."""
    return json.dumps(
        [{"t": place, "account": term.account, **_filters(term)} for place, term in enumerate(terms)]
    )


def _filters(term: Term) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for one in term.filters:
        said |= _filter(one)
    return said


def _filter(one: Filter) -> dict[str, Any]:
    if one.word == PASSED and not one.negated:  # beside another word of the detail: so are cohorts explained
        return {"passed": list(one.values)}
    if one.word in ("kind", "setting"):
        return {f"{one.word}s": list(one.values), f"not_{one.word}s": one.negated}
    return {"word": one.word, "words": list(one.values), "not_words": one.negated}


def _is_month(days: Slice) -> bool:
    month = containing(days[0], "month")
    return days == (month.first, month.last)


def _whole_months_before(day: dt.date) -> dt.date:
    """The first day of the day's month, or of the next one where the day is the last of its month."""
    return (day + _DAY).replace(day=1)


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
    steps: Sequence[Row], terms: Sequence[Term], days: Sequence[dt.date], *, reset: bool
) -> dict[tuple[Term, dt.date], _ByTeam]:
    """What stood on each day, from what each day added to the one before; `reset` begins anew each month."""
    added: dict[tuple[int, int], _ByTeam] = defaultdict(dict)
    for row in steps:
        added[row["t"], row["s"]][row["team"]] = row["amount"]
    fresh = {0} | {
        place + 1 for place, (a, b) in enumerate(pairwise(days)) if reset and _month(a) != _month(b)
    }
    standing: dict[tuple[Term, dt.date], _ByTeam] = {}
    for t, term in enumerate(terms):
        now: _ByTeam = {}
        for s, day in enumerate(days):
            now = _added({} if s in fresh else now, added.get((t, s), {}))
            standing[term, day] = now
    return standing


def _month(day: dt.date) -> tuple[int, int]:
    return (day.year, day.month)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> _ByTeam:
    both = dict(one)
    for team, amount in other.items():
        both[team] = both.get(team, 0) + amount
    return both
