"""Between states and rows: which statement keeps a state, with which columns, and the way back."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

import msgspec

from eventlog.postgres import Row, statements
from schemas.registry import instant
from services.actions.domain import commitment, meeting, purpose, target
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.promise import Promise

SQL = statements("services.actions.store", "store.sql")

_COMMITMENT: msgspec.json.Decoder[commitment.Known] = msgspec.json.Decoder(commitment.Known)
_MEETING: msgspec.json.Decoder[meeting.Known] = msgspec.json.Decoder(meeting.Known)
_TARGET: msgspec.json.Decoder[target.Known] = msgspec.json.Decoder(target.Known)
_PURPOSE = msgspec.json.Decoder(purpose.Standing)
_HEARD = msgspec.json.Decoder(Heard)


def commitment_of(row: Row) -> Versioned[commitment.Known]:
    """The commitment that a row of its read table holds."""
    return Versioned(_COMMITMENT.decode(row["body"]), row["version"])


def meeting_of(row: Row) -> Versioned[meeting.Known]:
    """The meeting that a row of its read table holds."""
    return Versioned(_MEETING.decode(row["body"]), row["version"])


def target_of(row: Row) -> Versioned[target.Held]:
    """The target that a row of its read table holds, with the newer one that takes its place, if any."""
    newer = target.Newer(row["newer"], row["newer_since"]) if row["newer"] else None
    return Versioned(target.Held(_TARGET.decode(row["body"]), newer), row["version"])


def purpose_of(row: Row) -> Versioned[purpose.Standing]:
    """The purpose that a row of its read table holds."""
    return Versioned(_PURPOSE.decode(row["body"]), row["version"])


def heard_of(row: Row | None) -> Heard | None:
    """The exception that a row holds; None without one."""
    return None if row is None else _HEARD.decode(row["body"])


def heard_columns(heard: Heard) -> tuple[object, ...]:
    """The columns of an exception's row, after the tenant."""
    body = msgspec.json.encode(heard).decode()
    return heard.escalation, heard.unit, heard.raised_at, heard.ended_at, body


def columns_of(state: object) -> tuple[str, tuple[object, ...]]:
    """The statement and the columns of a state's row, after tenant, id and version."""
    body = msgspec.json.encode(state).decode()
    match state:
        case commitment.Open() | commitment.Done() | commitment.Dropped():
            return "keep_commitment", (*_promised(state), body)
        case meeting.Scheduled() | meeting.InProgress() | meeting.Closed():
            return "keep_meeting", (*_planned(state), body)
        case target.Agreed(aim):
            return "keep_target", (*_aimed(aim), "agreed", body)
        case target.Withdrawn(aim):
            return "keep_target", (*_aimed(aim), "withdrawn", body)
        case purpose.Standing():
            return "keep_purpose", (body,)
        case _:
            raise TypeError(f"{type(state).__name__} has no read table.")


def _promised(state: commitment.Known) -> tuple[object, ...]:
    match state:
        case commitment.Open(promise):
            return (*_columns(promise, "open", None), _days(promise.deadline))
        case commitment.Done(promise, at=at):
            return (*_columns(promise, "done", at), _ended(at))
        case commitment.Dropped(promise, at=at):
            return (*_columns(promise, "dropped", at), _ended(at))
        case _:
            assert_never(state)


def _planned(state: meeting.Known) -> tuple[object, ...]:
    match state:
        case meeting.Scheduled(plan):
            return (plan.unit, "scheduled", None, _starts(plan))
        case meeting.InProgress(plan):
            return (plan.unit, "in_progress", None, _starts(plan))
        case meeting.Closed(held, at=at):
            return (held.plan.unit, "closed", at, _starts(held.plan))
        case _:
            assert_never(state)


def _columns(promise: Promise, state: str, ended: dt.datetime | None) -> tuple[object, ...]:
    ended_on = ended.date() if ended else None
    when = (promise.deadline, promise.agreed_at, ended, ended_on)
    return (promise.unit, promise.owner, state, *when, promise.meeting, promise.escalation)


def _aimed(aim: target.Aim) -> tuple[object, ...]:
    """The latest agreed comes first in lists."""
    place = -int(aim.agreed_at.timestamp() * 1000)
    return aim.unit, aim.measure, aim.worker or "", aim.grain, aim.since, aim.agreed_at, place


def _days(deadline: dt.date) -> int:
    """Open commitments come first in lists, by their deadline."""
    return deadline.toordinal()


def _ended(at: dt.datetime) -> int:
    """What has ended comes after them, the latest first."""
    return 10**12 - int(at.timestamp())


def _starts(plan: meeting.Plan) -> int:
    """Of meetings the latest comes first."""
    return -int(instant(plan.starts).timestamp())
