"""What is read: one thing or a list, within the reach of who asks, and a meeting with its agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar, assert_never

from services.actions.domain import commitment as commitments
from services.actions.domain import meeting as meetings
from services.actions.domain import purpose as purposes
from services.actions.domain import target as targets
from services.actions.domain.agenda import Agenda, agenda
from services.actions.domain.decision import Missing, Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.reach import LEADERS, Reach
from services.actions.domain.said import Noun
from services.actions.domain.tally import Tally, quarter_of, tally

State = TypeVar("State")
Place = tuple[int, str]
"""Where a list goes on: after this place and id."""
Commitments = list[Versioned[commitments.Known]]
Plan = meetings.Plan


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a tenant's things are asked for. `units` None: all; those of `person` come in any case."""

    tenant: str
    limit: int
    after: Place | None = None
    units: Sequence[str] | None = None
    state: str | None = None
    person: str | None = None
    owner: str | None = None
    late_on: tuple[bool, dt.date] | None = None
    meeting: str | None = None
    escalation: str | None = None


@dataclass(frozen=True, slots=True)
class Aimed:
    """Which targets are asked for: of a measure, of a worker, those that hold on a day.

    `workers`: those of single workers too, which are for them and for who leads them.
    """

    measure: str | None = None
    worker: str | None = None
    on: dt.date | None = None
    workers: bool = False


@dataclass(frozen=True, slots=True)
class Listed(Generic[State]):
    """A piece of a list; `next` is None at its end."""

    items: list[Versioned[State]]
    next: Place | None


class Shelf(Protocol):
    """The read tables."""

    async def meeting(self, tenant: str, key: str) -> Versioned[meetings.Known] | None: ...
    async def commitment(self, tenant: str, key: str) -> Versioned[commitments.Known] | None: ...
    async def meetings(self, wanted: Wanted) -> Listed[meetings.Known]: ...
    async def commitments(self, wanted: Wanted) -> Listed[commitments.Known]: ...
    async def counted(self, tenant: str, units: Sequence[str] | None, since: dt.date) -> Commitments: ...
    async def target(self, tenant: str, key: str) -> Versioned[targets.Held] | None: ...
    async def targets(self, wanted: Wanted, aimed: Aimed) -> Listed[targets.Held]: ...
    async def purposes(self, wanted: Wanted) -> Listed[purposes.Standing]: ...
    async def history(self, tenant: str, noun: Noun, key: str) -> list[bytes]: ...
    async def due(self, tenant: str, unit: str, day: dt.date) -> Commitments: ...
    async def agreed_at(self, tenant: str, meeting: str) -> Commitments: ...
    async def last_closed(self, tenant: str, plan: Plan, before: dt.datetime) -> dt.datetime | None: ...
    async def last_commitments(
        self, tenant: str, plan: Plan, before: dt.datetime, ended_after: dt.datetime
    ) -> Commitments: ...
    async def exceptions(
        self, tenant: str, units: Sequence[str], until: dt.datetime, ended_after: dt.datetime
    ) -> list[Heard]: ...


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A meeting with all that belongs to it."""

    held: Versioned[meetings.Known]
    agenda: Agenda
    to_review: tuple[str, ...]
    agreed: Commitments


async def commitment_of(shelf: Shelf, reach: Reach, key: str) -> Versioned[commitments.Known] | Missing:
    """One commitment, if it is the caller's to see."""
    found = await shelf.commitment(reach.tenant, key)
    return found if found and reach.sees_commitment(found.state) else Missing()


async def meeting_of(shelf: Shelf, reach: Reach, key: str, at: dt.datetime) -> MeetingPage | Missing:
    """One meeting with its agenda, if it is the caller's to see."""
    found = await shelf.meeting(reach.tenant, key)
    if found is None or not reach.sees(meetings.plan_of(found.state).unit):
        return Missing()
    return await page_of(shelf, reach, found, at)


async def page_of(
    shelf: Shelf, reach: Reach, held: Versioned[meetings.Known], at: dt.datetime
) -> MeetingPage:
    """The meeting with its agenda: what was there when it began, else what is there at `at`."""
    plan, tenant = meetings.plan_of(held.state), reach.tenant
    began, ended = meetings.span_of(held.state, at)
    since = await shelf.last_closed(tenant, plan, began) or began
    earlier = await shelf.last_commitments(tenant, plan, began, since)
    exceptions = await shelf.exceptions(tenant, reach.below(plan.unit), ended, since)
    to_review = await _to_review(shelf, tenant, held.state, began)
    agreed = await shelf.agreed_at(tenant, plan.meeting)
    return MeetingPage(held, agenda(earlier, exceptions, at.date()), to_review, agreed)


