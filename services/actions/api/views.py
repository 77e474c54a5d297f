"""The JSON of answers: commitments, meetings with their agenda, exceptions, counts."""

from __future__ import annotations

import datetime as dt
from typing import Literal, assert_never

from pydantic import BaseModel, Field

from services.actions.answers import Listed, MeetingPage
from services.actions.domain import commitment, meeting
from services.actions.domain.commitment import Done, Dropped, Open
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.promise import Promise
from services.actions.domain.tally import Tally


class Carried(BaseModel):
    """One move of the deadline."""

    model_config = {"populate_by_name": True, "serialize_by_alias": True}

    from_: dt.date = Field(serialization_alias="from")
    to: dt.date
    on: dt.date
    reason: str
    meeting: str | None


class Commitment(BaseModel):
    """A commitment as it stands; `late`: its deadline has passed, or had when it was done."""

    id: str
    unit: str
    text: str
    owner: str
    deadline: dt.date
    state: Literal["open", "done", "dropped"]
    late: bool
    measure: str | None
    escalation: str | None
    meeting: str | None
    agreed_at: dt.datetime
    agreed_by: str
    ended_at: dt.datetime | None
    ended_by: str | None
    outcome: str | None
    reason: str | None
    carried: list[Carried]
    version: int


class Commitments(BaseModel):
    """A piece of a list; `next_cursor` is null at its end."""

    items: list[Commitment]
    next_cursor: str | None


class Escalated(BaseModel):
    """An exception, as last heard of."""

    id: str
    unit: str
    rule: str
    measure: str
    title: str
    severity: str
    state: str
    value: int | float
    threshold: int | float
    period: str
    raised_at: dt.datetime
    ended_at: dt.datetime | None
    commitment: str | None


class Agenda(BaseModel):
    """What a meeting looks at, in this order; then it decides, and agrees new commitments."""

    last_commitments: list[Commitment]
    exceptions: list[Escalated]
    reports: list[str]


class Reviewed(BaseModel):
    """How the meeting found a commitment."""

    commitment: str
    note: str
    by: str


class Decision(BaseModel):
    """What the meeting decided."""

    text: str
    by: str


class Meeting(BaseModel):
    """A meeting, without what belongs to it."""

    id: str
    unit: str
    title: str
    starts: str
    state: Literal["scheduled", "in_progress", "closed"]
    chair: str | None
    started_at: dt.datetime | None
    closed_at: dt.datetime | None
    version: int


class WholeMeeting(Meeting):
    """A meeting with its agenda and outcome; `to_review`: due and open, to be looked at before it closes."""

    agenda: Agenda
    to_review: list[str]
    reviewed: list[Reviewed]
    decisions: list[Decision]
    agreed: list[Commitment]


class Meetings(BaseModel):
    """A piece of a list; `next_cursor` is null at its end."""

    items: list[Meeting]
    next_cursor: str | None


class Counts(BaseModel):
    """Commitments kept on time in a quarter, of those due so far; `open` and `late` stand today."""

    unit: str | None
    first: dt.date = Field(serialization_alias="from")
    last: dt.date = Field(serialization_alias="to")
    as_at: dt.date
    due: int
    kept: int
    open: int
    late: int


def commitment_view(kept: Versioned[commitment.Known], today: dt.date) -> Commitment:
    """One commitment."""
    state, promise = kept.state, kept.state.promise
    name, ended_at, ended_by = _ending(state)
    return Commitment(
        id=promise.commitment,
        unit=promise.unit,
        text=promise.text,
        owner=promise.owner,
        deadline=promise.deadline,
        state=name,
        late=commitment.is_late(state, today),
        measure=promise.measure,
        escalation=promise.escalation,
        meeting=promise.meeting,
        agreed_at=promise.agreed_at,
        agreed_by=promise.by,
        ended_at=ended_at,
        ended_by=ended_by,
        outcome=state.outcome if isinstance(state, Done) else None,
        reason=state.reason if isinstance(state, Dropped) else None,
        carried=_carried(promise),
        version=kept.version,
    )


def _carried(promise: Promise) -> list[Carried]:
    return [
        Carried(from_=move.from_, to=move.to, on=move.day, reason=move.reason, meeting=move.meeting)
        for move in promise.carried
    ]


def _ending(
    state: commitment.Known,
) -> tuple[Literal["open", "done", "dropped"], dt.datetime | None, str | None]:
    match state:
        case Open():
            return "open", None, None
        case Done(at=at, by=by):
            return "done", at, by
        case Dropped(at=at, by=by):
            return "dropped", at, by
        case _:
            assert_never(state)


def commitments_view(found: list[Versioned[commitment.Known]], today: dt.date) -> list[Commitment]:
    """Several commitments."""
    return [commitment_view(kept, today) for kept in found]


def meeting_view(kept: Versioned[meeting.Known]) -> Meeting:
    """One meeting for a list."""
    state, plan = kept.state, meeting.plan_of(kept.state)
    held = _held(state)
    return Meeting(
        id=plan.meeting,
        unit=plan.unit,
        title=plan.title,
        starts=plan.starts,
        state=_stage(state),
        chair=held.chair if held else None,
        started_at=held.started_at if held else None,
        closed_at=state.at if isinstance(state, meeting.Closed) else None,
        version=kept.version,
    )


def whole_meeting(page: MeetingPage, today: dt.date) -> WholeMeeting:
    """One meeting with all that belongs to it."""
    held = _held(page.held.state)
    return WholeMeeting(
        **meeting_view(page.held).model_dump(),
        agenda=Agenda(
            last_commitments=commitments_view(list(page.agenda.last_commitments), today),
            exceptions=[_escalated(heard) for heard in page.agenda.exceptions],
            reports=list(page.agenda.reports),
        ),
        to_review=list(page.to_review),
        reviewed=[
            Reviewed(commitment=one.commitment, note=one.note, by=one.by)
            for one in (held.reviewed if held else ())
        ],
        decisions=[Decision(text=one.text, by=one.by) for one in (held.decisions if held else ())],
        agreed=commitments_view(page.agreed, today),
    )


def meetings_view(found: Listed[meeting.Known], cursor: str | None) -> Meetings:
    """A piece of the list of meetings."""
    return Meetings(items=[meeting_view(kept) for kept in found.items], next_cursor=cursor)


def counts_view(unit: str | None, counted: Tally, today: dt.date) -> Counts:
    """How many commitments were kept."""
    return Counts(
        unit=unit,
        first=counted.first,
        last=counted.last,
        as_at=today,
        due=counted.due,
        kept=counted.kept,
        open=counted.open,
        late=counted.late,
    )


def _held(state: meeting.Known) -> meeting.InProgress | None:
    match state:
        case meeting.Scheduled():
            return None
        case meeting.InProgress():
            return state
        case meeting.Closed(held):
            return held
        case _:
            assert_never(state)


def _stage(state: meeting.Known) -> Literal["scheduled", "in_progress", "closed"]:
    match state:
        case meeting.Scheduled():
            return "scheduled"
        case meeting.InProgress():
            return "in_progress"
        case meeting.Closed():
            return "closed"
        case _:
            assert_never(state)


def _escalated(heard: Heard) -> Escalated:
    return Escalated(
        id=heard.escalation,
        unit=heard.unit,
        rule=heard.rule,
        measure=heard.measure,
        title=heard.title,
        severity=heard.severity,
        state=heard.state,
        value=heard.value,
        threshold=heard.threshold,
        period=heard.period,
        raised_at=heard.raised_at,
        ended_at=heard.ended_at,
        commitment=heard.commitment,
    )
