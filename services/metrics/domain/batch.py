"""A batch of events folded into what the ledger must write: new events, lines and faults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.metrics.domain.book import Fault, Key, Present, made
from services.metrics.domain.fact import Fact
from services.metrics.domain.facts import NO_FACTS, Facts
from services.metrics.domain.hearing import Heard, ItemId, Place
from services.metrics.domain.postings import Change, happens, present

Fold = Callable[[Facts, Fact], Change | None]
"""From an item's facts and one more event to what that changes: the short way or the obvious one."""


class Line(NamedTuple):
    """One line of the ledger: the nth of what its event did."""

    place: Place
    n: int
    item: ItemId
    known_at: dt.datetime
    key: Key
    amount: int


class FaultLine(NamedTuple):
    """A fault that an event brought to light (amount 1 or more) or explained (below 0)."""

    place: Place
    n: int
    tenant: str
    fault: Fault
    amount: int


class Mark(NamedTuple):
    """What changed, to be told: an account of a team in the days from `since` to `until`, or to today."""

    tenant: str
    team: str
    account: str
    since: dt.date
    until: dt.date | None


@dataclass(slots=True)
class Folded:
    """Everything that a batch does to the ledger."""

    events: list[Heard] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    faults: list[FaultLine] = field(default_factory=list)
    items: dict[ItemId, Present | None] = field(default_factory=dict)
    sources: dict[ItemId, str] = field(default_factory=dict)
    facts: dict[ItemId, Facts] = field(default_factory=dict)


def fold(heard: Iterable[Heard], known: Mapping[ItemId, Facts], how: Fold = happens) -> Folded:
    """Take the events in the order of the log; what says nothing new leaves no trace."""
    folded = Folded(facts=dict(known))
    for event in heard:
        change = how(folded.facts.get(event.item, NO_FACTS), event.fact)
        if change is not None:
            _add(folded, event, change)
    for item in folded.sources:
        folded.items[item] = present(folded.facts[item])
    for item in {event.item for event in folded.events}:
        folded.facts[item] = folded.facts[item].settled()
    return folded


def _add(folded: Folded, event: Heard, change: Change) -> None:
    place, known_at, item = event.place, event.known_at, event.item
    folded.events.append(event)
    folded.facts[item] = change.after
    if change.listed:
        folded.sources[item] = event.fact.identity.source
    folded.lines += [
        made(Line, (place, n, item, known_at, key, amount)) for n, (key, amount) in enumerate(change.lines)
    ]
    for n, (fault, amount) in enumerate(change.faults):
        folded.faults.append(FaultLine(place, n, item.tenant, fault, amount))
