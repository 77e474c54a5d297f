"""Rules on a measure: what a new figure means for one rule at one unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Literal, assert_never

from msgspec import Meta, Struct

from schemas.envelope import Name
from schemas.escalations import Severity
from schemas.measures import Grain, Number
from schemas.organisation import Level

Role = Literal["manager", "head", "director"]
Comparison = Literal["above", "below"]
Unit = Literal["count", "percent", "days", "pounds", "pounds_a_week", "pounds_a_day"]


NOTHING = dt.timedelta(0)


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"for_": "for"}):
    """When a measure needs somebody, who that is, and when the figure is well again."""

    id: Name
    name: Annotated[
        str, Meta(min_length=1, max_length=120, description="What is measured, as in a sentence.")
    ]
    measure: Name
    level: Level | None = None
    unit: Name | None = None
    comparison: Comparison
    value: Number
    clear: Number
    for_: dt.timedelta = dt.timedelta(0)
    severity: Severity = "warning"
    ladder: tuple[Role, ...] = ("manager", "head")
    rung_after: dt.timedelta = dt.timedelta(hours=8)
    lapses_after: dt.timedelta = dt.timedelta(hours=40)
    enabled: bool = True
    grain: Grain = "month"
    unit_of_measure: Unit = "count"
    smallest_denominator: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a measure for a unit and period, as last told; `told_at` is event time."""

    unit: str
    measure: str
    grain: Grain
    period: str
    value: Number | None
    denominator: int | None
    sequence: int
    told_at: dt.datetime
    event: str

    @property
    def order(self) -> tuple[str, int]:
        """A later period beats an earlier one; within a period the later telling stands."""
        return self.period, self.sequence

    def as_of(self, now: dt.datetime) -> Figure:
        """The same figure, still standing now."""
        return replace(self, told_at=now)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing is wrong, as far as the rule sees."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Breached since then, but not yet for as long as the rule asks."""

    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """An escalation stands for this breach, even after a person closed it, until the figure is well again."""

    escalation: str


State = Quiet | Pending | Standing


class Reason(StrEnum):
    """Why a decision fell; also the action in the log and the label of the metric."""

    WITHIN = "within"
    BETWEEN = "between_threshold_and_clear"
    NO_DATA = "nothing_to_measure"
    TOO_FEW = "denominator_too_small"
    NOT_PRESENT = "period_is_over"
    BREACHED = "breached"
    WAITING = "breached_not_long_enough"
    STILL = "still_breached"
    BACK = "back_beyond_clear"
    NOTHING_LEFT = "nothing_left_to_measure"
    NOT_WATCHED = "not_watched"
    RULE_CHANGED = "no_longer_watched"


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave everything as it is."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Begin:
    """Start to wait for as long as the rule asks."""

    since: dt.datetime
    reason: Reason = Reason.WAITING


@dataclass(frozen=True, slots=True)
class Forget:
    """Stop waiting: the breach did not last."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Raise:
    """Ask somebody now."""

    since: dt.datetime
    reason: Reason = Reason.BREACHED


@dataclass(frozen=True, slots=True)
class Clear:
    """The exception is over by itself, and the rule is ready for the next one."""

    escalation: str
    reason: Reason


Decision = Keep | Begin | Forget | Raise | Clear


def faults(rule: Rule) -> list[str]:
    """What is wrong with a rule, in sentences; empty when it can be used."""
    found = []
    if not rule.name.strip():
        found.append("name must say what is measured.")
    if rule.comparison == "above" and rule.clear > rule.value:
        found.append("clear must be at or below value, else the exception could never end.")
    if rule.comparison == "below" and rule.clear < rule.value:
        found.append("clear must be at or above value, else the exception could never end.")
    if rule.for_ < NOTHING:
        found.append("for must not be negative.")
    spans = {"rung_after": rule.rung_after, "lapses_after": rule.lapses_after}
    found += [f"{name} must be longer than nothing." for name, span in spans.items() if span <= NOTHING]
    if not rule.ladder or len(set(rule.ladder)) != len(rule.ladder):
        found.append("ladder must name at least one role, and each role once.")
    if rule.smallest_denominator < 0:
        found.append("smallest_denominator must not be negative.")
    return found


def applies(rule: Rule, unit: str, level: Level | None, above: Collection[str]) -> bool:
    """Whether the rule watches this unit; `above` are the units over it. A rule's `unit` with a `level`
    means the units of that level at or below it; without, that unit alone."""
    if not rule.enabled or (rule.level is not None and rule.level != level):
        return False
    if rule.unit is None or rule.unit == unit:
        return True
    return rule.level is not None and rule.unit in above


def breaches(rule: Rule, value: Number) -> bool:
    """Whether the value lies beyond the threshold; exactly on it is still within."""
    return value > rule.value if rule.comparison == "above" else value < rule.value


def is_clear(rule: Rule, value: Number) -> bool:
    """Whether the value has reached the clear value or lies beyond it."""
    return value <= rule.clear if rule.comparison == "above" else value >= rule.clear


def decide(rule: Rule, state: State, figure: Figure, *, present: bool) -> Decision:
    """What the figure means for the rule; a period that is over may end an exception, never begin one."""
    match state:
        case Standing(escalation=escalation):
            return _while_standing(rule, escalation, figure)
        case Pending(since=since):
            wrong = _breach(rule, figure)
            if wrong is not Reason.BREACHED:
                return Forget(wrong)
            lasted = figure.told_at - since >= rule.for_
            return Raise(since) if lasted else Keep(Reason.WAITING)
        case Quiet():
            wrong = _breach(rule, figure)
            if wrong is not Reason.BREACHED:
                return Keep(wrong)
            if not present:
                return Keep(Reason.NOT_PRESENT)
            return Begin(figure.told_at) if rule.for_ else Raise(figure.told_at)
        case _:
            assert_never(state)


def let_go(state: State) -> Decision:
    """What follows when the rule no longer watches the unit."""
    match state:
        case Standing(escalation=escalation):
            return Clear(escalation, Reason.RULE_CHANGED)
        case Pending():
            return Forget(Reason.RULE_CHANGED)
        case Quiet():
            return Keep(Reason.NOT_WATCHED)
        case _:
            assert_never(state)


def reads(rule: Rule, figure: Figure) -> bool:
    """Whether the rule is about such figures: of its measure, and not weeks where it speaks of months."""
    return rule.measure == figure.measure and rule.grain == figure.grain


def is_over(rule: Rule, pending: Pending, now: dt.datetime) -> bool:
    """Whether a breach that nothing contradicted has lasted as long as the rule asks."""
    return now - pending.since >= rule.for_


def _breach(rule: Rule, figure: Figure) -> Reason:
    if figure.value is None:
        return Reason.NO_DATA
    if _too_few(rule, figure):
        return Reason.TOO_FEW
    if breaches(rule, figure.value):
        return Reason.BREACHED
    return Reason.WITHIN if is_clear(rule, figure.value) else Reason.BETWEEN


def _while_standing(rule: Rule, escalation: str, figure: Figure) -> Decision:
    if figure.value is None:
        return Clear(escalation, Reason.NOTHING_LEFT)
    if is_clear(rule, figure.value):
        return Clear(escalation, Reason.BACK)
    return Keep(Reason.STILL if breaches(rule, figure.value) else Reason.BETWEEN)


def _too_few(rule: Rule, figure: Figure) -> bool:
    return figure.denominator is not None and figure.denominator < rule.smallest_denominator
