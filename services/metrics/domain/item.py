"""A work item on the walk through its history: what holds so far, and the flows posted on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, cast

from msgspec import Struct, field
from msgspec.structs import replace

from services.metrics.domain.book import Detail, Fault, Key, Present, dated, detail, made, named
from services.metrics.domain.fact import Fact

Phase = Literal[0, 1, 2]
AWAITING: Final = 0
OPEN: Final = 1
CLOSED: Final = 2

_NO_FLOWS, _NO_FAULTS = cast("list[Key]", ()), cast("dict[Any, int]", MappingProxyType({}))
"""The flows and faults of an item at rest: a rule that forgets to make its own cannot write here."""

Where = tuple[str, str, Detail]
"""Team, worker and detail under which an item stands in a stock."""


class Completion(Struct, frozen=True, gc=False):
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
    """What the stocks need to know of the item at the end of a day: where it stands (None: nowhere).

    `held` and `due` while it is open; `to_start` while it is also to be started by `start_by`, and never was.
    """

    held: Where | None
    due: dt.date | None
    to_start: Where | None
    start_by: dt.date | None
    unauthorised: Where | None
    incomplete: Where | None


UNBORN = Standing(None, None, None, None, None, None)
"""Before anything has happened to the item."""


class Item(Struct, gc=False):
    """The state of the walk. Only the rules of `state_table` change it, one event after another.

    `completion` is the one that stands; those that a reopening ended are `past`.
    """

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
    past: tuple[Completion, ...] = ()
    flows: list[Key] = field(default_factory=list)
    faults: dict[Fault, int] = field(default_factory=dict)

    def post(self, account: str, team: str, day: dt.date, worker: str, details: Detail = ()) -> None:
        """Count one in a flow of a team."""
        self.flows.append(made(Key, (account, team, day, self.kind, "", worker, details)))

    def fault(self, fact: Fact, name: str) -> None:
        """Count a fault of the feed on the day of the event."""
        key = Fault(fact.identity.source, name, fact.day)
        self.faults[key] = self.faults.get(key, 0) + 1

    @classmethod
    def unborn(cls, texts: Mapping[str, str]) -> Item:
        """An item to which nothing has happened yet; the texts are of the whole item."""
        return cls(texts.get("kind", ""), texts.get("route", ""), texts.get("urgency", ""))

    def onward(self) -> Item:
        """The same item with nothing posted yet; one that was walked to its end is never changed again."""
        return replace(self, flows=[], faults={})

    def rest(self) -> None:
        """Let go of what was posted on the way."""
        self.flows, self.faults = _NO_FLOWS, _NO_FAULTS

    def standing(self) -> Standing:
        """The item as it is now, for the stocks."""
        if self.phase == OPEN:
            team, worker, due, start_by = self.team, self.worker, self.due, self.start_by
            held = (team, worker, () if due is None else dated("due", due))
            if start_by is None or self.ever_started:
                return made(Standing, (held, due, None, None, None, None))
            return made(
                Standing, (held, due, (team, worker, dated("start_by", start_by)), start_by, None, None)
            )
        done = self.completion
        if done is None:
            return UNBORN
        if self.phase == AWAITING:
            return made(Standing, (None, None, None, None, None, (done.team, done.worker, ())))
        if not done.needs_authorisation or done.early or self.authorised:
            return UNBORN
        undone = (done.team, done.worker, () if done.due is None else dated("due", done.due))
        return made(Standing, (None, None, None, None, undone, None))

    def endings(self) -> dict[Key, int]:
        """The lines of all completions with their outcome as amended, and of how referrals ended."""
        lines: dict[Key, int] = {}
        for done in self.past if self.completion is None else (*self.past, self.completion):
            for key, amount in self._lines_of(done):
                lines[key] = lines.get(key, 0) + amount
        return {key: amount for key, amount in lines.items() if amount} if self.past else lines

    def _lines_of(self, done: Completion) -> Iterator[tuple[Key, int]]:
        team, day, kind, worker = done.team, done.day, self.kind, done.worker
        outcome = named("outcome", done.outcome)
        yield made(Key, ("completed", team, day, kind, "", worker, outcome)), 1
        if done.late:
            yield made(Key, ("completed_late", team, day, kind, "", worker, outcome)), 1
        if done.days is not None:
            yield made(Key, ("days_to_complete", team, day, kind, "", worker, named("days", done.days))), 1
        if self.referral is not None:
            yield from self._end_of(self.referral, done)

    def _end_of(self, referral: Referral, done: Completion) -> Iterator[tuple[Key, int]]:
        """Tell the sending team how the work that it passed on ended, and take it back on a reopening."""
        details = detail(
            ("outcome", done.outcome),
            ("passed", referral.passed.isoformat()),
            ("to_team", referral.to_team),
        )
        for day, amount in ((done.day, 1), (done.reopened, -1)):
            if day is not None:
                yield Key("referral_ended", referral.from_team, day, self.kind, "", "", details), amount

    def present(self) -> Present:
        """How the item stands, for lists of work."""
        done = self.completion
        team = self.team or (done.team if done and self.phase == AWAITING else "")
        names = (self._state(), self.kind, self.urgency, team, self.worker)
        days = (self.due, self.start_by, self.received, self.ended)
        return made(Present, (*names, *days, done.outcome if done else ""))

    def _state(self) -> str:
        if self.phase == AWAITING:
            return "awaiting"
        if self.phase == OPEN:
            return "open"
        return "completed" if self.completion else "cancelled"
