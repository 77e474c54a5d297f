"""A work item on the walk through its history: what holds so far, and the flows posted on the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from services.metrics.domain.book import Detail, Fault, Key, detail
from services.metrics.domain.facts import Fact

Phase = Literal[0, 1, 2]
AWAITING: Final = 0
OPEN: Final = 1
CLOSED: Final = 2


@dataclass(slots=True)
class Completion:
    """The completion that ends a spell; its outcome may be amended, its day may not."""

    day: dt.date
    team: str
    worker: str
    due: dt.date | None
    outcome: str
    days: int | None
    needs_authorisation: bool
    reopened: dt.date | None = None

    @property
    def early(self) -> bool:
        """Completed before its receipt: no duration, no lateness, no authorisation."""
        return self.days is None

    @property
    def late(self) -> bool:
        """Completed after the day on which it was due."""
        return not self.early and self.due is not None and self.day > self.due


class Referral(NamedTuple):
    """Work that one team passed to another."""

    from_team: str
    to_team: str
    passed: dt.date


class Standing(NamedTuple):
    """What the stocks need to know of the item at the end of a day."""

    open: bool
    team: str
    worker: str
    due: dt.date | None
    start_by: dt.date | None
    ever_started: bool
    unauthorised: tuple[str, str, dt.date | None] | None
    incomplete: tuple[str, str] | None


@dataclass(slots=True)
class Item:
    """The state of the walk. Only the rules of `state_table` change it, one event after another."""

    kind: str
    route: str
    urgency: str
    phase: Phase = AWAITING
    team: str = ""
    worker: str = ""
    due: dt.date | None = None
    start_by: dt.date | None = None
    needs_authorisation: bool = False
    received: dt.date | None = None
    opened: dt.date | None = None
    ended: dt.date | None = None
    referral: Referral | None = None
    from_team: str = ""
    from_work: str = ""
    person: str = ""
    started: bool = False
    ever_started: bool = False
    authorised: bool = False
    cancelled_early: bool = False
    completion: Completion | None = None
    completions: list[Completion] = field(default_factory=list)
    flows: dict[Key, int] = field(default_factory=dict)
    faults: dict[Fault, int] = field(default_factory=dict)

    def post(self, account: str, team: str, day: dt.date, worker: str, details: Detail = ()) -> None:
        """Count one in a flow of a team."""
        key = Key(account, team, day, self.kind, "", worker, details)
        self.flows[key] = self.flows.get(key, 0) + 1

    def add(self, key: Key, amount: int) -> None:
        """Add an amount under a key; what adds up to nothing is left out at the end."""
        self.flows[key] = self.flows.get(key, 0) + amount

    def fault(self, fact: Fact, name: str) -> None:
        """Count a fault of the feed on the day of the event."""
        key = Fault(fact.identity.source, name, fact.day)
        self.faults[key] = self.faults.get(key, 0) + 1

    def standing(self) -> Standing:
        """The item as it is now, for the stocks."""
        done = self.completion
        unauthorised = incomplete = None
        if done is not None and self.phase == CLOSED:
            if done.needs_authorisation and not done.early and not self.authorised:
                unauthorised = (done.team, done.worker, done.due)
        elif done is not None:
            incomplete = (done.team, done.worker)
        return Standing(
            self.phase == OPEN,
            self.team,
            self.worker,
            self.due,
            self.start_by,
            self.ever_started,
            unauthorised,
            incomplete,
        )

    def post_completions(self) -> None:
        """Post every completion with its outcome as amended; done last, since a later event may amend it."""
        for done in self.completions:
            outcome = detail(("outcome", done.outcome))
            self.post("completed", done.team, done.day, done.worker, outcome)
            if done.late:
                self.post("completed_late", done.team, done.day, done.worker, outcome)
            if done.days is not None:
                self.post("days_to_complete", done.team, done.day, done.worker, (("days", done.days),))
            if self.referral is not None:
                self._end_referral(self.referral, done)

    def _end_referral(self, referral: Referral, done: Completion) -> None:
        """Tell the sending team how the work that it passed on ended, and take it back on a reopening."""
        details = detail(
            ("outcome", done.outcome),
            ("passed", referral.passed.isoformat()),
            ("to_team", referral.to_team),
        )
        for day, amount in ((done.day, 1), (done.reopened, -1)):
            if day is not None:
                key = Key("referral_ended", referral.from_team, day, self.kind, "", "", details)
                self.add(key, amount)
