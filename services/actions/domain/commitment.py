"""A commitment: one owner, one thing, one day; open → done or dropped, carried forward twice at most."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import assert_never

from msgspec import UNSET, Struct

from schemas.commitments import (
    CommitmentAgreed,
    CommitmentCarriedForward,
    CommitmentCompleted,
    CommitmentDropped,
)
from services.actions.domain.decision import Decided, Reason, Refused, long_day, words
from services.actions.domain.promise import Carried, Promise, maybe, promised
from services.actions.domain.terms import deadline_from, wrong_meeting, wrong_owner

Event = CommitmentAgreed | CommitmentCompleted | CommitmentCarriedForward | CommitmentDropped

MOST_CARRIED = 2
"""How often a commitment may be carried forward; the next time it must be re-scoped, escalated or dropped."""


class NotAgreed(Struct, frozen=True, tag_field="state", tag="not_agreed"):
    """Nothing has happened yet."""


class Open(Struct, frozen=True, tag_field="state", tag="open"):
    """The promise stands."""

    promise: Promise


class Done(Struct, frozen=True, tag_field="state", tag="done"):
    """The owner did it at `at`."""

    promise: Promise
    outcome: str
    by: str
    at: dt.datetime


class Dropped(Struct, frozen=True, tag_field="state", tag="dropped"):
    """The promise no longer stands, since `at`."""

    promise: Promise
    reason: str
    by: str
    at: dt.datetime


Known = Open | Done | Dropped
State = NotAgreed | Known


@dataclass(frozen=True, slots=True)
class Agree:
    """Agree a commitment. What the world says of owner, meeting and escalation comes with it.

    `meeting_open`: None when no meeting of this unit or above bears the id; `escalation_known`: likewise.
    """

    commitment: str
    unit: str
    text: str
    owner: str | None
    deadline: str | None
    by: str
    owner_known: bool = False
    meeting: str | None = None
    meeting_open: bool | None = None
    measure: str | None = None
    escalation: str | None = None
    escalation_known: bool = False


@dataclass(frozen=True, slots=True)
class Complete:
    """Say that it is done, and with what outcome."""

    outcome: str
    by: str
    leads: bool = False


@dataclass(frozen=True, slots=True)
class CarryForward:
    """Give the same promise a new, later deadline."""

    deadline: str | None
    reason: str
    by: str
    leads: bool = False
    meeting: str | None = None
    meeting_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Take the promise back, with the reason."""

    reason: str
    by: str
    leads: bool = False


Command = Agree | Complete | CarryForward | Drop
Decision = Decided[Event] | Refused


def evolve(state: State, event: Event, at: dt.datetime) -> State:
    """The commitment after one event that happened at `at` (local time of the council, with offset)."""
    match event, state:
        case CommitmentAgreed(), _:
            return Open(promised(event, at))
        case CommitmentCompleted(outcome=outcome, by=by), Open(promise):
            return Done(promise, outcome, by, at)
        case CommitmentDropped(reason=reason, by=by), Open(promise):
            return Dropped(promise, reason, by, at)
        case CommitmentCarriedForward(), Open(promise):
            move = Carried(promise.deadline, event.deadline, at.date(), event.reason, maybe(event.meeting))
            return Open(replace(promise, deadline=event.deadline, carried=(*promise.carried, move)))
        case _:
            return state


def decide(state: State, command: Command, at: dt.datetime) -> Decision:
    """What the command does to the commitment at `at`; its written date is today."""
    match command:
        case Agree():
            return _agree(command, at.date())
        case Complete() | CarryForward() | Drop():
            return _go_on(state, command, at.date())
        case _:
            assert_never(command)


def known(state: State) -> Known:
    """The state of a commitment that was agreed, as after every command that held."""
    assert not isinstance(state, NotAgreed)
    return state


def is_late(state: Known, today: dt.date) -> bool:
    """Whether the deadline has passed, or had passed when it was done."""
    match state:
        case Open(promise):
            return today > promise.deadline
        case Done(promise, at=at):
            return at.date() > promise.deadline
        case Dropped():
            return False
        case _:
            assert_never(state)


