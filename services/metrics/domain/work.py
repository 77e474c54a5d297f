"""What follows from the facts of one work item: its history walked through the state table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.metrics.domain.book import Key, Reckoning
from services.metrics.domain.fact import Fact
from services.metrics.domain.history import in_order, whole
from services.metrics.domain.item import Item
from services.metrics.domain.state_table import apply
from services.metrics.domain.stocks import Days, movements


def reckon(facts: Iterable[Fact]) -> Reckoning:
    """Every line, fault and the present state of one item, from the events of it that count."""
    history = in_order(facts)
    item = Item.unborn(whole(history))
    days = _walk(item, history)
    postings = item.flows | item.endings()
    for day, account, (team, worker, details), amount in movements(days):
        key = Key(account, team, day, item.kind, "", worker, details)
        postings[key] = postings.get(key, 0) + amount
    return Reckoning({key: amount for key, amount in postings.items() if amount}, item.faults, item.present())


def _walk(item: Item, history: Sequence[Fact]) -> Days:
    days = []
    for place, fact in enumerate(history):
        apply(item, fact)
        if place + 1 == len(history) or history[place + 1].day != fact.day:
            days.append((fact.day, item.standing()))
    return days
