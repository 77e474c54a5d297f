"""What decisions did to spend: each change of weekly cost, given to who completed what decided it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.metrics.domain.money import in_words, pence
from services.metrics.domain.periods import containing

SIGNS: Mapping[str, int] = {"spend_started": 1, "spend_changed": 1, "spend_ended": -1}
"""How each flow changes weekly cost; what teams pass to each other changes nothing."""
ONE_OFF = "one_off"


class Decider(NamedTuple):
    """Who completed the work in which something was decided."""

    worker: str
    team: str
    kind: str


class Spent(NamedTuple):
    """One cell of spend: the account, the work that decided it (blank: none named), 1/1300 pence."""

    account: str
    decided_in: str
    amount: int


@dataclass
class Effect:
    """What some decisions changed: weekly and one-off cost, and in which work they were taken."""

    weekly: int = 0
    once: int = 0
    decisions: set[str] = field(default_factory=set)

    def add(self, spent: Spent) -> None:
        """One more cell."""
        self.weekly += SIGNS.get(spent.account, 0) * spent.amount
        self.once += spent.amount if spent.account == ONE_OFF else 0
        if spent.decided_in:
            self.decisions.add(spent.decided_in)


def effect_of(spent: Iterable[Spent]) -> Effect:
    """What some cells come to."""
    found = Effect()
    for one in spent:
        found.add(one)
    return found


def together(parts: Iterable[Effect]) -> Effect:
    """Several effects as one."""
    whole = Effect()
    for part in parts:
        whole.weekly += part.weekly
        whole.once += part.once
        whole.decisions |= part.decisions
    return whole


@dataclass(frozen=True)
class Effects:
    """A unit's change of weekly cost, told apart by who can be given it; the parts add up to the whole."""

    whole: Effect
    by_worker: dict[str, Effect]
    """Blank: it was completed, but no worker is known."""
    by_team: dict[str, Effect]
    by_kind: dict[str, Effect]
    unnamed: Effect
    """No decision was named."""
    unknown: Effect
    """A decision was named that nobody has completed, as far as is known."""


def effects(spent: Iterable[Spent], deciders: Mapping[str, Decider]) -> Effects:
    """Each cell given to whom it can be given."""
    found = Effects(Effect(), {}, {}, {}, Effect(), Effect())
    for one in spent:
        found.whole.add(one)
        decider = deciders.get(one.decided_in)
        if not one.decided_in:
            found.unnamed.add(one)
        elif decider is None:
            found.unknown.add(one)
        else:
            _give(found, one, decider)
    return found


def _give(found: Effects, one: Spent, decider: Decider) -> None:
    for parts, name in (
        (found.by_worker, decider.worker),
        (found.by_team, decider.team),
        (found.by_kind, decider.kind),
    ):
        parts.setdefault(name, Effect()).add(one)


class Done(NamedTuple):
    """A completion as the ledger has it."""

    subject: str
    day: dt.date
    decider: Decider
    amount: int


def deciders(done: Iterable[Done]) -> dict[str, Decider]:
    """Who completed each piece of work: of several completions that stand the last."""
    standing = sorted((one for one in done if one.amount > 0), key=lambda one: (one.day, one.decider))
    return {one.subject: one.decider for one in standing}


def sentence(
    whose: str, done: Mapping[str, int], own: Effect, whole: Effect, days: tuple[dt.date, dt.date]
) -> str:
    """`Your 12 reviews in May changed weekly spend by −£340 of the service's −£8,900.`"""
    count = sum(done.values())
    kinds = sorted(kind for kind, many in done.items() if many)
    noun = _noun(kinds[0], count) if len(kinds) == 1 and kinds[0] else _noun("piece of work", count)
    changed = f"changed weekly spend by {signed(own.weekly)} of the service's {signed(whole.weekly)}"
    many = "" if count == 1 else f"{count:,} "
    return f"{whose} {many}{noun} {_when(days)} {changed}."


REVIEW = "review"
"""The kind of work of which people ask whether it is worth its while."""


def of_reviews(effects: Effects, days: tuple[dt.date, dt.date]) -> str:
    """`Reviews changed weekly spend by −£1,340 in May, of −£340 in all; nobody can be given +£100 of it.`"""
    own, whole = effects.by_kind.get(REVIEW, Effect()), effects.whole
    when, all_ = _when(days), signed(whole.weekly)
    if own.decisions:
        many = "One review" if len(own.decisions) == 1 else f"{len(own.decisions):,} reviews"
        said = f"{many} changed weekly spend by {signed(own.weekly)} {when}, of {all_} in all"
    else:
        said = f"No review changed weekly spend {when}; in all it changed by {all_}"
    nobodys = effects.unnamed.weekly + effects.unknown.weekly
    return f"{said}; nobody can be given {signed(nobodys)} of it." if nobodys else f"{said}."


def signed(amount: int) -> str:
    """`−£340`, `+£12.50` or `£0`."""
    if not pence(amount):
        return "£0"
    return f"{'−' if amount < 0 else '+'}{in_words(amount)}"


def _noun(kind: str, count: int) -> str:
    if kind == "piece of work":
        return kind if count == 1 else "pieces of work"
    return kind if count == 1 else f"{kind}s"


def _when(days: tuple[dt.date, dt.date]) -> str:
    first, last = days
    month = containing(first, "month")
    if (month.first, month.last) == (first, last):
        return f"in {month.named(last)}"
    return f"from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def counted(cells: Sequence[tuple[Sequence[str], int]]) -> dict[str, Counter[str]]:
    """Counts by account and kind."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (account, kind), amount in cells:
        found[account][kind] += amount
    return found
