"""Work as it stands today, the most urgent first, and how well the feeds speak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.metrics.domain.periods import containing

State = Literal["awaiting", "open", "completed", "cancelled"]
Cadence = Literal["live", "nightly", "weekly"]

SILENCE: dict[Cadence, dt.timedelta] = {
    "live": dt.timedelta(hours=4),
    "nightly": dt.timedelta(hours=36),
    "weekly": dt.timedelta(days=8),
}
"""For how long a feed may say nothing before it counts as quiet."""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work as a list shows it."""

    subject: str
    source: str
    kind: str
    urgency: str
    team: str
    worker: str
    due: dt.date | None
    start_by: dt.date | None
    received: dt.date | None

    @property
    def key(self) -> str:
        """The case system's own name for it."""
        return self.subject.removeprefix(self.source + "/")

    @property
    def place(self) -> tuple[dt.date, str]:
        """What the list is ordered by, for the next page."""
        return (self.due or dt.date.max, self.subject)

    def days_overdue(self, today: dt.date) -> int:
        """How many days ago it was due; 0 when it is not overdue."""
        return max((today - self.due).days, 0) if self.due else 0


@dataclass(frozen=True, slots=True)
class Item(Work):
    """One piece of work with how it ended, if it has."""

    state: State
    ended: dt.date | None
    outcome: str


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Which work to list: in which state, of whom (None: anybody), at most so many after a place."""

    state: State
    worker: str | None
    limit: int
    after: tuple[dt.date, str] = (dt.date.min, "")


@dataclass(frozen=True, slots=True)
class Counts:
    """Open work by urgency; what is due today is also due this week."""

    open: int
    overdue: int
    due_today: int
    due_this_week: int
    unallocated: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A piece of work as its lines say that it stood."""

    subject: str
    team: str
    kind: str
    worker: str
    due: dt.date | None

    @classmethod
    def of(cls, subject: str, team: str, kind: str, worker: str, due: str) -> Standing:
        """From the texts of a sum."""
        return cls(subject, team, kind, worker, dt.date.fromisoformat(due) if due else None)

    @property
    def place(self) -> tuple[dt.date, str]:
        """What the list is ordered by, for the next page."""
        return (self.due or dt.date.max, self.subject)

    def as_work(self, source: str, urgency: str, received: dt.date | None) -> Work:
        """As a list shows it."""
        return Work(
            self.subject, source, self.kind, urgency, self.team, self.worker, self.due, None, received
        )


def page_of(stood: Iterable[Standing], page: WorkPage) -> tuple[list[Standing], bool]:
    """The most urgent after a place, and whether others follow."""
    after = sorted((one for one in stood if one.place > page.after), key=lambda one: one.place)
    return after[: page.limit], len(after) > page.limit


def counts_of(stood: Sequence[Standing], day: dt.date) -> Counts:
    """How much is how urgent at the end of the day."""
    dues = [one.due for one in stood if one.due]
    week = containing(day, "week").last
    return Counts(
        open=len(stood),
        overdue=sum(due < day for due in dues),
        due_today=sum(due == day for due in dues),
        due_this_week=sum(day <= due <= week for due in dues),
        unallocated=sum(not one.worker for one in stood),
    )


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of events: the day of its last event, when the log took it, how many there are."""

    source: str
    events: int
    last_event: dt.date | None
    last_known: dt.datetime | None

    def quiet(self, cadence: Cadence, now: dt.datetime) -> bool:
        """Whether it has been silent for longer than its cadence allows."""
        return self.last_known is None or now - self.last_known > SILENCE[cadence]

    def late_from(self, cadence: Cadence) -> dt.datetime | None:
        """When its silence becomes too long, unless it speaks."""
        return self.last_known + SILENCE[cadence] if self.last_known else None


@dataclass(frozen=True, slots=True)
class Health:
    """The feeds of a tenant as they were seen last, and when the first event of all became known."""

    feeds: tuple[Feed, ...] = ()
    began: dt.datetime | None = None

    def stale(self, cadences: Mapping[str, Cadence], now: dt.datetime) -> tuple[str, ...]:
        """The feeds with a declared cadence that have been silent for longer than it allows."""
        return tuple(
            feed.source
            for feed in self.feeds
            if feed.source in cadences and feed.quiet(cadences[feed.source], now)
        )


UNHEARD = Health()
"""Nothing was seen yet."""
