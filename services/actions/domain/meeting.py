"""A meeting: scheduled → in progress → closed; it cannot close over a due commitment not looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from schemas.commitments import (
    CommitmentReviewed,
    DecisionRecorded,
    MeetingClosed,
    MeetingScheduled,
    MeetingStarted,
)
from schemas.registry import EARLIEST, LATEST, instant
from services.actions.domain.decision import Decided, Reason, Refused, long_day, words
from services.actions.domain.promise import Promise

Event = MeetingScheduled | MeetingStarted | CommitmentReviewed | DecisionRecorded | MeetingClosed

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What was scheduled; `starts` is RFC 3339 as it was given."""

    meeting: str
    unit: str
    title: str
    starts: str
    by: str


@dataclass(frozen=True, slots=True)
class Review:
    """How the meeting found one commitment."""

    commitment: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """Something the meeting decided that needs no owner."""

    text: str
    by: str


class NotScheduled(Struct, frozen=True, tag_field="state", tag="not_scheduled"):
    """Nothing has happened yet."""


class Scheduled(Struct, frozen=True, tag_field="state", tag="scheduled"):
    """It will be held."""

    plan: Plan


class InProgress(Struct, frozen=True, tag_field="state", tag="in_progress"):
    """It is being held, since `started_at`, in the chair of whoever started it."""

    plan: Plan
    chair: str
    started_at: dt.datetime
    to_review: tuple[str, ...] = ()
    reviewed: tuple[Review, ...] = ()
    decisions: tuple[Ruling, ...] = ()


class Closed(Struct, frozen=True, tag_field="state", tag="closed"):
    """It was held and is over."""

    held: InProgress
    by: str
    at: dt.datetime


Known = Scheduled | InProgress | Closed
State = NotScheduled | Known


@dataclass(frozen=True, slots=True)
class Schedule:
    """Plan a meeting of a unit."""

    meeting: str
    unit: str
    title: str
    starts: str
    by: str


