"""Events of exceptions: a breached rule, who was asked, and how it ended."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.commitments import Words
from schemas.envelope import Name
from schemas.measures import Number

Severity = Literal["notice", "warning", "serious"]
Turn = Literal["silence", "lapsed", "snooze_over"]
"""Why somebody is asked: those before did not answer, an acknowledgement lapsed, or a snooze is over."""


class EscalationRaised(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule is breached for a unit and has been for as long as the rule asks."""

    escalation: Name
    rule: Name
    unit: Name
    measure: Name
    title: Words
    severity: Severity
    value: Number
    threshold: Number
    period: Name
    since: Annotated[str, Meta(description="RFC 3339: the first figure that breached.")]
    asked: Annotated[str, Meta(description="Staff id of the first person asked; blank: nobody found.")]
    next_at: Annotated[str, Meta(description="RFC 3339: when the next rung is asked.")] | UnsetType = UNSET
    next_asked: Annotated[str, Meta(description="Staff id on the next rung.")] | UnsetType = UNSET
    cause: Annotated[str, Meta(description="Id of the metric event.")] | UnsetType = UNSET


class EscalationAcknowledged(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who was asked says that they are on it; the ladder stops until the acknowledgement lapses."""

    escalation: Name
    unit: Name
    by: Name
    note: Words
    until: (
        Annotated[str, Meta(description="RFC 3339: when it lapses and they are asked again.")] | UnsetType
    ) = UNSET


class EscalationSnoozed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nobody is asked before a moment that a person has chosen."""

    escalation: Name
    unit: Name
    by: Name
    note: Words
    until: Annotated[str, Meta(description="RFC 3339: when somebody is asked again.")]


class EscalationEscalated(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody is asked: the next rung, or again whoever had it when they acknowledged or snoozed it."""

    escalation: Name
    unit: Name
    rung: int
    asked: Annotated[str, Meta(description="Staff id; blank: nobody is left to ask.")]
    next_at: str | UnsetType = UNSET
    next_asked: str | UnsetType = UNSET
    why: Annotated[Turn, Meta(description="Without it: those before did not answer in time.")] | UnsetType = (
        UNSET
    )


class EscalationCleared(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The figure is back beyond the clear value."""

    escalation: Name
    unit: Name
    value: Number | None
    why: Words


class EscalationClosed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person ends it with a commitment or with a reason."""

    escalation: Name
    unit: Name
    by: Name
    commitment: Name | UnsetType = UNSET
    reason: Words | UnsetType = UNSET
