"""Restatements: figures as they were given, as they are now, and every line that lies between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

from schemas.registry import LATEST
from schemas.tree import Tree
from services.metrics.answers.asking import Answer, Ask, BadQuestion, Cuts, Snapshot, Sources
from services.metrics.answers.figures import evaluate, sums_of
from services.metrics.domain.closing import (
    Closing,
    Given,
    Place,
    declared_then,
    fingerprint,
    given_of,
)
from services.metrics.domain.figures import Figure, Key, Sums, counted, figure
from services.metrics.domain.formula import terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period
from services.metrics.domain.restatement import (
    NEVER_BELOW,
    Cause,
    Change,
    Restatement,
    between,
    by_cause,
    reach,
    shares_of,
    taking_back,
    together,
    with_lines,
)
from services.metrics.domain.telling import Subject, subject_of
from services.metrics.domain.trail import BEGINNING, Line
from services.metrics.domain.units import EVERYTHING, Rollup, Span

MOST_LINES = 20_000
"""More lines than this are not told apart; who asks for a smaller unit gets their causes."""
MOST_CHANGED = 100
"""Figures of which the causes are found in one answer."""
NOT_CLOSED = "The period had not closed: its figures were not given yet."
BEFORE = "The period closed before the ledger began: no figure was given."
NOT_GIVEN = "This unit or measure did not exist yet when the period closed: no figure was given."


class Givens(Protocol):
    """What was given when periods closed."""

    async def closing(self, place: Place) -> Closing | None: ...
    async def definition(self, fingerprint: str) -> dict[str, Any] | None: ...
    async def given(self, tenant: str, subjects: Collection[Subject]) -> Mapping[Subject, Given]: ...


class TreeKnown(Protocol):
    """The organisation of a tenant as it was known at a moment."""

    def __call__(self, tenant: str, moment: dt.datetime, /) -> Tree: ...


@dataclass(frozen=True)
class Past:
    """What is needed to look back: what was given, and who belonged where."""

    givens: Givens
    tree_known: TreeKnown


async def restatements(
    sources: Sources, past: Past, ask: Ask, measures: Sequence[str], periods: Sequence[Period]
) -> Answer[list[Restatement]]:
    """Each figure of the unit as it was given and as it is now; without measures all that have changed."""
    declared = [sources.declared(name) for name in measures] or list(sources.catalogue)
    keyed = [
        (Key(one.measure.id, ask.unit, period), one)
        for period in periods
        for one in declared
        if period.grain in one.measure.grains and not one.by_cohort
    ]
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as now:
        figures = await evaluate(now, keyed, sources.rollup(ask.tenant), ask.as_at, ask.today)
        closings = {
            period: await past.givens.closing(Place(ask.tenant, period.grain, period.label))
            for period in periods
        }
        given = await _given(past, ask, figures, closings)
        changed = [one for one in figures if given.get(one.key, given_of(one)) != given_of(one)]
        if len(changed) > MOST_CHANGED:
            raise BadQuestion(
                "measure", f"{len(changed)} figures have changed; ask for one measure or less time."
            )
        found = []
        for one, (key, how) in zip(figures, keyed, strict=True):
            closing = closings[key.period]
            if one in changed and closing is not None:
                task = Task(sources, past, ask, key, how, closing)
                found.append(await task.explained(now, one, given[key]))
            elif measures:
                found.append(_plain(one, given.get(key), closing, ask))
        return Answer(ask, await now.freshness(), found)


async def _given(
    past: Past, ask: Ask, figures: Sequence[Figure], closings: Mapping[Period, Closing | None]
) -> dict[Key, Given]:
    """What was given of each figure; nothing where it was not, or not yet at the moment asked."""
    asked = {}
    for one in figures:
        closing, key = closings[one.key.period], one.key
        was = closing and key.unit in closing.units and key.measure in closing.definitions
        if closing and was and not _later(closing, ask):
            asked[subject_of(key)] = one
    kept = await past.givens.given(ask.tenant, asked) if asked else {}
    return {one.key: kept.get(subject) or _nothing(one) for subject, one in asked.items()}


def _later(closing: Closing, ask: Ask) -> bool:
    return ask.as_known is not None and ask.as_known < closing.at


def _nothing(now: Figure) -> Given:
    """What was given where nothing had happened: 0 of a count, no value of a quotient."""
    if now.denominator is None:
        return Given(0, 0, None)
    return Given(None, None if now.numerator is None else 0, 0)


def _plain(now: Figure, given: Given | None, closing: Closing | None, ask: Ask) -> Restatement:
    """A figure that has not changed, or was never given."""
    if closing is None:
        return Restatement(now, note=NOT_CLOSED if now.key.period.last >= ask.as_at else BEFORE)
    if given is None:
        return Restatement(now, note=NOT_CLOSED if _later(closing, ask) else NOT_GIVEN)
    return Restatement(now, closing.at, given)


@dataclass(frozen=True)
class Task:
    """One figure that has changed, and what its causes are found from."""

    sources: Sources
    past: Past
    ask: Ask
    key: Key
    declared: Declared
    closing: Closing

    async def explained(self, now: Snapshot, figure_now: Figure, given: Given) -> Restatement:
        """The figure with the cause of each step from what was given to what is."""
        then = await self._declared_then()
        rollup = self.sources.rollup(self.ask.tenant)
        old = Rollup(self.past.tree_known(self.ask.tenant, self.closing.at), rollup.complete)
        spans = counted(self.key, then, old, self.key.period.last)
        lines = await self._lines(now, then, spans)
        async with self.sources.readings.snapshot(self.ask.tenant, self.closing.at) as before:
            sums = await sums_of(before, [(self.key, then)], old, self.key.period.last)
            causes = by_cause(lines, await self._taking_back(now, lines), await _known(before, lines))
        steps: dict[Cause, Change] = {}
        last = first = self._made(then, sums, old)
        for cause, its in causes.items():
            sums = with_lines(sums, its, then, spans)
            before_it, last = last, self._made(then, sums, old)
            steps[cause] = between(before_it, last)
        moved = given_of((await evaluate(now, [(self.key, then)], rollup, self.ask.as_at, self.ask.today))[0])
        steps["reorganisation"] = between(last, moved)
        steps["definition"] = together((between(given, first), between(moved, given_of(figure_now))))
        new = counted(self.key, self.declared, rollup, self.key.period.last)
        return Restatement(
            figure_now,
            self.closing.at,
            given,
            shares_of(steps, causes),
            None if fingerprint(then) == fingerprint(self.declared) else then.measure.formula,
            _moved(spans, new),
        )

    def _made(self, declared: Declared, sums: Sums, rollup: Rollup) -> Given:
        return given_of(figure(self.key, declared, sums, rollup, self.key.period.last, self.ask.today))

    async def _declared_then(self) -> Declared:
        """The measure as it was made then."""
        told = self.closing.definitions[self.key.measure]
        if told == fingerprint(self.declared):
            return self.declared
        body = await self.past.givens.definition(told)
        return declared_then(self.declared, body) if body else self.declared

    async def _lines(self, now: Snapshot, then: Declared, spans: Sequence[Span]) -> list[Line]:
        """The lines of the figure, as it was added up then, that were known later."""
        accounts = tuple(sorted({term.account for term in terms_of(then.formula)}))
        cuts = Cuts(accounts, reach(spans, then, BEGINNING), ())
        found = await now.traced(cuts, self.closing.at, MOST_LINES + 1)
        if len(found) > MOST_LINES:
            raise BadQuestion(
                "unit",
                f"More than {MOST_LINES} lines came since this period closed; ask for a smaller unit.",
            )
        return found

    async def _taking_back(self, now: Snapshot, lines: Sequence[Line]) -> frozenset[tuple[str, int, int]]:
        """Which of the events took back what was posted before, wherever it was posted."""
        if not lines:
            return frozenset()
        everywhere = (Span(BEGINNING, LATEST, EVERYTHING),)
        cuts = Cuts(NEVER_BELOW, everywhere, (), (("subject", frozenset(line.subject for line in lines)),))
        return taking_back(await now.traced(cuts, self.closing.at, 10 * MOST_LINES))


async def _known(before: Snapshot, lines: Sequence[Line]) -> frozenset[str]:
    """Of which subjects something was known when the period closed."""
    if not lines:
        return frozenset()
    subjects = frozenset(line.subject for line in lines)
    everywhere = (Span(BEGINNING, LATEST, EVERYTHING),)
    cuts = Cuts(("received", "spend_started", "packages"), everywhere, ("subject",), (("subject", subjects),))
    return frozenset(sum_.by[0] for sum_ in await before.sums(cuts))


def _moved(old: Sequence[Span], new: Sequence[Span]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Teams that count now on days on which they did not, and those that no longer do on some day."""
    joined, left = set[str](), set[str]()
    for one, other in product(old, new):
        if one.first <= other.last and other.first <= one.last:
            then, today = (frozenset() if span.teams.rest else span.teams.names for span in (one, other))
            joined |= today - then
            left |= then - today
    return tuple(sorted(joined)), tuple(sorted(left))
