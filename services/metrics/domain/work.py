"""What follows from the facts of one work item: its history walked through the state table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.metrics.domain.book import Key, Reckoning
from services.metrics.domain.fact import Fact
from services.metrics.domain.history import in_order, whole
from services.metrics.domain.item import Item
from services.metrics.domain.state_table import apply
from services.metrics.domain.stocks import Days, post_days


def reckon(facts: Iterable[Fact]) -> Reckoning:
    """Every line, fault and the present state of one item, from the events of it that count."""
    history = in_order(facts)
    item = Item.unborn(whole(history))
    days = _walk(item, history)
    postings: dict[Key, int] = {}
    for key in item.flows:
        postings[key] = postings.get(key, 0) + 1
    postings |= item.endings()
    post_days(postings, item.kind, days)
    return Reckoning(postings, item.faults, item.present())


def _walk(item: Item, history: Sequence[Fact]) -> Days:
    days = []
    for place, fact in enumerate(history):
        apply(item, fact)
        if place + 1 == len(history) or history[place + 1].day != fact.day:
            days.append((fact.day, item.standing()))
    return days
