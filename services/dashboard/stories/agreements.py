"""Exceptions, commitments and meetings: what people answer to and what they agree."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, replace

from services.dashboard.domain import exceptions, promises, questions, words
from services.dashboard.domain.agreements import Commitment, Escalation, Meeting
from services.dashboard.domain.answers import Figure
from services.dashboard.domain.exceptions import Need
from services.dashboard.domain.promises import Promise
from services.dashboard.domain.questions import Moment
from services.dashboard.domain.refusals import Away
from services.dashboard.domain.reports import Completed, Outcomes, Workload
from services.dashboard.flow import Asked, attempt, maybe
from services.dashboard.stories import team


@dataclass(frozen=True)
class Inbox:
    """Exceptions of a unit and all below it."""

    waiting: list[Need]
    in_hand: list[Need]
    over: list[Need]


async def inbox(asked: Asked) -> Inbox:
    """What waits for an answer first, then what is in hand, then what is over."""
    still, over = await asyncio.gather(
        asked.reader.read(questions.escalations(asked.unit)),
        maybe(asked, questions.escalations(asked.unit, "closed")),
    )
    told = [exceptions.need(one, asked.names, asked.when.now) for one in exceptions.in_order(still.items)]
    closed = [] if isinstance(over, Away) else list(over.items)
    return Inbox(
        waiting=[one for one in told if one.state == "raised"],
        in_hand=[one for one in told if one.state in ("acknowledged", "snoozed", "cleared")],
        over=[exceptions.need(one, asked.names, asked.when.now) for one in closed[:20]],
    )


@dataclass(frozen=True)
class EscalationPage:
    """One exception with its history, its figure as it is now, and the commitments that could close it."""

    escalation: Escalation
    now: Figure | None
    need: Need
    history: list[tuple[str, str]]
    answers: list[Promise]


async def escalation(asked: Asked) -> EscalationPage:
    """One exception."""
    found = await asked.reader.read(questions.escalation(asked.options["escalation"]))
    listed, figures = await asyncio.gather(
        maybe(asked, questions.commitments(found.unit)),
        maybe(asked, questions.figures([found.measure], [found.unit], asked.when)),
    )
    made = [] if isinstance(listed, Away) else [one for one in listed.items if one.escalation == found.id]
    now, today = asked.when.now, asked.when.today
    return EscalationPage(
        escalation=found,
        now=None if isinstance(figures, Away) else next(iter(figures.figures), None),
        need=exceptions.need(found, asked.names, now),
        history=exceptions.history(found, asked.names, now),
        answers=[promises.promise(one, asked.names, today) for one in promises.in_order(made)],
    )


@dataclass(frozen=True)
class Kept:
    """The commitments of a unit."""

    open: list[Promise]
    over: list[Promise]
    kept: str
    cursor: str | None


async def commitments(asked: Asked) -> Kept:
    """Open commitments by deadline, then what came of the others."""
    found = await asked.reader.read(
        questions.commitments(
            asked.unit, owner=asked.options.get("owner", ""), cursor=asked.options.get("cursor", "")
        )
    )
    told = [promises.promise(one, asked.names, asked.when.today) for one in promises.in_order(found.items)]
    return Kept(
        open=[one for one in told if one.state == "open"],
        over=[one for one in told if one.state != "open"],
        kept=promises.kept_this_quarter(found.items, asked.when.today),
        cursor=found.next_cursor,
    )


@dataclass(frozen=True)
class CommitmentPage:
    """One commitment and what may be done with it."""

    commitment: Commitment
    promise: Promise


async def commitment(asked: Asked) -> CommitmentPage:
    """One commitment."""
    found = await asked.reader.read(questions.commitment(asked.options["commitment"]))
    return CommitmentPage(found, promises.promise(found, asked.names, asked.when.today))


@dataclass(frozen=True)
class CommitmentForm:
    """What the form for a new commitment offers."""

    owners: list[tuple[str, str]]
    escalation: Escalation | None


async def commitment_form(asked: Asked) -> CommitmentForm:
    """The people who may own it, and the exception that it answers."""
    named = asked.options.get("escalation")
    found = await maybe(asked, questions.escalation(named)) if named else None
    return CommitmentForm(owners(asked, asked.unit), found if isinstance(found, Escalation) else None)


def owners(asked: Asked, unit: str) -> list[tuple[str, str]]:
    """Who may own a commitment of the unit, by name."""
    return sorted(
        ((person, asked.names(person)) for person in asked.tree.people(unit)),
        key=lambda pair: pair[1].casefold(),
    )


async def meetings(asked: Asked) -> list[Meeting]:
    """Meetings of the unit and below, those to come first."""
    found = await asked.reader.read(questions.meetings(asked.unit))
    order = {"in_progress": 0, "scheduled": 1, "closed": 2}
    coming = sorted((one for one in found.items if one.state != "closed"), key=lambda one: one.starts)
    past = sorted(
        (one for one in found.items if one.state == "closed"), key=lambda one: one.starts, reverse=True
    )
    return sorted(coming, key=lambda one: order.get(one.state, 1)) + past[:30]


@dataclass(frozen=True)
class ReviewRow:
    """A commitment on a meeting's agenda: whether it must be looked at, and what was said."""

    commitment: Commitment
    promise: Promise
    must: bool
    note: str


@dataclass(frozen=True)
class Reported:
    """The team's three reports at a meeting, each with its finding, its chart and its questions."""

    workload: Workload | Away
    completed: Completed | Away
    outcomes: Outcomes | Away
    as_at: dt.date | None
    """The day of a meeting that is over; None where the figures are today's."""


@dataclass(frozen=True)
class MeetingPage:
    """A meeting that can be run from one page."""

    meeting: Meeting
    review: list[ReviewRow]
    agreed: list[Promise]
    exceptions: list[Need]
    reports: Reported
    blocked: int
    owners: list[tuple[str, str]]


async def meeting(asked: Asked) -> MeetingPage:
    """One meeting, with exceptions as they stand now."""
    found = await asked.reader.read(questions.meeting(asked.options["meeting"]))
    raised, reports = await asyncio.gather(
        maybe(asked, questions.escalations(found.unit)), _reported(asked, found)
    )
    today, now = asked.when.today, asked.when.now
    notes = {review.commitment: review.note for review in found.reviewed}
    still = [] if isinstance(raised, Away) else exceptions.in_order(raised.items)
    return MeetingPage(
        meeting=found,
        review=[
            ReviewRow(
                one,
                promises.promise(one, asked.names, today),
                one.id in found.to_review,
                notes.get(one.id, ""),
            )
            for one in found.agenda.last_commitments
        ],
        agreed=[promises.promise(one, asked.names, today) for one in found.agreed],
        exceptions=[exceptions.need(one, asked.names, now) for one in still],
        reports=reports,
        blocked=len(promises.not_reviewed(found)),
        owners=owners(asked, found.unit),
    )


async def _reported(asked: Asked, held: Meeting) -> Reported:
    """The reports of the meeting's unit, as they stood on its day where it is over."""
    began = words.instant(held.started_at) if held.state == "closed" else None
    day = began.date() if began and began.date() < asked.when.today else None
    then = replace(asked, unit=held.unit, when=Moment(asked.when.now, day or asked.when.as_at))
    workload, completed, outcomes = await asyncio.gather(
        attempt(team.workload(then)), attempt(team.completed(then)), attempt(team.outcomes(then))
    )
    return Reported(workload, completed, outcomes, day)
