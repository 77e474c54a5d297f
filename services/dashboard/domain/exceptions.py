"""Exceptions in words: how long raised, what happens next, who is on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.dashboard.domain import words
from services.dashboard.domain.agreements import Escalation

Names = Callable[[str], str]
OPEN = ("raised", "acknowledged", "snoozed")
_GRAVITY = {"serious": 0, "warning": 1, "notice": 2}


@dataclass(frozen=True, slots=True)
class Need:
    """One exception as a reader meets it."""

    id: str
    unit: str
    measure: str
    title: str
    when: str
    next: str
    tone: Literal["late", "soon", "later"]
    state: str


def in_order(escalations: Sequence[Escalation]) -> list[Escalation]:
    """Unanswered before acknowledged, serious before notices, the oldest first."""
    return sorted(
        escalations,
        key=lambda one: (one.state != "raised", _GRAVITY.get(one.severity, 1), one.raised_at or ""),
    )


def need(one: Escalation, names: Names, now: dt.datetime) -> Need:
    """Say one exception."""
    raised = words.since_when(one.raised_at, now)
    return Need(
        id=one.id,
        unit=one.unit,
        measure=one.measure,
        title=one.title or one.rule_name or one.rule,
        when="New today" if raised == "today" and one.state == "raised" else f"Raised {raised}",
        next=what_next(one, names, now),
        tone="late" if one.state == "raised" else "later",
        state=one.state,
    )


def what_next(one: Escalation, names: Names, now: dt.datetime) -> str:
    """`Goes to Dan Whitlock (head of service) tomorrow 12:00 unless you act.`"""
    if one.state == "acknowledged" and one.acknowledged:
        return f"{names(one.acknowledged.by)} is on it: “{one.acknowledged.note}”"
    if one.state == "snoozed" and one.snoozed:
        wait = words.moment(one.snoozed.until, now)
        return f"{names(one.snoozed.by)} lets it wait until {wait}: “{one.snoozed.note}”"
    if one.state == "cleared":
        return "The figure is back where it should be. It stays here until somebody closes it."
    if one.state == "closed" and one.closed:
        how = "with a commitment" if one.closed.commitment else f"because: {one.closed.reason}"
        return f"Closed by {names(one.closed.by)} {how}"
    if one.next and one.next.at:
        who = names(one.next.person) if one.next.person else "the next on the ladder"
        held = f" ({words.role(one.next.role)})" if one.next.role else ""
        return f"Goes to {who}{held} {words.moment(one.next.at, now)} unless you act."
    if one.asked:
        return f"{words.listed([names(ask.person) for ask in one.asked])} asked; nobody is left to ask."
    return "Nobody could be found to ask."


def history(one: Escalation, names: Names, now: dt.datetime) -> list[tuple[str, str]]:
    """What has happened, oldest first, as (when, what)."""
    told: list[tuple[str, str, str]] = []
    if one.since:
        told.append((one.since, "The figure crossed the line", ""))
    if one.raised_at:
        told.append((one.raised_at, "Raised", ""))
    told += [(ask.at, "Asked", names(ask.person) if ask.person else "nobody found") for ask in one.asked]
    if one.acknowledged:
        told.append(
            (one.acknowledged.at, f"Acknowledged by {names(one.acknowledged.by)}", one.acknowledged.note)
        )
    if one.snoozed:
        told.append((one.snoozed.at, f"Snoozed by {names(one.snoozed.by)}", one.snoozed.note))
    if one.closed:
        told.append((one.closed.at, f"Closed by {names(one.closed.by)}", one.closed.reason or ""))
    told.sort(key=lambda entry: entry[0])
    return [(words.moment(at, now), f"{what}: {note}" if note else what) for at, what, note in told]
