"""How a decision answers: with events and the reason for them, or with a refusal in a sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Event = TypeVar("Event", covariant=True)
State = TypeVar("State", covariant=True)

LONGEST = 2000
"""Characters that a free text may have."""


class Reason(StrEnum):
    """Why a decision went as it did; also the label of its metric and the `action` of its log line."""

    SCHEDULED = "scheduled"
    STARTED = "started"
    REVIEWED = "reviewed"
    DECISION_RECORDED = "decision-recorded"
    CLOSED = "closed"
    AGREED = "agreed"
    COMPLETED = "completed"
    COMPLETED_LATE = "completed-late"
    CARRIED_FORWARD = "carried-forward"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"
    SET = "set"
    PURPOSE_CHANGED = "purpose-changed"

    TEXT_MISSING = "text-missing"
    TEXT_TOO_LONG = "text-too-long"
    TEXT_UNPRINTABLE = "text-unprintable"
    TIME_WRONG = "time-wrong"
    OWNER_MISSING = "owner-missing"
    OWNER_UNKNOWN = "owner-unknown"
    DEADLINE_MISSING = "deadline-missing"
    DEADLINE_NO_DATE = "deadline-no-date"
    DEADLINE_PAST = "deadline-past"
    DEADLINE_TOO_FAR = "deadline-too-far"
    DEADLINE_NOT_LATER = "deadline-not-later"
    MEETING_UNKNOWN = "meeting-unknown"
    ESCALATION_UNKNOWN = "escalation-unknown"
    COMMITMENT_UNKNOWN = "commitment-unknown"
    TARGET_UNKNOWN = "target-unknown"
    PURPOSE_UNKNOWN = "purpose-unknown"
    WORKER_UNKNOWN = "worker-unknown"
    NUMBER_WRONG = "number-wrong"
    TOO_MANY = "too-many"
    NOT_YOURS = "not-yours"
    CARRIED_TOO_OFTEN = "carried-too-often"
    ENDED = "ended"
    NOT_IN_PROGRESS = "not-in-progress"
    ALREADY_STARTED = "already-started"
    DUE_UNREVIEWED = "due-unreviewed"
    PURPOSE_SET = "purpose-set"


@dataclass(frozen=True, slots=True)
class Versioned(Generic[State]):
    """A state and the version of its stream: the number of its events."""

    state: State
    version: int


@dataclass(frozen=True, slots=True)
class Decided(Generic[Event]):
    """The command holds: these events happened, for this reason."""

    events: tuple[Event, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Answer(Generic[State]):
    """What stands after a command that held, and the reason."""

    state: State
    version: int
    reason: Reason


class Repeated(Exception):
    """The command was carried out before; `first` is what stood then."""

    def __init__(self, first: Answer[Any]) -> None:
        super().__init__("This command was carried out before; its first answer stands.")
        self.first = first


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such thing, or it is not the caller's to see."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command does not hold; `sentence` says what to do, `about` names the commitments in the way."""

    reason: Reason
    sentence: str
    field: str | None = None
    about: tuple[str, ...] = ()


def words(text: str, field: str, what: str, longest: int = LONGEST) -> str | Refused:
    """The text without blanks around it, or why it cannot be taken; `what` begins the sentence."""
    text = text.strip()
    if not text:
        return Refused(Reason.TEXT_MISSING, f"{what} is missing: say it in a sentence.", field)
    if len(text) > longest:
        sentence = f"{what} has {len(text)} characters; shorten it to {longest}."
        return Refused(Reason.TEXT_TOO_LONG, sentence, field)
    if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
        return Refused(Reason.TEXT_UNPRINTABLE, f"{what} holds control characters; take them out.", field)
    return text


def long_day(day: dt.date) -> str:
    """A date as it is said: `4 December 2026`."""
    return f"{day.day} {day:%B %Y}"
