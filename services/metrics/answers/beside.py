"""Units beside one another: the same question of each unit right below, answered from one reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from schemas.tree import Unit
from services.metrics.answers.asking import Answer, Ask, BadQuestion, Snapshot, Sources
from services.metrics.domain.figures import Figure
from services.metrics.domain.periods import Period
from services.metrics.domain.units import Rollup, Within

What = TypeVar("What")
Report = Callable[[Sources, Ask], Awaitable[Answer[What]]]


@dataclass(frozen=True)
class _Held:
    """One snapshot for several answers."""

    held: Snapshot

    @asynccontextmanager
    async def snapshot(self, tenant: str, as_known: dt.datetime | None) -> AsyncIterator[Snapshot]:
        yield self.held


@dataclass(frozen=True, slots=True)
class Beside(Generic[What]):
    """The answer about the whole unit, and about each below it; `left_out`: whose is none, and why."""

    whole: Answer[What]
    each: tuple[tuple[Unit, Answer[What]], ...]
    left_out: tuple[tuple[str, str], ...] = ()


async def beside(
    sources: Sources,
    ask: Ask,
    days: tuple[dt.date, dt.date],
    below: Callable[[str], Ask],
    report: Report[What],
) -> Beside[What]:
    """A report of the unit and of each right below it on any of the days; `below` asks about one of those.

    A unit that came or went counts on the days on which it was there. Work whose team is the unit itself is
    in the whole only.
    """
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        rollup = sources.rollup(ask.tenant)
        within: dict[str, Rollup] = {ask.tenant: Within(rollup, ask.unit)}
        held = replace(sources, readings=_Held(snapshot), _rollups=within)
        whole = await report(held, ask)
        each: list[tuple[Unit, Answer[What]]] = []
        left_out: list[tuple[str, str]] = []
        for unit in rollup.below(ask.unit, *days):
            try:
                each.append((unit, await report(held, below(unit.id))))
            except BadQuestion as error:  # such as a feed that is not complete there
                left_out.append((unit.id, str(error)))
    return Beside(whole, tuple(each), tuple(left_out))


async def figures_below(
    sources: Sources,
    ask: Ask,
    period: Period,
    below: Callable[[str], Ask],
    report: Report[list[Figure]],
) -> Answer[list[Figure]]:
    """Figures of each unit right below the one asked, in one answer, measure by measure."""
    last = min(period.last, ask.as_at)
    told = await beside(sources, ask, (min(period.first, last), last), below, report)
    each = [answer.what for _, answer in told.each]
    return Answer(ask, told.whole.fresh, [one for several in zip(*each, strict=True) for one in several])
