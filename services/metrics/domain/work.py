"""What follows from the facts of one work item: its history walked through the state table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.metrics.domain.book import Key, Present, Reckoning
from services.metrics.domain.facts import Fact
from services.metrics.domain.history import in_order, whole
from services.metrics.domain.item import AWAITING, OPEN, Item
from services.metrics.domain.state_table import apply
from services.metrics.domain.stocks import Days, movements


def reckon(facts: Iterable[Fact]) -> Reckoning:
    """Every line, fault and the present state of one item, from the events of it that count."""
    history = in_order(facts)
    texts = whole(history)
    item = Item(texts.get("kind", ""), texts.get("route", ""), texts.get("urgency", ""))
    days = _walk(item, history)
    item.post_completions()
    flows = item.flows
    for day, account, (team, worker, details), amount in movements(days):
        key = Key(account, team, day, item.kind, "", worker, details)
        flows[key] = flows.get(key, 0) + amount
    postings = {key: amount for key, amount in flows.items() if amount}
    return Reckoning(postings, item.faults, _present(item))


def _walk(item: Item, history: Sequence[Fact]) -> Days:
    days = []
    for place, fact in enumerate(history):
        apply(item, fact)
        if place + 1 == len(history) or history[place + 1].day != fact.day:
            days.append((fact.day, item.standing()))
    return days


def _present(item: Item) -> Present:
    done = item.completion
    return Present(
        state=_state(item),
        kind=item.kind,
        urgency=item.urgency,
        team=item.team or (done.team if done and item.phase == AWAITING else ""),
        worker=item.worker,
        due=item.due,
        start_by=item.start_by,
        received=item.received,
        ended=item.ended,
        outcome=done.outcome if done else "",
    )


def _state(item: Item) -> str:
    if item.phase == AWAITING:
        return "awaiting"
    if item.phase == OPEN:
        return "open"
    return "completed" if item.completion else "cancelled"
