"""A batch of events folded into what the ledger must write: new events, lines and faults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from services.metrics.domain.book import Fault, Key, Present
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
    """Everything that a batch does to the ledger.

    `entries` are the lines of all events, one event after the other; `counts` says how many are each event's.
    """

    events: list[Heard] = field(default_factory=list)
    entries: list[tuple[Key, int]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    faults: list[FaultLine] = field(default_factory=list)
    items: dict[ItemId, Present | None] = field(default_factory=dict)
    facts: dict[ItemId, Facts] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """The lines one by one, each with its event: for few of them."""
        left = iter(self.entries)
        return [
            Line(event.place, n, event.item, event.known_at, *entry)
            for event, count in zip(self.events, self.counts, strict=True)
            for n, entry in enumerate(islice(left, count))
        ]


def fold(heard: Iterable[Heard], known: Mapping[ItemId, Facts], how: Fold = happens) -> Folded:
    """Take the events in the order of the log; what says nothing new leaves no trace."""
    folded, changed = Folded(), dict[ItemId, Facts]()
    for event in heard:
        item = event.item
        before = changed.get(item) or known.get(item, NO_FACTS)
        change = how(before, event.fact)
        if change is not None:
            changed[item] = change.after
            folded.events.append(event)
            folded.entries += change.lines
            folded.counts.append(len(change.lines))
            if change.faults:
                add_faults(folded, event, change.faults)
    folded.items = {item: present(facts) for item, facts in changed.items()}
    folded.facts = {**known, **{item: facts.settled() for item, facts in changed.items()}}
    return folded


def add_faults(folded: Folded, event: Heard, faults: Sequence[tuple[Fault, int]]) -> None:
    """Note what one event brought to light or explained."""
    for n, (fault, amount) in enumerate(faults):
        folded.faults.append(FaultLine(event.place, n, event.item.tenant, fault, amount))
