"""Meetings: scheduled, held and closed, and what stands in the way of closing."""

from __future__ import annotations

import datetime as dt

import pytest

from schemas.commitments import MeetingScheduled, MeetingStarted
from services.actions.domain.decision import Reason
from services.actions.domain.meeting import (
    Close,
    Command,
    RecordDecision,
    ReviewCommitment,
    Schedule,
    Start,
)
from services.actions.domain.promise import Promise
from tests.unit.services.actions.given import given, moment

SCHEDULE = Schedule(
    meeting="m-1", unit="north", title="Team meeting", starts="2026-11-23T10:00:00+00:00", by="w-9"
)
SCHEDULED = MeetingScheduled(
    meeting="m-1", unit="north", title="Team meeting", starts="2026-11-23T10:00:00+00:00", by="w-9"
)
STARTED = MeetingStarted(meeting="m-1", unit="north", by="w-9", to_review=("c-1", "c-2"))
PLANNED = ("2026-11-20", SCHEDULED)
RUNNING = (PLANNED, ("2026-11-23", STARTED))


def due(commitment: str, text: str) -> Promise:
    return Promise(
        commitment, "north", text, f"owner-{commitment}", dt.date(2026, 11, 20), "w-9", moment("2026-11-01")
    )


FIRST, SECOND = due("c-1", "Ring the ten longest waits."), due("c-2", "Ask the panel for a second day.")


def test_scheduled() -> None:
    given().when(SCHEDULE).then(SCHEDULED, reason=Reason.SCHEDULED)


@pytest.mark.parametrize(
    "starts",
    ["", "tomorrow", "2026-11-23", "2026-11-23T10:00:00", "1989-12-31T10:00:00+00:00", "2026-02-30T10:00Z"],
)
def test_not_scheduled_without_a_real_time(starts: str) -> None:
    command = Schedule("m-1", "north", "Team meeting", starts, "w-9")
    given().when(command).refused(Reason.TIME_WRONG, "2026-12-01T10:00:00+00:00")


@pytest.mark.parametrize(("title", "reason"), [(" ", Reason.TEXT_MISSING), ("x" * 201, Reason.TEXT_TOO_LONG)])
def test_not_scheduled_without_a_title(title: str, reason: Reason) -> None:
    given().when(Schedule("m-1", "north", title, SCHEDULE.starts, "w-9")).refused(reason)


def test_starting_freezes_what_must_be_reviewed() -> None:
    story = given(PLANNED).when(Start("w-9", ("c-1", "c-2")))
    story.then(STARTED, reason=Reason.STARTED)
    assert story.state.chair == "w-9"
    assert story.state.to_review == ("c-1", "c-2")


def test_it_starts_once() -> None:
    given(*RUNNING).when(Start("w-9", ())).refused(Reason.ALREADY_STARTED)


@pytest.mark.parametrize(
    "command",
    [ReviewCommitment("c-1", "Well.", "w-9", known=True), RecordDecision("Go.", "w-9"), Close("w-9", ())],
)
def test_nothing_happens_before_it_starts(command: Command) -> None:
    given(PLANNED).when(command).refused(Reason.NOT_IN_PROGRESS, "start it first")
    given().when(command).refused(Reason.MEETING_UNKNOWN)


def test_it_cannot_close_over_due_commitments_and_names_them() -> None:
    refusal = given(*RUNNING).when(Close("w-9", (FIRST, SECOND))).refused(Reason.DUE_UNREVIEWED)
    assert refusal.about == ("c-1", "c-2")
    for words in ("2 commitments", "Ring the ten longest waits.", "owner-c-2", "20 November 2026"):
        assert words in refusal.sentence


def test_one_left_is_named_alone() -> None:
    story = given(*RUNNING).when(ReviewCommitment("c-1", "Six of ten rung.", "w-9", known=True))
    refusal = story.held(Reason.REVIEWED).when(Close("w-9", (FIRST, SECOND))).refused(Reason.DUE_UNREVIEWED)
    assert refusal.about == ("c-2",)
    assert "1 commitment that is due was" in refusal.sentence
    assert "Ring the ten" not in refusal.sentence


def test_closed_when_each_was_reviewed_or_is_due_no_more() -> None:
    story = given(*RUNNING).when(ReviewCommitment("c-1", "Six of ten rung.", "w-9", known=True))
    story.when(Close("w-9", (FIRST,))).held(Reason.CLOSED)
    assert story.state.at == moment("2026-11-23")
    assert [review.note for review in story.state.held.reviewed] == ["Six of ten rung."]


def test_only_a_commitment_of_the_unit_is_reviewed() -> None:
    given(*RUNNING).when(ReviewCommitment("c-8", "Well.", "w-9", known=False)).refused(
        Reason.COMMITMENT_UNKNOWN, "c-8"
    )


def test_a_review_says_how_it_stands() -> None:
    given(*RUNNING).when(ReviewCommitment("c-1", " ", "w-9", known=True)).refused(Reason.TEXT_MISSING)


def test_decisions_are_kept_in_order() -> None:
    story = given(*RUNNING).when(RecordDecision("Move two workers.", "w-9"))
    story.when(RecordDecision("Ask finance.", "w-8")).held(Reason.DECISION_RECORDED)
    assert [(each.text, each.by) for each in story.state.decisions] == [
        ("Move two workers.", "w-9"),
        ("Ask finance.", "w-8"),
    ]
    story.when(RecordDecision("x" * 2001, "w-9")).refused(Reason.TEXT_TOO_LONG)


@pytest.mark.parametrize(
    "command",
    [
        Start("w-9", ()),
        ReviewCommitment("c-1", "Well.", "w-9", known=True),
        RecordDecision("Go.", "w-9"),
        Close("w-9", ()),
    ],
)
def test_what_is_closed_is_over(command: Command) -> None:
    story = given(*RUNNING).when(Close("w-9", ())).held(Reason.CLOSED)
    story.when(command).refused(Reason.ENDED, "23 November 2026")
