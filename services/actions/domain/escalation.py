"""What was heard of an exception: enough for a meeting's agenda and for a commitment that answers it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal

from schemas.envelope import Envelope
from schemas.escalations import (
    EscalationAcknowledged,
    EscalationCleared,
    EscalationClosed,
    EscalationEscalated,
    EscalationRaised,
    EscalationSnoozed,
)
from schemas.measures import Number
from schemas.registry import instant
from services.actions.domain.promise import maybe

Event = (
    EscalationRaised
    | EscalationAcknowledged
    | EscalationEscalated
    | EscalationSnoozed
    | EscalationCleared
    | EscalationClosed
)


@dataclass(frozen=True, slots=True)
class Heard:
    """An exception as last heard of; `version` is that of its stream, so that a repeat changes nothing."""

    escalation: str
    unit: str
    rule: str
    measure: str
    title: str
    severity: str
    value: Number
    threshold: Number
    period: str
    raised_at: dt.datetime
    state: Literal["raised", "acknowledged", "cleared", "closed"] = "raised"
    ended_at: dt.datetime | None = None
    commitment: str | None = None
    version: int = 0


def evolve(before: Heard | None, event: Event, envelope: Envelope) -> Heard | None:
    """The exception after one more event; repeats and those without a beginning change nothing."""
    version = _version(envelope)
    if before is not None and version <= before.version:
        return before
    at = instant(envelope.time)
    if isinstance(event, EscalationRaised):
        return _raised(event, at, version)
    if before is None:
        return None
    match event:
        case EscalationAcknowledged() | EscalationSnoozed():
            return replace(before, state="acknowledged", version=version)
        case EscalationEscalated():
            return replace(before, state="raised", version=version)
        case EscalationCleared():
            return replace(before, state="cleared", ended_at=at, version=version)
        case EscalationClosed(commitment=commitment):
            ended = before.ended_at or at
            return replace(
                before, state="closed", ended_at=ended, commitment=maybe(commitment), version=version
            )


def _raised(event: EscalationRaised, at: dt.datetime, version: int) -> Heard:
    return Heard(
        escalation=event.escalation,
        unit=event.unit,
        rule=event.rule,
        measure=event.measure,
        title=event.title,
        severity=event.severity,
        value=event.value,
        threshold=event.threshold,
        period=event.period,
        raised_at=at,
        version=version,
    )


def _version(envelope: Envelope) -> int:
    sequence: Any = envelope.sequence
    return int(sequence) if isinstance(sequence, str) else 0
