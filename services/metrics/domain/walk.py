"""A work item's history walked to its end, and one more event taken at that end.

Most events come last in their item's history. What such an event does to the ledger follows from how the
item stands and from what the stocks say of that day and of later ones: no line of an earlier day can change.
So only those slots are compared, not the whole item before and after (`work.reckon`, which says the same).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from msgspec import Struct

from services.metrics.domain.book import Amounts, Fault, differences, in_line
from services.metrics.domain.fact import Fact
from services.metrics.domain.history import WHOLE, Place, in_order, place, told, whole
from services.metrics.domain.item import UNBORN, Item, Standing
from services.metrics.domain.state_table import TABLE, apply
from services.metrics.domain.stocks import moved


class Walk(Struct, frozen=True, gc=False):
    """The end of a walk. Never changed: a step leaves it as it is and makes another.

    `eve` is how the item stood when its last day began, `stands` how it stands, `last` the place of its last
    event in the history; `vague`: some event of the last day knows no hour; `told`: what texts receipts gave.
    """

    item: Item
    eve: Standing
    stands: Standing
    last: Place
    vague: bool
    told: frozenset[str]


class Step(Struct, frozen=True, gc=False):
    """One event at the end of a walk: its lines (reversals first) and its faults."""

    walk: Walk
    lines: Amounts
    faults: Sequence[tuple[Fault, int]]


_BEFORE_ALL: Place = (dt.date.min, False, 0, 0, 0, 0, "", "")


def walkable(fact: Fact) -> bool:
    """Whether the state table says all that this event does, as it does not of rows and retractions."""
    return fact.noun == "work" and fact.verb in TABLE


def begun(fact: Fact) -> Walk:
    """A walk that has yet to take its first event, which is this one."""
    item = Item.unborn(whole([fact]))
    item.rest()
    return Walk(item, UNBORN, UNBORN, _BEFORE_ALL, False, frozenset())


def walked(facts: Iterable[Fact]) -> Walk:
    """The end of the history of these events, all of them walkable."""
    history = in_order(facts)
    item = Item.unborn(whole(history))
    eve, last, vague = UNBORN, _BEFORE_ALL, False
    for fact in history:
        if fact.day != last[0]:
            eve, vague = item.standing(), False
        vague = vague or not fact.exact
        apply(item, fact)
        last = place(fact, vague)
    item.rest()
    return Walk(item, eve, item.standing(), last, vague, told(history))


def step(walk: Walk, fact: Fact) -> Step | None:
    """Take one more event; None where it does not come last, or changes what the whole item is."""
    given, day = _told(walk, fact), fact.day
    new_day = day != walk.last[0]
    vague = not fact.exact or (walk.vague and not new_day)
    here = place(fact, vague)
    if given is None or here < walk.last or (vague and not walk.vague and not new_day):
        return None
    old, stood = walk.item, walk.stands
    item = old.onward()
    apply(item, fact)
    stands, eve = item.standing(), stood if new_day else walk.eve
    taken, added = moved(item.kind, eve, day, stood, stands) if stands != stood else ([], [])
    added += [(key, 1) for key in item.flows]
    faults = sorted(item.faults.items()) if item.faults else ()
    if item.completion is not old.completion or item.referral is not old.referral:
        undone, done = differences(old.endings(), item.endings())
        taken += undone
        added += done
    item.rest()
    return Step(Walk(item, eve, stands, here, vague, given), in_line(taken, added), faults)


def _told(walk: Walk, fact: Fact) -> frozenset[str] | None:
    """Which texts receipts gave after this event too; None where a text of the whole item is another then."""
    given = walk.told
    if WHOLE.isdisjoint(fact.texts):
        return given
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
