"""Whole histories folded at once: what `batch.fold` gives of them, for less.

Who has all events of an item at hand, as a rebuild and an audit have, need not put together what is known of
the item after each of them. While every event comes last in its history and is met for the first time, the
walk goes on, a step an event, as live; from the first that does not, the rest is folded as live.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from services.metrics.domain.batch import Folded, add_faults, fold
from services.metrics.domain.fact import Identity
from services.metrics.domain.facts import Facts
from services.metrics.domain.hearing import Heard
from services.metrics.domain.walk import Walk, begun, step, walkable

_ITEM = attrgetter("item")


def fold_whole(heard: Sequence[Heard]) -> Folded:
    """Fold items of which nothing was known, all events of each together and in the order of the log.

    Gives what `fold(heard, {})` gives but `facts`, which nobody needs who has every event.
    """
    folded = Folded()
    for item, some in groupby(heard, _ITEM):
        history = list(some)
        walk, steps = _walk(folded, history)
        if walk is not None:
            folded.items[item] = walk.item.present()
        if steps < len(history):
            kept = b"".join([event.fact.kept for event in history[:steps]])
            known = {} if walk is None else {item: Facts(kept, walk)}
            _append(folded, fold(history[steps:], known))
    return folded


def _walk(folded: Folded, history: Sequence[Heard]) -> tuple[Walk | None, int]:
    """Go as many steps as there can be; answers where that ends and how many they were."""
    walk: Walk | None = None
    met: set[Identity] = set()
    for steps, event in enumerate(history):
        fact = event.fact
        if fact.identity in met or not walkable(fact):
            return walk, steps
        found = step(walk or begun(fact), fact)
        if found is None:
            return walk, steps
        met.add(fact.identity)
        walk = found.walk
        folded.events.append(event)
        folded.entries += found.lines
        folded.counts.append(len(found.lines))
        if found.faults:
            add_faults(folded, event, found.faults)
    return walk, len(history)


def _append(folded: Folded, rest: Folded) -> None:
    folded.events += rest.events
    folded.entries += rest.entries
    folded.counts += rest.counts
    folded.faults += rest.faults
    folded.items |= rest.items
