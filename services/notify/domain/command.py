"""What can be done about an exception, and which events follow from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from msgspec import UNSET

from schemas.escalations import (
    EscalationAcknowledged,
    EscalationCleared,
    EscalationClosed,
    EscalationEscalated,
)
from schemas.measures import Number
from services.notify.domain.escalation import (
    Acknowledged,
    Breach,
    Cleared,
    Closed,
    EscalationEvent,
    Known,
    Next,
    Raised,
    State,
    Unraised,
    evolve,
)


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


class Stale(Exception):
    """Somebody else was first: read the exception again, then decide again."""

    reason = "stale-version"


class Refused(Exception):
    """The command cannot be done; `reason` is a label, the sentence says what to do instead."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Change:
    """New events on the stream of one exception; `above` are its unit and those over it."""

    before: State
    version: int
    events: Sequence[EscalationEvent]
    at: dt.datetime
    above: Sequence[str]

    def steps(self) -> Iterator[tuple[int, EscalationEvent, Known]]:
        """Each event with its version and the state after it."""
        state = self.before
        for version, event in enumerate(self.events, start=self.version + 1):
            after = evolve(state, event, self.at)
            yield version, event, after
            state = after


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


def is_repeat(state: State, command: Command) -> bool:
    """Whether the same commitment has closed it already: repeating that changes nothing, at any version."""
    match state, command:
        case Closed(commitment=str(stands)), Close(commitment=str(again)):
            return stands == again
        case _:
            return False


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
    reason = (command.reason or "").strip() or None
    if (command.commitment is None) == (reason is None):
        raise Refused(
            "no_answer", "Close it with one of the two: a commitment, or a reason why none is needed."
        )
    if is_repeat(state, command):
        return []
    if isinstance(state, Closed):
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