@dataclass(frozen=True, slots=True)
class Start:
    """Hold it now; `due` are the unit's open commitments whose deadline is today or earlier."""

    by: str
    due: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewCommitment:
    """Look at a commitment; `known`: it belongs to the meeting's unit or one below."""

    commitment: str
    note: str
    by: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """Write down what was decided."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Close:
    """End it; `due` are the commitments that were due when it began and are open and due still."""

    by: str
    due: tuple[Promise, ...] = ()


Command = Schedule | Start | ReviewCommitment | RecordDecision | Close
Decision = Decided[Event] | Refused


def evolve(state: State, event: Event, at: dt.datetime) -> State:
    """The meeting after one event that happened at `at` (local time of the council, with offset)."""
    match event, state:
        case MeetingScheduled(), _:
            return Scheduled(Plan(event.meeting, event.unit, event.title, event.starts, event.by))
        case MeetingStarted(by=by, to_review=to_review), Scheduled(plan):
            return InProgress(plan, by, at, to_review)
        case CommitmentReviewed(), InProgress():
            review = Review(event.commitment, event.note, event.by)
            return replace(state, reviewed=(*state.reviewed, review))
        case DecisionRecorded(), InProgress():
            return replace(state, decisions=(*state.decisions, Ruling(event.text, event.by)))
        case MeetingClosed(by=by), InProgress():
            return Closed(state, by, at)
        case _:
            return state


def decide(state: State, command: Command) -> Decision:
    """What the command does to the meeting."""
    match command, state:
        case Schedule(), _:
            return _schedule(command)
        case _, NotScheduled():
            return Refused(Reason.MEETING_UNKNOWN, "There is no such meeting.")
        case _, Closed(at=at):
            return Refused(
                Reason.ENDED, f"The meeting was closed on {long_day(at.date())}; hold the next one."
            )
        case Start(), Scheduled(plan):
            started = MeetingStarted(
                meeting=plan.meeting, unit=plan.unit, by=command.by, to_review=command.due
            )
            return Decided((started,), Reason.STARTED)
        case Start(), InProgress():
            return Refused(Reason.ALREADY_STARTED, "The meeting is in progress already; go on with it.")
        case _, Scheduled():
            return Refused(Reason.NOT_IN_PROGRESS, "The meeting is not in progress; start it first.")
        case ((ReviewCommitment() | RecordDecision() | Close()), InProgress()):
            return _hold(state, command)
        case _:
            raise AssertionError(f"no rule for {command} in {state}")


def known(state: State) -> Known:
    """The state of a meeting that was scheduled, as after every command that held."""
    assert not isinstance(state, NotScheduled)
    return state


def plan_of(state: Known) -> Plan:
    """What was scheduled, however far it has come."""
    return state.held.plan if isinstance(state, Closed) else state.plan


def unit_of(state: State) -> str | None:
    """The unit whose meeting it is; None before it was scheduled."""
    return None if isinstance(state, NotScheduled) else plan_of(state).unit


def span_of(state: Known, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """When it began and ended; `now` stands for what has not come yet."""
    match state:
        case Scheduled():
            return now, now
        case InProgress(started_at=began):
            return began, now
        case Closed(held, at=ended):
            return held.started_at, ended
        case _:
            assert_never(state)


def unreviewed(state: InProgress, due: Sequence[Promise]) -> tuple[Promise, ...]:
    """Of the commitments due, those that this meeting has not looked at."""
    seen = {review.commitment for review in state.reviewed}
    return tuple(promise for promise in due if promise.commitment not in seen)


def _schedule(command: Schedule) -> Decision:
    title = words(command.title, "title", "The title", longest=LONGEST_TITLE)
    if isinstance(title, Refused):
        return title
    if not _is_instant(command.starts):
        sentence = (
            f"`starts` {command.starts[:40]!r} is no time with an offset; "
            "give it like 2026-12-01T10:00:00+00:00, between 1990 and 2100."
        )
        return Refused(Reason.TIME_WRONG, sentence, "starts")
    scheduled = MeetingScheduled(
        meeting=command.meeting, unit=command.unit, title=title, starts=command.starts, by=command.by
    )
    return Decided((scheduled,), Reason.SCHEDULED)


def _hold(state: InProgress, command: ReviewCommitment | RecordDecision | Close) -> Decision:
    match command:
        case ReviewCommitment():
            return _review(state.plan, command)
        case RecordDecision():
            text = words(command.text, "text", "The decision")
            if isinstance(text, Refused):
                return text
            ruling = DecisionRecorded(
                meeting=state.plan.meeting, unit=state.plan.unit, text=text, by=command.by
            )
            return Decided((ruling,), Reason.DECISION_RECORDED)
        case Close():
            return _close(state, command)
        case _:
            assert_never(command)


def _review(plan: Plan, command: ReviewCommitment) -> Decision:
    if not command.known:
        sentence = f"No commitment {command.commitment[:40]!r} of this unit or below is known; mend the id."
        return Refused(Reason.COMMITMENT_UNKNOWN, sentence, "commitment")
    note = words(command.note, "note", "The note on how it stands")
    if isinstance(note, Refused):
        return note
    reviewed = CommitmentReviewed(
        meeting=plan.meeting, unit=plan.unit, commitment=command.commitment, note=note, by=command.by
    )
    return Decided((reviewed,), Reason.REVIEWED)


def _close(state: InProgress, command: Close) -> Decision:
    left = unreviewed(state, command.due)
    if not left:
        closed = MeetingClosed(meeting=state.plan.meeting, unit=state.plan.unit, by=command.by)
        return Decided((closed,), Reason.CLOSED)
    named = "; ".join(f"“{_short(each.text)}” ({each.owner}, due {long_day(each.deadline)})" for each in left)
    count = "1 commitment that is due was" if len(left) == 1 else f"{len(left)} commitments that are due were"
    todo = "Review, complete or carry forward each."
    sentence = f"The meeting cannot be closed: {count} not reviewed: {named}. {todo}"
    return Refused(Reason.DUE_UNREVIEWED, sentence, about=tuple(each.commitment for each in left))


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79].rstrip() + "…"


def _is_instant(text: str) -> bool:
    try:
        moment = instant(text)
    except ValueError:
        return False
    return len(text) <= 40 and EARLIEST <= moment.date() <= LATEST
