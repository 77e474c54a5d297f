"""What units agreed to reach: the target of a figure, where one was agreed, and how it came about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec import UNSET

from schemas.envelope import Event
from schemas.measures import Number
from schemas.purposes import TargetAgreed, TargetWithdrawn
from schemas.registry import instant
from services.metrics.domain.periods import Grain, Period


@dataclass(frozen=True, slots=True)
class Aim:
    """A target as it was agreed; it holds for periods that begin on `since` or later."""

    target: str
    value: Number
    tolerance: Number
    since: dt.date
    grain: Grain | None
    reason: str
    by: str
    at: dt.datetime
    meeting: str | None

    def covers(self, period: Period) -> bool:
        """Whether it is about the period, if no newer one is."""
        return self.since <= period.first and self.grain in (None, period.grain)


Of = tuple[str, str]
"""A unit and a measure."""


@dataclass(frozen=True)
class Aims:
    """Every target of the units of one tenant; a value, so that readers see that it has changed."""

    agreed: Mapping[Of, Mapping[str, Aim]] = field(default_factory=dict)

    def of(self, unit: str, measure: str, period: Period) -> Aim | None:
        """What was agreed last of those that cover the period; None: the catalogue's target holds."""
        covering = [one for one in self.agreed.get((unit, measure), {}).values() if one.covers(period)]
        return max(covering, key=lambda one: (one.at, one.target), default=None)

    def after(self, event: Event) -> Aims:
        """These with what one event says; one worker's targets are not the unit's."""
        match event.data:
            case TargetAgreed(unit=unit, measure=measure, worker=worker) if worker is UNSET:
                of = unit, measure
                aim = _aim(event.data, instant(event.envelope.time))
                return Aims({**self.agreed, of: {**self.agreed.get(of, {}), aim.target: aim}})
            case TargetWithdrawn(target=gone):
                return Aims({of: _without(some, gone) for of, some in self.agreed.items()})
            case _:
                return self

    def differing(self, other: Aims) -> Iterator[tuple[Of, dt.date]]:
        """The units and measures of which the two do not say the same, each with the day from which on."""
        if self is other:
            return
        for of in self.agreed.keys() | other.agreed.keys():
            mine, its = self.agreed.get(of, {}), other.agreed.get(of, {})
            only = [mine.get(name) or its[name] for name in mine.keys() ^ its.keys()]
            if only:
                yield of, min(one.since for one in only)


NO_AIMS = Aims()


def _without(some: Mapping[str, Aim], gone: str) -> Mapping[str, Aim]:
    return {name: aim for name, aim in some.items() if name != gone} if gone in some else some


def _aim(said: TargetAgreed, at: dt.datetime) -> Aim:
    return Aim(
        target=said.target,
        value=said.value,
        tolerance=said.tolerance,
        since=said.since,
        grain=None if said.grain is UNSET else said.grain,
        reason=said.reason,
        by=said.by,
        at=at,
        meeting=None if said.meeting is UNSET else said.meeting,
    )
