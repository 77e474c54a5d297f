"""The fold: from what is known of an item to its lines, from one more event to the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from services.metrics.domain import commitments, work
from services.metrics.domain.book import NOTHING, Entry, Key, Reckoning, changes
from services.metrics.domain.facts import Fact, Facts, evolve, standing

FOLD_VERSION = 1
"""Rises with every change of what a log means; a ledger made by another fold must be rebuilt."""

NOUNS: Mapping[str, Callable[[Iterable[Fact]], Reckoning]] = {
    "work": work.reckon,
    "commitment": commitments.reckon,
    "meeting": commitments.reckon,
}


def postings(facts: Facts) -> Mapping[Key, int]:
    """Every amount that the facts of one item put into the ledger: no clock, no rules, no other item."""
    return reckoning(facts).postings


def entries(before: Facts, fact: Fact) -> tuple[Facts, list[Entry]]:
    """What one event does to the ledger: lines that no longer hold are reversed, new ones are added."""
    after = evolve(before, fact)
    if after is before:
        return before, []
    return after, changes(postings(before), postings(after))


def reckoning(facts: Facts) -> Reckoning:
    """Postings, faults and present state, worked out once for each value of the facts."""
    if facts.memo is None:
        facts.memo = _reckon(facts)
    return facts.memo


def _reckon(facts: Facts) -> Reckoning:
    counting, conflicts = standing(facts)
    if not counting:
        return NOTHING._replace(faults=conflicts)
    found = NOUNS[counting[0].noun](counting)
    for fault, amount in found.faults.items():
        conflicts[fault] = conflicts.get(fault, 0) + amount
    return found._replace(faults=conflicts)
