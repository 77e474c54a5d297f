"""An exception from the first question to its end: raised, acknowledged, snoozed, cleared, or closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from msgspec import UnsetType

from schemas.escalations import (
    EscalationAcknowledged,
    EscalationCleared,
    EscalationClosed,
    EscalationEscalated,
    EscalationRaised,
    EscalationSnoozed,
    Severity,
)
from schemas.measures import Number

EscalationEvent = (
    EscalationRaised
    | EscalationAcknowledged
    | EscalationEscalated
    | EscalationSnoozed
    | EscalationCleared
    | EscalationClosed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """What was wrong when it was raised; never changed afterwards."""

    escalation: str
    rule: str
    unit: str
    measure: str
    title: str
    severity: Severity
    value: Number
    threshold: Number
    period: str
    since: str
    raised_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody was asked on a rung of the ladder; a blank person means that nobody was found."""

    person: str
    rung: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Next:
    """Who is asked next, and when, unless somebody answers."""

    person: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Note:
    """Somebody said that they are on it or, `waits`, that it can wait; `until` is when that is over."""

    by: str
    note: str
    at: dt.datetime
    until: dt.datetime | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Unraised:
    """Nothing has happened yet."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Somebody was asked and nobody has answered; this climb of the ladder began at `asked[round]`."""

    breach: Breach
    asked: tuple[Asked, ...]
    next: Next | None
    round: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody is on it; nobody else is asked."""

    breach: Breach
    asked: tuple[Asked, ...]
    note: Note


@dataclass(frozen=True, slots=True)
class Snoozed:
    """It can wait until a moment; then somebody is asked again, unless it has cleared."""

    breach: Breach
    asked: tuple[Asked, ...]
    note: Note


@dataclass(frozen=True, slots=True)
class Cleared:
    """It ended by itself, and why."""

    breach: Breach
    asked: tuple[Asked, ...]
    note: Note | None
    value: Number | None
    why: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """A person ended it with a commitment or a reason; `cleared` when the figure was well again by then."""

    breach: Breach
    asked: tuple[Asked, ...]
    note: Note | None
    by: str
    commitment: str | None
    reason: str | None
    at: dt.datetime
    cleared: Cleared | None = None


Open = Raised | Acknowledged | Snoozed
Ended = Cleared | Closed
Known = Open | Ended
State = Unraised | Known


def evolve(state: State, event: EscalationEvent, at: dt.datetime) -> Known:
    """The state after one more event; `at` is when it happened."""
    if isinstance(event, EscalationRaised):
        asked = (Asked(event.asked, 1 if event.asked else 0, at),)
        return Raised(_breach(event, at), asked, _next(event.next_asked, event.next_at))
    if isinstance(state, Unraised):
        raise ValueError(f"The stream of {event.escalation} does not begin with escalation.raised.")
    return _evolve_known(state, event, at)


def _evolve_known(state: Known, event: EscalationEvent, at: dt.datetime) -> Known:
    breach, asked, note = state.breach, state.asked, note_of(state)
    match event:
        case EscalationAcknowledged(by=by, note=words, until=until):
            return Acknowledged(breach, asked, Note(by, words, at, _moment(until)))
        case EscalationSnoozed(by=by, note=words, until=until):
            return Snoozed(breach, asked, Note(by, words, at, _moment(until), waits=True))
        case EscalationEscalated():
            return _asked_on(state, event, at)
        case EscalationCleared(value=value, why=why):
            return Cleared(breach, asked, note, value, why, at)
        case EscalationClosed(by=by, commitment=made, reason=reason):
            before = state if isinstance(state, Cleared) else None
            return Closed(breach, asked, note, by, _or_none(made), _or_none(reason), at, before)
        case _:
            return state


def _asked_on(state: Known, event: EscalationEscalated, at: dt.datetime) -> Raised:
    asked = _found(state.asked)
    begun = state.round if isinstance(state, Raised) else len(asked)
    onward = _next(event.next_asked, event.next_at)
    return Raised(state.breach, (*asked, Asked(event.asked, event.rung, at)), onward, begun)


def note_of(state: Known) -> Note | None:
    """The answer that stands, or stood when it ended, if there was one."""
    return None if isinstance(state, Raised) else state.note


def people(state: Known) -> tuple[str, ...]:
    """Everybody who was asked, in order, each once."""
    return tuple(dict.fromkeys(one.person for one in _found(state.asked)))


def is_open(state: Known) -> bool:
    """Whether somebody still has to answer for it."""
    return isinstance(state, Raised | Acknowledged | Snoozed)


def asked_by_now(state: Raised) -> tuple[int, tuple[str, ...]]:
    """The highest rung on which somebody was asked in this climb, 0 for none, and who was asked in it."""
    found = _found(state.asked[state.round :])
    return max((one.rung for one in found), default=0), tuple(one.person for one in found)


def turn(state: State) -> dt.datetime | None:
    """When it is somebody's turn to be asked: the next person's, or again once an answer is over."""
    match state:
        case Raised(next=onward):
            return onward.at if onward else None
        case Acknowledged(note=note) | Snoozed(note=note):
            return note.until
        case _:
            return None


def is_unasked(state: State) -> bool:
    """Whether it waits for somebody to be found: nobody holds the role that would be asked."""
    return isinstance(state, Raised) and not state.asked[-1].person


def _breach(event: EscalationRaised, at: dt.datetime) -> Breach:
    return Breach(
        escalation=event.escalation,
        rule=event.rule,
        unit=event.unit,
        measure=event.measure,
        title=event.title,
        severity=event.severity,
        value=event.value,
        threshold=event.threshold,
        period=event.period,
        since=event.since,
        raised_at=at,
    )


def _moment(text: str | UnsetType) -> dt.datetime | None:
    return None if isinstance(text, UnsetType) else dt.datetime.fromisoformat(text)


def _next(person: str | UnsetType, at: str | UnsetType) -> Next | None:
    if isinstance(person, UnsetType) or isinstance(at, UnsetType):
        return None
    return Next(person, dt.datetime.fromisoformat(at))


def _found(asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    return tuple(one for one in asked if one.person)


def _or_none(text: str | UnsetType) -> str | None:
    return None if isinstance(text, UnsetType) else text
