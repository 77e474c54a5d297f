"""The order of what happened to one work item, and what holds for the item as a whole (docs/ledger.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from services.metrics.domain.fact import Fact

MILESTONES = {
    verb: place
    for place, verb in enumerate(
        (
            "received",
            "transferred",
            "due-changed",
            "unallocated",
            "allocated",
            "started",
            "completed",
            "authorised",
            "cancelled",
            "reopened",
        )
    )
}

WHOLE = frozenset(("kind", "route", "urgency"))
"""Texts that are of the item and on all its lines, whenever they were said."""

Place = tuple[dt.date, bool, int, int, int, int, str, str]


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Days in order; in its day a receipt comes first, then by instant unless some hour of it is unknown."""
    facts = list(facts)
    if len(facts) < 2:
        return facts
    vague = {fact.day for fact in facts if not fact.exact}
    return sorted(facts, key=lambda fact: place(fact, fact.day in vague))


def place(fact: Fact, vague: bool) -> Place:
    """Where an event stands in its item's history; on a vague day some event knows no hour."""
    return (
        fact.day,
        fact.verb != "received",
        0 if vague else fact.at,
        fact.recorded,
        fact.sequence,
        MILESTONES[fact.verb],
        fact.identity.source,
        fact.identity.id,
    )


def told(history: Iterable[Fact]) -> frozenset[str]:
    """Which of the texts of the whole item some receipt gives."""
    return frozenset(
        name for fact in history if fact.verb == "received" for name in fact.texts if name in WHOLE
    )


def whole(history: Sequence[Fact]) -> dict[str, str]:
    """What holds for the whole item: of each such text the last that a receipt gives, else the last one."""
    last: dict[str, str] = {}
    received: dict[str, str] = {}
    for fact in history:
        for name, value in fact.texts.items():
            if name in WHOLE:
                last[name] = value
                if fact.verb == "received":
                    received[name] = value
    return last | received
