"""An exception from the first question to its end: raised, acknowledged, cleared, or closed by a person."""

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
    Severity,
)
from schemas.measures import Number

EscalationEvent = (
    EscalationRaised | EscalationAcknowledged | EscalationEscalated | EscalationCleared | EscalationClosed
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
    """Somebody said that they are on it."""

    by: str
    note: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Unraised:
    """Nothing has happened yet."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Somebody was asked and nobody has answered."""

    breach: Breach
    asked: tuple[Asked, ...]
    next: Next | None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody is on it; nobody else is asked."""

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
    """A person ended it with a commitment or a reason."""

    breach: Breach
    asked: tuple[Asked, ...]
    note: Note | None
    by: str
    commitment: str | None
    reason: str | None
    at: dt.datetime


Open = Raised | Acknowledged
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
        case EscalationAcknowledged(by=by, note=words):
            return Acknowledged(breach, asked, Note(by, words, at))
        case EscalationEscalated(rung=rung, asked=person):
            onward = _next(event.next_asked, event.next_at)
            return Raised(breach, (*_found(asked), Asked(person, rung, at)), onward)
        case EscalationCleared(value=value, why=why):
            return Cleared(breach, asked, note, value, why, at)
        case EscalationClosed(by=by):
            return Closed(breach, asked, note, by, _or_none(event.commitment), _or_none(event.reason), at)
        case _:
            return state


def note_of(state: Known) -> Note | None:
    """The acknowledgement, if there was one."""
    return None if isinstance(state, Raised) else state.note


def people(state: Known) -> tuple[str, ...]:
    """Everybody who was asked, in order."""
    return tuple(one.person for one in _found(state.asked))


def is_open(state: Known) -> bool:
    """Whether somebody still has to answer for it."""
    return isinstance(state, Raised | Acknowledged)


def last_rung(state: Known) -> int:
    """The highest rung on which somebody was asked; 0 when nobody was found."""
    return max((one.rung for one in _found(state.asked)), default=0)


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


def _next(person: str | UnsetType, at: str | UnsetType) -> Next | None:
    if isinstance(person, UnsetType) or isinstance(at, UnsetType):
        return None
    return Next(person, dt.datetime.fromisoformat(at))


def _found(asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    return tuple(one for one in asked if one.person)


def _or_none(text: str | UnsetType) -> str | None:
    return None if isinstance(text, UnsetType) else text
