"""An exception from the first question to its end: raised, acknowledged, cleared, or closed by a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import assert_never

from msgspec import UNSET, UnsetType

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


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person says that they are on it, with a note of what they do."""

    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Climb:
    """Ask the next person: the one before did not answer in time, or nobody had been found."""

    rung: int
    person: str
    next: Next | None


@dataclass(frozen=True, slots=True)
class Clear:
    """The figure no longer needs anybody."""

    value: Number | None
    why: str


@dataclass(frozen=True, slots=True)
class Close:
    """A person ends it."""

    by: str
    commitment: str | None = None
    reason: str | None = None


Command = Acknowledge | Climb | Clear | Close


class Refused(Exception):
    """The command cannot be done; `reason` is a label, the sentence says what to do instead."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def decide(state: State, command: Command) -> list[EscalationEvent]:
    """The events that the command makes; none when it was done before. Raises `Refused`."""
    if isinstance(state, Unraised):
        raise Refused("unknown", "There is no such exception.")
    breach = state.breach
    match command:
        case Acknowledge(by=by, note=note):
            _refuse_acknowledgement(state, note)
            return [EscalationAcknowledged(escalation=breach.escalation, unit=breach.unit, by=by, note=note)]
        case Climb():
            return [_climb(breach, command)] if isinstance(state, Raised) else []
        case Clear(value=value, why=why):
            if isinstance(state, Cleared | Closed):
                return []
            return [EscalationCleared(escalation=breach.escalation, unit=breach.unit, value=value, why=why)]
        case Close():
            return _close(state, command)
        case _:
            assert_never(command)


def evolve(state: State, event: EscalationEvent, at: dt.datetime) -> State:
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
            return Raised(breach, (*(one for one in asked if one.person), Asked(person, rung, at)), onward)
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
    return tuple(one.person for one in state.asked if one.person)


def _refuse_acknowledgement(state: Known, note: str) -> None:
    if not note.strip():
        raise Refused("no_note", "Say in a note what you are doing about it.")
    if isinstance(state, Acknowledged):
        raise Refused(
            "acknowledged_before", f"{state.note.by} is on it already since {state.note.at:%d.%m.%Y}."
        )
    if isinstance(state, Cleared | Closed):
        raise Refused("ended", "This exception is over, so there is nothing left to acknowledge.")


def _close(state: Known, command: Close) -> list[EscalationEvent]:
    reason = command.reason.strip() if command.reason else None
    if (command.commitment is None) == (reason is None):
        raise Refused(
            "no_answer", "Close it with one of the two: a commitment, or a reason why none is needed."
        )
    if isinstance(state, Closed):
        if command.commitment is not None and command.commitment == state.commitment:
            return []
        raise Refused("ended", f"{state.by} has closed this exception already.")
    if isinstance(state, Cleared):
        raise Refused("ended", "This exception cleared itself, so there is nothing left to close.")
    breach = state.breach
    return [
        EscalationClosed(
            escalation=breach.escalation,
            unit=breach.unit,
            by=command.by,
            commitment=command.commitment or UNSET,
            reason=reason or UNSET,
        )
    ]


def _climb(breach: Breach, command: Climb) -> EscalationEscalated:
    return EscalationEscalated(
        escalation=breach.escalation,
        unit=breach.unit,
        rung=command.rung,
        asked=command.person,
        next_at=command.next.at.isoformat() if command.next else UNSET,
        next_asked=command.next.person if command.next else UNSET,
    )


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


def _or_none(text: str | UnsetType) -> str | None:
    return None if isinstance(text, UnsetType) else text
