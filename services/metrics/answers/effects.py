"""Effects: what the decisions of a unit, a worker or a meeting did to the figures of a service.

Spend names the work item that decided it; who completed that item is joined when read, from lines known by
the same moment. What nobody can be given is shown.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.tree import Tree
from services.metrics.answers.asked import Days, happened, months_until
from services.metrics.answers.asking import Answer, Ask, Cuts, Snapshot, Sources, Sums
from services.metrics.domain.cuts import Only, Per
from services.metrics.domain.effects import (
    ONE_OFF,
    SIGNS,
    Decider,
    Done,
    Effect,
    Effects,
    Spent,
    counted,
    deciders,
    effects,
    of_reviews,
    sentence,
)
from services.metrics.domain.periods import Period, between
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import EVERYTHING, Span

OWN = ("allocations", "started", "completed", "completed_late", "reopened", "cancelled", "transferred_out")
"""The flows that name who did something."""
AGREED = {"meetings_held": "meeting", "commitments_open": "commitment"}
"""Where a package may say that it was decided beside work, by the account that knows of it."""


@dataclass(frozen=True)
class UnitEffects:
    """What was decided in a unit's work from `first` to `last`, and in each month if that was asked."""

    effects: Effects
    first: dt.date
    last: dt.date
    months: tuple[tuple[Period, Effects], ...]
    finding: str


@dataclass(frozen=True)
class WorkerEffects:
    """One worker's part beside the whole; `flows` counts what they did, by account and kind."""

    worker: str
    effects: Effects
    flows: Mapping[str, Counter[str]]
    outcomes: Mapping[str, int]
    finding: str
    first: dt.date
    last: dt.date

    @property
    def own(self) -> Effect:
        """What their decisions changed."""
        return self.effects.by_worker.get(self.worker, Effect())


async def of_unit(sources: Sources, ask: Ask, days: Days, per: Per = "period") -> Answer[UnitEffects]:
    """A unit's spend by who decided: teams by name and kinds of work, and what nobody can be given."""
    first, last = months_until(ask, days, 1, "packages")
    stretches = between(first, last, "month") if per == "month" and first <= last else ()
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = await _effects(sources, snapshot, ask, ask.unit, (first, last))
        months = [
            (month, await _effects(sources, snapshot, ask, ask.unit, _within(month, first, last)))
            for month in stretches
        ]
        said = of_reviews(found, (first, last))
        told = UnitEffects(found, first, last, tuple(months), said)
        return Answer(ask, await snapshot.freshness(), told)


def _within(month: Period, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    return max(month.first, first), min(month.last, last)


async def of_worker(sources: Sources, ask: Ask, worker: str, whose: str, days: Days) -> Answer[WorkerEffects]:
    """What one worker did and what their decisions changed, of the whole of the unit asked."""
    first, last = months_until(ask, days, 1, "packages")
    spans = (Span(first, last, EVERYTHING),)
    only = Only(worker=worker)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = await _effects(sources, snapshot, ask, ask.unit, (first, last))
        flows = counted(await happened(snapshot, OWN, spans, ("account", "kind"), only))
        ended = await happened(snapshot, ("completed",), spans, ("outcome",), only)
        fresh = await snapshot.freshness()
    own = found.by_worker.get(worker, Effect())
    said = sentence(whose, flows.get("completed", Counter()), own, found.whole, (first, last))
    outcomes = {said_.by[0]: said_.amount for said_ in ended}
    return Answer(ask, fresh, WorkerEffects(worker, found, flows, outcomes, said, first, last))


async def _effects(
    sources: Sources, snapshot: Snapshot, ask: Ask, unit: str, days: tuple[dt.date, dt.date]
) -> Effects:
    spans = sources.rollup(ask.tenant).spans(unit, *days)
    cells = await happened(snapshot, (*SIGNS, ONE_OFF), spans, ("account", "decided_in"))
    spent = [Spent(account, decided, amount) for (account, decided), amount in cells]
    return effects(
        spent, await found_deciders(snapshot, {one.decided_in for one in spent if one.decided_in}, ask.as_at)
    )


async def found_deciders(snapshot: Sums, subjects: set[str], as_at: dt.date) -> dict[str, Decider]:
    """Who completed these pieces of work, as far as anybody did; a meeting decides for its unit."""
    if not subjects:
        return {}
    cuts = Cuts(
        ("completed", *AGREED),
        (Span(BEGINNING, as_at, EVERYTHING),),
        ("account", "subject", "day", "worker", "team", "kind"),
        (("subject", frozenset(subjects)),),
    )
    return deciders(
        Done(subject, dt.date.fromisoformat(day), _decider(account, *who), amount)
        for (account, subject, day, *who), amount in await snapshot.sums(cuts)
    )


def _decider(account: str, worker: str, team: str, kind: str) -> Decider:
    """Who decided; what a meeting agreed, nobody did by themselves."""
    return Decider("", team, AGREED[account]) if account in AGREED else Decider(worker, team, kind)


def service_of(tree: Tree, team: str, day: dt.date) -> str:
    """The service in which a team stands on the day, or else the unit right above it."""
    path = tree.path(team, day)
    service = next((unit.id for unit in reversed(path) if unit.level == "service"), None)
    return service or (path[-2].id if len(path) > 1 else team)
