"""Between states and rows: which statement keeps a state, with which columns, and the way back."""

from __future__ import annotations

import datetime as dt

import msgspec

from eventlog.postgres import Row, statements
from schemas.registry import instant
from services.actions.domain import commitment, meeting
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.promise import Promise

SQL = statements("services.actions.store", "store.sql")

_COMMITMENT: msgspec.json.Decoder[commitment.Known] = msgspec.json.Decoder(commitment.Known)
_MEETING: msgspec.json.Decoder[meeting.Known] = msgspec.json.Decoder(meeting.Known)
_HEARD = msgspec.json.Decoder(Heard)


def commitment_of(row: Row) -> Versioned[commitment.Known]:
    """The commitment that a row of its read table holds."""
    return Versioned(_COMMITMENT.decode(row["body"]), row["version"])


def meeting_of(row: Row) -> Versioned[meeting.Known]:
    """The meeting that a row of its read table holds."""
    return Versioned(_MEETING.decode(row["body"]), row["version"])


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
        case commitment.Open(promise):
            return "keep_commitment", (*_columns(promise, "open", None), _days(promise.deadline), body)
        case commitment.Done(promise, at=at):
            return "keep_commitment", (*_columns(promise, "done", at), _ended(at), body)
        case commitment.Dropped(promise, at=at):
            return "keep_commitment", (*_columns(promise, "dropped", at), _ended(at), body)
        case meeting.Scheduled(plan):
            return "keep_meeting", (plan.unit, "scheduled", None, _starts(plan), body)
        case meeting.InProgress(plan):
            return "keep_meeting", (plan.unit, "in_progress", None, _starts(plan), body)
        case meeting.Closed(held, at=at):
            return "keep_meeting", (held.plan.unit, "closed", at, _starts(held.plan), body)
        case _:
            raise TypeError(f"{type(state).__name__} has no read table.")


def _columns(promise: Promise, state: str, ended: dt.datetime | None) -> tuple[object, ...]:
    ended_on = ended.date() if ended else None
    when = (promise.deadline, promise.agreed_at, ended, ended_on)
    return (promise.unit, promise.owner, state, *when, promise.meeting, promise.escalation)


def _days(deadline: dt.date) -> int:
    """Open commitments come first in lists, by their deadline."""
    return deadline.toordinal()


def _ended(at: dt.datetime) -> int:
    """What has ended comes after them, the latest first."""
    return 10**12 - int(at.timestamp())


def _starts(plan: meeting.Plan) -> int:
    """Of meetings the latest comes first."""
    return -int(instant(plan.starts).timestamp())
