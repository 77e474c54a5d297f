"""What `actions` and `notify` answer: meetings, commitments and exceptions, as far as pages read them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from services.dashboard.domain.answers import Number


class Carried(Struct, frozen=True, kw_only=True):
    """One carrying forward of a commitment."""

    to: str = ""
    reason: str = ""


class Commitment(Struct, frozen=True, kw_only=True):
    """One thing promised by one person by one day."""

    id: str
    unit: str
    text: str
    owner: str
    deadline: str
    state: str = "open"
    late: bool = False
    measure: str | None = None
    escalation: str | None = None
    meeting: str | None = None
    agreed_at: str | None = None
    ended_at: str | None = None
    outcome: str | None = None
    reason: str | None = None
    carried: tuple[Carried, ...] = ()
    version: int = 0


class Decision(Struct, frozen=True, kw_only=True):
    """Something a meeting decided that needs no owner."""

    text: str
    by: str = ""


class Review(Struct, frozen=True, kw_only=True):
    """What a meeting said of a commitment that was due."""

    commitment: str
    note: str = ""


class AgendaException(Struct, frozen=True, kw_only=True):
    """An exception on a meeting's agenda."""

    id: str = ""
    escalation: str = ""
    title: str = ""
    measure: str = ""
    state: str = ""


class Agenda(Struct, frozen=True, kw_only=True):
    """What a meeting looks at, in its order."""

    last_commitments: tuple[Commitment, ...] = ()
    exceptions: tuple[AgendaException, ...] = ()
    reports: tuple[str, ...] = ()


class Meeting(Struct, frozen=True, kw_only=True):
    """A meeting of a unit, from its planning to its close."""

    id: str
    unit: str
    title: str
    starts: str
    state: str = "scheduled"
    chair: str | None = None
    started_at: str | None = None
    closed_at: str | None = None
    version: int = 0
    agenda: Agenda = Agenda()
    to_review: tuple[str, ...] = ()
    reviewed: tuple[Review, ...] = ()
    decisions: tuple[Decision, ...] = ()
    agreed: tuple[Commitment, ...] = ()


class Asking(Struct, frozen=True, kw_only=True):
    """Somebody who was asked about an exception."""

    person: str
    rung: Any = 1
    at: str = ""


class NextAsking(Struct, frozen=True, kw_only=True):
    """Who will be asked next, and when, unless somebody acts."""

    person: str = ""
    role: str = ""
    at: str = ""


class Acknowledged(Struct, frozen=True, kw_only=True):
    """Who is on it, or who said that it can wait; `until` is when that lapses."""

    by: str
    note: str = ""
    at: str = ""
    until: str | None = None


class Closing(Struct, frozen=True, kw_only=True):
    """How an exception ended."""

    by: str = ""
    reason: str | None = None
    commitment: str | None = None
    at: str = ""


class Escalation(Struct, frozen=True, kw_only=True):
    """An exception: a breached rule of a unit, who was asked, and how it ended."""

    id: str
    unit: str
    measure: str = ""
    title: str = ""
    rule: str = ""
    rule_name: str = ""
    severity: str = "warning"
    state: str = "raised"
    value: Number | None = None
    threshold: Number | None = None
    period: str = ""
    since: str | None = None
    raised_at: str | None = None
    asked: tuple[Asking, ...] = ()
    next: NextAsking | None = None
    acknowledged: Acknowledged | None = None
    snoozed: Acknowledged | None = None
    closed: Closing | None = None
    version: int = 0


class Rule(Struct, frozen=True, kw_only=True):
    """A threshold that raises an exception."""

    id: str
    name: str = ""
    measure: str = ""
    level: str | None = None
    unit: str | None = None
    comparison: str = "above"
    value: Number | None = None
    clear: Number | None = None
    severity: str = "warning"
    enabled: bool = True
    ladder: tuple[str, ...] = ()
