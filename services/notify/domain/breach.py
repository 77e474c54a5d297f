"""A breach in words and as an event: how it opens an exception, and how its end is told."""

from __future__ import annotations

import datetime as dt

from msgspec import UNSET

from schemas.escalations import EscalationRaised
from services.notify.domain.chain import Rung
from services.notify.domain.command import Clear
from services.notify.domain.escalation import Next
from services.notify.domain.message import title, why_over
from services.notify.domain.rule import Figure, Reason, Rule


def opening(
    escalation: str,
    rule: Rule,
    figure: Figure,
    since: dt.datetime,
    unit_name: str,
    rung: Rung | None,
    onward: Next | None,
) -> EscalationRaised:
    """The event with which an exception begins."""
    value = figure.value
    if value is None:
        raise ValueError(f"Figure {figure.event} has no value, so it cannot breach {rule.id}.")
    return EscalationRaised(
        escalation=escalation,
        rule=rule.id,
        unit=figure.unit,
        measure=rule.measure,
        title=title(rule, unit_name, value),
        severity=rule.severity,
        value=value,
        threshold=rule.value,
        period=figure.period,
        since=since.isoformat(),
        asked=rung.person if rung else "",
        next_at=onward.at.isoformat() if onward else UNSET,
        next_asked=onward.person if onward else UNSET,
        cause=figure.event,
    )


def ending(rule: Rule, figure: Figure, reason: Reason, *, corrected: bool) -> Clear:
    """The command with which an exception ends by itself, and why."""
    why = why_over(rule, reason, figure.value, figure.period, corrected=corrected)
    return Clear(figure.value, why)
