"""Events of what people agree: meetings and the commitments made at them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.envelope import Name

Words = Annotated[str, Meta(min_length=1, max_length=2000)]


class MeetingScheduled(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A meeting of a unit is planned; `starts` is RFC 3339 with offset."""

    meeting: Name
    unit: Name
    title: Name
    starts: Annotated[str, Meta(max_length=40)]
    by: Name
    series: Name | UnsetType = UNSET


class MeetingStarted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The meeting is held; the commitments that must be reviewed in it are frozen here."""

    meeting: Name
    unit: Name
    by: Name
    to_review: tuple[str, ...] = ()


class CommitmentReviewed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The meeting looked at a commitment that was due and said how it stands."""

    meeting: Name
    unit: Name
    commitment: Name
    note: Words
    by: Name


class DecisionRecorded(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something the meeting decided that needs no owner."""

    meeting: Name
    unit: Name
    text: Words
    by: Name


class MeetingClosed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The meeting is over; every commitment due was reviewed."""

    meeting: Name
    unit: Name
    by: Name


class CommitmentAgreed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One owner promises one thing by one day; made at a meeting or in answer to an exception."""

    commitment: Name
    unit: Name
    text: Words
    owner: Annotated[str, Meta(min_length=1, max_length=200, description="Staff id of one person.")]
    deadline: dt.date
    by: Name
    meeting: Name | UnsetType = UNSET
    measure: Name | UnsetType = UNSET
    escalation: Name | UnsetType = UNSET


class CommitmentCompleted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The owner has done it."""

    commitment: Name
    unit: Name
    outcome: Words
    by: Name


class CommitmentCarriedForward(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new deadline for the same promise; the old deadline counts as missed when it had passed."""

    commitment: Name
    unit: Name
    deadline: dt.date
    reason: Words
    by: Name
    meeting: Name | UnsetType = UNSET


class CommitmentDropped(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The promise no longer stands, and why."""

    commitment: Name
    unit: Name
    reason: Words
    by: Name