def _agree(command: Agree, today: dt.date) -> Decision:
    text = words(command.text, "text", "What is promised")
    if isinstance(text, Refused):
        return text
    wrong = wrong_owner(command.owner, command.owner_known)
    if wrong := wrong or wrong_meeting(command.meeting, command.meeting_open):
        return wrong
    deadline = deadline_from(command.deadline, today)
    if isinstance(deadline, Refused):
        return deadline
    if command.escalation and not command.escalation_known:
        sentence = (
            f"No exception {command.escalation[:40]!r} is known to you; leave `escalation` out or mend it."
        )
        return Refused(Reason.ESCALATION_UNKNOWN, sentence, "escalation")
    agreed = CommitmentAgreed(
        commitment=command.commitment,
        unit=command.unit,
        text=text,
        owner=command.owner or "",
        deadline=deadline,
        by=command.by,
        meeting=command.meeting or UNSET,
        measure=command.measure or UNSET,
        escalation=command.escalation or UNSET,
    )
    return Decided((agreed,), Reason.AGREED)


def _go_on(state: State, command: Complete | CarryForward | Drop, today: dt.date) -> Decision:
    match state:
        case NotAgreed():
            return Refused(Reason.COMMITMENT_UNKNOWN, "There is no such commitment.")
        case Done(at=at):
            return Refused(Reason.ENDED, f"It was completed on {long_day(at.date())}; agree a new one.")
        case Dropped(at=at):
            return Refused(Reason.ENDED, f"It was dropped on {long_day(at.date())}; agree a new one.")
        case Open(promise):
            return _refuse_stranger(promise, command) or _move(promise, command, today)
        case _:
            assert_never(state)


def _move(promise: Promise, command: Complete | CarryForward | Drop, today: dt.date) -> Decision:
    match command:
        case Complete():
            return _complete(promise, command, today)
        case CarryForward():
            return _carry(promise, command, today)
        case Drop():
            return _drop(promise, command)
        case _:
            assert_never(command)


def _refuse_stranger(promise: Promise, command: Complete | CarryForward | Drop) -> Refused | None:
    if command.leads or (isinstance(command, Complete) and command.by == promise.owner):
        return None
    if isinstance(command, Complete):
        who = "its owner, or a manager of the unit or above,"
    else:
        who = "a manager of the unit or above"
    return Refused(Reason.NOT_YOURS, f"Only {who} may do this; ask them.")


def _complete(promise: Promise, command: Complete, today: dt.date) -> Decision:
    outcome = words(command.outcome, "outcome", "The outcome")
    if isinstance(outcome, Refused):
        return outcome
    done = CommitmentCompleted(
        commitment=promise.commitment, unit=promise.unit, outcome=outcome, by=command.by
    )
    return Decided((done,), Reason.COMPLETED_LATE if today > promise.deadline else Reason.COMPLETED)


def _drop(promise: Promise, command: Drop) -> Decision:
    reason = words(command.reason, "reason", "The reason")
    if isinstance(reason, Refused):
        return reason
    dropped = CommitmentDropped(
        commitment=promise.commitment, unit=promise.unit, reason=reason, by=command.by
    )
    return Decided((dropped,), Reason.DROPPED)


def _carry(promise: Promise, command: CarryForward, today: dt.date) -> Decision:
    if len(promise.carried) >= MOST_CARRIED:
        sentence = (
            "It was carried forward twice already. Re-scope it (drop it and agree something smaller), "
            "escalate it, or drop it."
        )
        return Refused(Reason.CARRIED_TOO_OFTEN, sentence)
    reason = words(command.reason, "reason", "The reason")
    if isinstance(reason, Refused):
        return reason
    deadline = deadline_from(command.deadline, today)
    if isinstance(deadline, Refused):
        return deadline
    if deadline <= promise.deadline:
        sentence = f"The new deadline must be later than the present one, {long_day(promise.deadline)}."
        return Refused(Reason.DEADLINE_NOT_LATER, sentence, "deadline")
    if wrong := wrong_meeting(command.meeting, command.meeting_open):
        return wrong
    carried = CommitmentCarriedForward(
        commitment=promise.commitment,
        unit=promise.unit,
        deadline=deadline,
        reason=reason,
        by=command.by,
        meeting=command.meeting or UNSET,
    )
    return Decided((carried,), Reason.CARRIED_FORWARD)
