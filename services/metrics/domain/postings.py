"""The fold: from what is known of an item to its lines, from one more event to the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from services.metrics.domain import commitments, feeding
from services.metrics.domain.book import (
    NOTHING,
    Entry,
    Fault,
    Key,
    Present,
    Reckoning,
    changes,
    fault_changes,
)
from services.metrics.domain.fact import Fact
from services.metrics.domain.facts import Facts, evolve, standing
from services.metrics.domain.walk import Walk, begun, step, walkable, walked

FOLD_VERSION = 2
"""Rises with every change of what a log means; a ledger made by another fold must be rebuilt."""

NOUNS: Mapping[str, Callable[[Iterable[Fact]], Reckoning]] = {
    "work": feeding.reckon,
    "package": feeding.reckon,
    "commitment": commitments.reckon,
    "meeting": commitments.reckon,
}
"""What posts; of another noun (a purpose, a target) the events are kept and change no account."""


class Change(Struct, frozen=True, gc=False):
    """What one event does: the facts after it, its lines (reversals first) and its faults."""

    after: Facts
    lines: Sequence[tuple[Key, int]]
    faults: Sequence[tuple[Fault, int]]


def happens(before: Facts, fact: Fact) -> Change | None:
    """What one event does to the ledger; None if it says nothing new."""
    return _at_the_end(before, fact) or obviously(before, fact)


def obviously(before: Facts, fact: Fact) -> Change | None:
    """The same for any event at any time: everything before, everything after, and the difference."""
    after = evolve(before, fact)
    if after is before:
        return None
    old, new = reckoning(before), reckoning(after)
    return Change(
        after,
        changes(old.postings, new.postings),
        fault_changes(old.faults, new.faults),
    )


def _at_the_end(before: Facts, fact: Fact) -> Change | None:
    """The short way, for a new event that comes last in the history of a work item; None for any other."""
    if not walkable(fact) or (before.kept and before.mentions(fact.identity)):
        return None
    walk = before.walk or _walk(before, fact)
    found = walk and step(walk, fact)
    if not found:
        return None
    return Change(Facts(before.kept + fact.kept, found.walk), found.lines, found.faults)


def _walk(facts: Facts, coming: Fact) -> Walk | None:
    if not facts.kept:
        return begun(coming)
    counting, _ = standing(facts)
    if not counting:
        return begun(coming)
    return walked(counting) if all(map(walkable, counting)) else None


def entries(before: Facts, fact: Fact) -> tuple[Facts, Sequence[Entry]]:
    """What one event does to the ledger: lines that no longer hold are reversed, new ones are added."""
    change = happens(before, fact)
    return (change.after, [Entry(*line) for line in change.lines]) if change else (before, [])


def present(facts: Facts) -> Present | None:
    """How a work item stands after everything known; None for other nouns, and where nothing counts."""
    return facts.walk.item.present() if facts.walk else reckoning(facts).present


def postings(facts: Facts) -> Mapping[Key, int]:
    """Every amount that the facts of one item put into the ledger: no clock, no rules, no other item."""
    return reckoning(facts).postings


def reckoning(facts: Facts) -> Reckoning:
    """Postings, faults and present state, worked out once for each value of the facts."""
    if facts.reckoned is None:
        facts.reckoned = _reckon(facts)
    return facts.reckoned


def _reckon(facts: Facts) -> Reckoning:
    counting, conflicts = standing(facts)
    if not counting:
        return NOTHING._replace(faults=conflicts)
    reckon = NOUNS.get(counting[0].noun)
    found = reckon(counting) if reckon else NOTHING
    for fault, amount in found.faults.items():
        conflicts[fault] = conflicts.get(fault, 0) + amount
    return found._replace(faults=conflicts)