async def _to_review(shelf: Shelf, tenant: str, state: meetings.Known, began: dt.datetime) -> tuple[str, ...]:
    if isinstance(state, meetings.Closed):
        return state.held.to_review
    due = await shelf.due(tenant, meetings.plan_of(state).unit, began.date())
    return tuple(kept.state.promise.commitment for kept in due)


async def commitments_of(
    shelf: Shelf, reach: Reach, unit: str | None, wanted: Wanted
) -> Listed[commitments.Known] | Missing:
    """The unit's commitments and those below it; without a unit all within reach, and the caller's own."""
    units = _units(reach, unit)
    if isinstance(units, Missing):
        return units
    return await shelf.commitments(replace(wanted, units=units, person=None if unit else reach.person))


async def meetings_of(
    shelf: Shelf, reach: Reach, unit: str | None, wanted: Wanted
) -> Listed[meetings.Known] | Missing:
    """The meetings of the unit and of those below it; without a unit all within reach. The latest first."""
    units = _units(reach, unit)
    return units if isinstance(units, Missing) else await shelf.meetings(replace(wanted, units=units))


async def target_of(shelf: Shelf, reach: Reach, key: str) -> Versioned[targets.Held] | Missing:
    """One target, if it is the caller's to see."""
    found = await shelf.target(reach.tenant, key)
    return found if found and reach.sees_target(found.state.state.aim) else Missing()


async def targets_of(
    shelf: Shelf, reach: Reach, unit: str | None, wanted: Wanted, aimed: Aimed
) -> Listed[targets.Held] | Missing:
    """The targets of the unit and of those below it; else all within reach. Of workers one's own."""
    units = _units(reach, unit)
    if isinstance(units, Missing):
        return units
    aimed = replace(aimed, workers=reach.role in LEADERS)
    return await shelf.targets(replace(wanted, units=units, person=reach.person), aimed)


async def purpose_of(shelf: Shelf, reach: Reach, unit: str) -> Versioned[purposes.Standing] | Missing:
    """The purpose of a unit, if it has one and is the caller's to see."""
    if not reach.sees(unit):
        return Missing()
    found = await shelf.purposes(Wanted(reach.tenant, 1, units=[unit]))
    return found.items[0] if found.items else Missing()


async def purposes_of(
    shelf: Shelf, reach: Reach, unit: str | None, wanted: Wanted
) -> Listed[purposes.Standing] | Missing:
    """The purposes of the unit and of those below it; without a unit all within reach."""
    units = _units(reach, unit)
    return units if isinstance(units, Missing) else await shelf.purposes(replace(wanted, units=units))


async def counts_of(shelf: Shelf, reach: Reach, unit: str | None, day: dt.date) -> Tally | Missing:
    """How many commitments were kept in the quarter of `day`, of those that fell due by then."""
    units = _units(reach, unit)
    if isinstance(units, Missing):
        return units
    first, last = quarter_of(day)
    found = await shelf.counted(reach.tenant, units, first)
    return tally((kept.state for kept in found), first, last, day)


async def history_of(shelf: Shelf, reach: Reach, noun: Noun, key: str) -> list[bytes] | Missing:
    """All that happened to one thing, as CloudEvents in their order, if it is the caller's to see."""
    seen = await _is_seen(shelf, reach, noun, key)
    return await shelf.history(reach.tenant, noun, key) if seen else Missing()


async def _is_seen(shelf: Shelf, reach: Reach, noun: Noun, key: str) -> bool:
    match noun:
        case "commitment":
            return not isinstance(await commitment_of(shelf, reach, key), Missing)
        case "meeting":
            held = await shelf.meeting(reach.tenant, key)
            return held is not None and reach.sees(meetings.plan_of(held.state).unit)
        case "target":
            return not isinstance(await target_of(shelf, reach, key), Missing)
        case "purpose":
            return not isinstance(await purpose_of(shelf, reach, key), Missing)
        case _:
            assert_never(noun)


def _units(reach: Reach, unit: str | None) -> list[str] | Missing | None:
    top = unit or reach.top
    if top is None:
        return None
    return reach.below(top) if reach.sees(top) else Missing()
