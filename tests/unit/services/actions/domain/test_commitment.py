"""Commitments: what is agreed, refused, completed, carried forward and dropped."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from schemas.commitments import (
    CommitmentAgreed,
    CommitmentCarriedForward,
    CommitmentCompleted,
    CommitmentDropped,
)
from services.actions.domain.commitment import (
    Agree,
    CarryForward,
    Complete,
    Done,
    Drop,
    Dropped,
    NotAgreed,
    Open,
    evolve,
    is_late,
)
from services.actions.domain.decision import Reason
from tests.unit.services.actions.given import given, moment

AGREE = Agree(
    commitment="c-1",
    unit="north",
    text="Close the five oldest reviews.",
    owner="w-1",
    deadline="2026-12-04",
    by="w-9",
    owner_known=True,
)
AGREED = CommitmentAgreed(
    commitment="c-1",
    unit="north",
    text="Close the five oldest reviews.",
    owner="w-1",
    deadline=dt.date(2026, 12, 4),
    by="w-9",
)
COMPLETE = Complete(outcome="All five are closed.", by="w-1", leads=False)
CARRY = CarryForward(deadline="2026-12-11", reason="Two await the panel.", by="w-9", leads=True)
DROP = Drop(reason="The team was merged.", by="w-9", leads=True)


def test_one_owner_promises_one_thing_by_one_day() -> None:
    given().when(AGREE).then(AGREED, reason=Reason.AGREED)


def test_what_it_answers_and_where_it_was_made_are_kept() -> None:
    command = replace(
        AGREE, meeting="m-1", meeting_open=True, measure="overdue", escalation="e-1", escalation_known=True
    )
    made = given().when(command).held(Reason.AGREED).state.promise
    assert (made.meeting, made.measure, made.escalation) == ("m-1", "overdue", "e-1")


@pytest.mark.parametrize(
    ("change", "reason", "said"),
    [
        ({"owner": None}, Reason.OWNER_MISSING, "one owner"),
        ({"owner": ""}, Reason.OWNER_MISSING, "one owner"),
        ({"owner": "w-77", "owner_known": False}, Reason.OWNER_UNKNOWN, "w-77"),
        ({"owner": "north", "owner_known": False}, Reason.OWNER_UNKNOWN, "not a team"),
        ({"deadline": None}, Reason.DEADLINE_MISSING, "needs a deadline"),
        ({"deadline": ""}, Reason.DEADLINE_MISSING, "needs a deadline"),
        ({"deadline": "soon"}, Reason.DEADLINE_NO_DATE, "YYYY-MM-DD"),
        ({"deadline": "2026-02-30"}, Reason.DEADLINE_NO_DATE, "a day that exists"),
        ({"deadline": "20261204"}, Reason.DEADLINE_NO_DATE, "YYYY-MM-DD"),
        ({"deadline": "2026-12-04T10:00:00"}, Reason.DEADLINE_NO_DATE, "YYYY-MM-DD"),
        ({"deadline": "２０２６-12-04"}, Reason.DEADLINE_NO_DATE, "YYYY-MM-DD"),
        ({"deadline": "2026-11-22"}, Reason.DEADLINE_PAST, "22 November 2026 has passed"),
        ({"deadline": "2101-01-01"}, Reason.DEADLINE_TOO_FAR, "after 2100"),
        ({"text": "  "}, Reason.TEXT_MISSING, "missing"),
        ({"text": "x" * 2001}, Reason.TEXT_TOO_LONG, "2001 characters"),
        ({"text": "a\x00b"}, Reason.TEXT_UNPRINTABLE, "control characters"),
        ({"meeting": "m-1"}, Reason.MEETING_UNKNOWN, "m-1"),
        ({"meeting": "m-1", "meeting_open": False}, Reason.NOT_IN_PROGRESS, "start it first"),
        ({"escalation": "e-1"}, Reason.ESCALATION_UNKNOWN, "e-1"),
    ],
)
def test_refused_with_a_sentence(change: dict[str, object], reason: Reason, said: str) -> None:
    given().when(replace(AGREE, **change)).refused(reason, said)  # type: ignore[arg-type]  # table of any field


def test_a_deadline_of_today_holds() -> None:
    given().when(replace(AGREE, deadline="2026-11-23"), on="2026-11-23").held(Reason.AGREED)


@pytest.mark.parametrize(
    ("by", "leads"), [("w-1", False), ("w-5", True)], ids=["its owner", "a manager of the unit"]
)
def test_completed_by(by: str, leads: bool) -> None:
    command = replace(COMPLETE, by=by, leads=leads)
    done = CommitmentCompleted(commitment="c-1", unit="north", outcome="All five are closed.", by=by)
    given(("2026-11-23", AGREED)).when(command, on="2026-12-04").then(done, reason=Reason.COMPLETED)


def test_nobody_else_completes_it() -> None:
    refusal = given(("2026-11-23", AGREED)).when(replace(COMPLETE, by="w-2")).refused(Reason.NOT_YOURS)
    assert "its owner, or a manager" in refusal.sentence


@pytest.mark.parametrize("command", [replace(CARRY, leads=False), replace(DROP, leads=False)])
def test_not_even_its_owner_carries_or_drops_it(command: CarryForward | Drop) -> None:
    given(("2026-11-23", AGREED)).when(replace(command, by="w-1")).refused(Reason.NOT_YOURS, "a manager")


def test_late_the_day_after_its_deadline() -> None:
    state = given(("2026-11-23", AGREED)).state
    assert not is_late(state, dt.date(2026, 12, 4))
    assert is_late(state, dt.date(2026, 12, 5))


def test_done_after_the_deadline_stays_late() -> None:
    story = given(("2026-11-23", AGREED)).when(COMPLETE, on="2026-12-05").held(Reason.COMPLETED_LATE)
    assert is_late(story.state, dt.date(2027, 1, 1))


def test_a_dropped_one_is_not_late() -> None:
    story = given(("2026-11-23", AGREED)).when(DROP, on="2026-12-20")
    story.then(
        CommitmentDropped(commitment="c-1", unit="north", reason="The team was merged.", by="w-9"),
        reason=Reason.DROPPED,
    )
    assert not is_late(story.state, dt.date(2027, 1, 1))


def test_carried_forward_twice_and_no_more() -> None:
    story = given(("2026-11-23", AGREED))
    story.when(CARRY, on="2026-12-04").held(Reason.CARRIED_FORWARD)
    story.when(replace(CARRY, deadline="2026-12-18"), on="2026-12-12").held(Reason.CARRIED_FORWARD)
    assert [(move.from_.day, move.to.day, move.day.day) for move in story.state.promise.carried] == [
        (4, 11, 4),
        (11, 18, 12),
    ]
    third = story.when(replace(CARRY, deadline="2026-12-30"), on="2026-12-18")
    third.refused(Reason.CARRIED_TOO_OFTEN, "twice already", "Re-scope", "escalate", "drop")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"deadline": "2026-12-04"}, Reason.DEADLINE_NOT_LATER),
        ({"deadline": "2026-12-01"}, Reason.DEADLINE_NOT_LATER),
        ({"deadline": "2026-11-01"}, Reason.DEADLINE_PAST),
        ({"deadline": None}, Reason.DEADLINE_MISSING),
        ({"reason": ""}, Reason.TEXT_MISSING),
        ({"meeting": "m-1", "meeting_open": False}, Reason.NOT_IN_PROGRESS),
    ],
)
def test_carried_forward_only_to_a_later_day_with_a_reason(change: dict[str, object], reason: Reason) -> None:
    command = replace(CARRY, **change)  # type: ignore[arg-type]  # table of any field
    given(("2026-11-23", AGREED)).when(command).refused(reason)


def test_carried_forward_says_where() -> None:
    command = replace(CARRY, meeting="m-2", meeting_open=True)
    moved = CommitmentCarriedForward(
        commitment="c-1",
        unit="north",
        deadline=dt.date(2026, 12, 11),
        reason="Two await the panel.",
        by="w-9",
        meeting="m-2",
    )
    given(("2026-11-23", AGREED)).when(command).then(moved, reason=Reason.CARRIED_FORWARD)


@pytest.mark.parametrize("ending", [COMPLETE, DROP])
@pytest.mark.parametrize("command", [COMPLETE, CARRY, DROP])
def test_what_has_ended_is_over(ending: Complete | Drop, command: Complete | CarryForward | Drop) -> None:
    story = given(("2026-11-23", AGREED)).when(ending, on="2026-11-24")
    story.when(replace(command, leads=True)).refused(Reason.ENDED, "24 November 2026")


@pytest.mark.parametrize("command", [COMPLETE, CARRY, DROP])
def test_nothing_goes_on_without_a_beginning(command: Complete | CarryForward | Drop) -> None:
    given().when(command).refused(Reason.COMMITMENT_UNKNOWN)


def test_the_same_walk_from_nothing_gives_the_same_state() -> None:
    moved = CommitmentCarriedForward(
        commitment="c-1", unit="north", deadline=dt.date(2026, 12, 11), reason="Panel.", by="w-9"
    )
    done = CommitmentCompleted(commitment="c-1", unit="north", outcome="Closed.", by="w-1")
    late = CommitmentDropped(commitment="c-1", unit="north", reason="Never mind.", by="w-9")
    state = evolve(NotAgreed(), AGREED, moment("2026-11-23"))
    assert isinstance(state, Open)
    state = evolve(evolve(state, moved, moment("2026-12-01")), done, moment("2026-12-10"))
    assert isinstance(state, Done)
    assert state.promise.deadline == dt.date(2026, 12, 11)
    assert evolve(state, late, moment("2026-12-11")) == state
    assert isinstance(evolve(Open(state.promise), late, moment("2026-12-11")), Dropped)
