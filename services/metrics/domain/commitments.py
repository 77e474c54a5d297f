"""Commitments and meetings in the ledger: the performance culture is measured like the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import singledispatch

from schemas.commitments import (
    CommitmentAgreed,
    CommitmentCarriedForward,
    CommitmentCompleted,
    CommitmentDropped,
    MeetingStarted,
)
from services.metrics.domain.book import Key, Reckoning
from services.metrics.domain.fact import Fact

DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Promise:
    """A commitment on the walk through its stream; `deadline` is the present one."""

    unit: str
    owner: str
    deadline: dt.date
    open: bool = True
    postings: dict[Key, int] = field(default_factory=dict)

    def post(self, account: str, day: dt.date, amount: int = 1) -> None:
        """Add to an account of the unit, for the owner."""
        key = Key(account, self.unit, day, "", "", self.owner, ())
        self.postings[key] = self.postings.get(key, 0) + amount


def reckon(facts: Iterable[Fact]) -> Reckoning:
    """What follows from the events of one commitment or one meeting, in the order of its stream."""
    promise: Promise | None = None
    meetings: dict[Key, int] = {}
    for fact in sorted(facts, key=_place):
        said = fact.data
        if isinstance(said, MeetingStarted):
            meetings = meetings or {Key("meetings_held", said.unit, fact.day, "", "", "", ()): 1}
        elif isinstance(said, CommitmentAgreed):
            promise = promise or _agree(said, fact.day)
        elif promise is not None and promise.open:
            _happens(said, promise, fact.day)
    if promise is None:
        return Reckoning(meetings, {}, None)
    if promise.open:
        _stand_by(promise, None)
    postings = {key: amount for key, amount in promise.postings.items() if amount}
    return Reckoning(postings | meetings, {}, None)


def _place(fact: Fact) -> tuple[int, dt.date, int, str, str]:
    return (fact.sequence, fact.day, fact.at, *fact.identity)


def _agree(said: CommitmentAgreed, day: dt.date) -> Promise:
    promise = Promise(unit=said.unit, owner=said.owner, deadline=said.deadline)
    promise.post("commitments_open", day)
    return promise


@singledispatch
def _happens(_said: object, _promise: Promise, _day: dt.date) -> None:
    """Other events of the stream change no account."""


@_happens.register
def _(_said: CommitmentCompleted, promise: Promise, day: dt.date) -> None:
    _stand_by(promise, day)
    if day <= promise.deadline:
        promise.post("commitments_due", promise.deadline)
        promise.post("commitments_kept", day)
    _end(promise, day)


@_happens.register
def _(_said: CommitmentDropped, promise: Promise, day: dt.date) -> None:
    _stand_by(promise, day)
    _end(promise, day)


@_happens.register
def _(said: CommitmentCarriedForward, promise: Promise, day: dt.date) -> None:
    _stand_by(promise, day)
    promise.deadline = said.deadline


def _stand_by(promise: Promise, day: dt.date | None) -> None:
    """The present deadline counts as due and missed unless something happened on or before it (`day`)."""
    if day is None or day > promise.deadline:
        promise.post("commitments_due", promise.deadline)
        promise.post("commitments_late", promise.deadline + DAY)


def _end(promise: Promise, day: dt.date) -> None:
    promise.open = False
    promise.post("commitments_open", day, -1)
