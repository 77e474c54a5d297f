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
    EscalationSnoozed,
    Turn,
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
    Snoozed,
    State,
    Unraised,
    evolve,
    is_unasked,
)

LONGEST_SNOOZE = dt.timedelta(days=92)
"""What can wait longer needs a commitment or a reason."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person says that they are on it, with a note of what they do; it lapses at `until`."""

    by: str
    note: str
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Snooze:
    """A person says that it can wait until a moment, and why."""

    by: str
    note: str
    until: dt.datetime
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Climb:
    """Ask somebody: the next person, or again whoever had it; a blank person when nobody is left."""

    rung: int
    person: str
    next: Next | None
    why: Turn = "silence"


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


Command = Acknowledge | Snooze | Climb | Clear | Close


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
        case Acknowledge():
            _refuse_acknowledgement(state, command.note)
            return [_acknowledged(breach, command)]
        case Snooze():
            _refuse_snooze(state, command)
            return [_snoozed(breach, command)]
        case Climb():
            return [_climb(breach, command)] if _is_turn(state, command) else []
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


def _is_turn(state: Known, command: Climb) -> bool:
    """Whether there is something to say: that nobody is left to ask is said once."""
    match state:
        case Raised():
            return command.why == "silence" and bool(command.person or not is_unasked(state))
        case Acknowledged():
            return command.why == "lapsed"
        case Snoozed():
            return command.why == "snooze_over"
        case _:
            return False


def _acknowledged(breach: Breach, command: Acknowledge) -> EscalationAcknowledged:
    return EscalationAcknowledged(
        escalation=breach.escalation,
        unit=breach.unit,
        by=command.by,
        note=command.note,
        until=command.until.isoformat() if command.until else UNSET,
    )


def _snoozed(breach: Breach, command: Snooze) -> EscalationSnoozed:
    return EscalationSnoozed(
        escalation=breach.escalation,
        unit=breach.unit,
        by=command.by,
        note=command.note,
        until=command.until.isoformat(),
    )


def _refuse_snooze(state: Known, command: Snooze) -> None:
    if not command.note.strip():
        raise Refused("no_note", "Say in a note why it can wait.")
    if not command.now < command.until <= command.now + LONGEST_SNOOZE:
        latest = f"{command.now + LONGEST_SNOOZE:%d.%m.%Y}"
        raise Refused("wrong_until", f"It can wait until a moment to come, {latest} at the latest.")
    if isinstance(state, Cleared | Closed):
        raise Refused("ended", "This exception is over, so there is nothing left to snooze.")


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
        why=command.why if command.why != "silence" else UNSET,
    )
