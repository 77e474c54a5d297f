"""A work item's history walked to its end, and one more event taken at that end.

Most events come last in their item's history. What such an event does to the ledger follows from how the
item stands and from what the stocks say of that day and of later ones: no line of an earlier day can change.
So only those slots are compared, not the whole item before and after (`work.reckon`, which says the same).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from services.metrics.domain.book import Fault, Key
from services.metrics.domain.fact import Fact
from services.metrics.domain.history import WHOLE, Place, in_order, place, told, whole
from services.metrics.domain.item import Item, Standing
from services.metrics.domain.state_table import TABLE, apply
from services.metrics.domain.stocks import DAY, Stand, ahead, stand


class Walk(Struct, frozen=True, gc=False):
    """The end of a walk. Never changed: a step leaves it as it is and makes another.

    `eve` is how the item stood when its last day began, `last` where its last event stands in the history,
    `vague` whether some event of the last day knows no hour, `told` which texts some receipt gave.
    """

    item: Item
    eve: Standing
    last: Place
    vague: bool
    told: frozenset[str]


class Step(NamedTuple):
    """One event at the end of a walk: the slots that it can touch, before and after it, and its faults."""

    walk: Walk
    before: Mapping[Key, int]
    after: Mapping[Key, int]
    faults: Mapping[Fault, int]


_BEFORE_ALL: Place = (dt.date.min, False, 0, 0, 0, 0, "", "")


def walkable(fact: Fact) -> bool:
    """Whether the state table says all that this event does, as it does not of rows and retractions."""
    return fact.noun == "work" and fact.verb in TABLE


def begun(fact: Fact) -> Walk:
    """A walk that has yet to take its first event, which is this one."""
    item = Item.unborn(whole([fact]))
    item.rest()
    return Walk(item, item.standing(), _BEFORE_ALL, False, frozenset())


def walked(facts: Iterable[Fact]) -> Walk:
    """The end of the history of these events, all of them walkable."""
    history = in_order(facts)
    item = Item.unborn(whole(history))
    eve, last, vague = item.standing(), _BEFORE_ALL, False
    for fact in history:
        if fact.day != last[0]:
            eve, vague = item.standing(), False
        vague = vague or not fact.exact
        apply(item, fact)
        last = place(fact, vague)
    item.rest()
    return Walk(item, eve, last, vague, told(history))


def step(walk: Walk, fact: Fact) -> Step | None:
    """Take one more event; None where it does not come last, or changes what the whole item is."""
    given = _told(walk, fact)
    if given is None or not _comes_last(walk, fact):
        return None
    old, day = walk.item, fact.day
    item = old.onward()
    apply(item, fact)
    stood, stands = old.standing(), item.standing()
    new_day = day != walk.last[0]
    eve = stood if new_day else walk.eve
    before: dict[Key, int] = {}
    after = item.flows
    if stands != stood:
        base = stand(eve, day - DAY)
        _add_stocks(before, item.kind, base, day, stood)
        _add_stocks(after, item.kind, base, day, stands)
    if item.completion is not old.completion or item.referral is not old.referral:
        before |= old.endings()
        after |= item.endings()
    faults = item.faults
    item.rest()
    vague = not fact.exact or (walk.vague and not new_day)
    return Step(Walk(item, eve, place(fact, vague), vague, given), before, after, faults)


def _add_stocks(slots: dict[Key, int], kind: str, eve: Stand, day: dt.date, standing: Standing) -> None:
    for when, account, (team, worker, details), amount in ahead(eve, day, standing):
        slots[Key(account, team, when, kind, "", worker, details)] = amount


def _comes_last(walk: Walk, fact: Fact) -> bool:
    if fact.day != walk.last[0]:
        return fact.day > walk.last[0]
    if walk.vague or fact.exact:
        return place(fact, walk.vague) > walk.last
    return False


def _told(walk: Walk, fact: Fact) -> frozenset[str] | None:
    """Which texts receipts gave after this event too; None where a text of the whole item is another then."""
    given = walk.told
    for name, value in fact.texts.items():
        if name not in WHOLE:
            continue
        if fact.verb == "received":
            given |= {name}
        elif name in given:
            continue
        if value != getattr(walk.item, name):
            return None
    return given
