"""The order of an agenda, and what is heard of exceptions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec import UNSET, Raw

from schemas.commitments import CommitmentAgreed
from schemas.envelope import Envelope
from schemas.escalations import (
    EscalationAcknowledged,
    EscalationCleared,
    EscalationClosed,
    EscalationEscalated,
    EscalationRaised,
)
from services.actions.domain.agenda import agenda
from services.actions.domain.commitment import Complete, Known
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard, evolve
from tests.unit.services.actions.given import given

TODAY = dt.date(2026, 11, 23)


def agreed(commitment: str, deadline: str) -> tuple[str, CommitmentAgreed]:
    day = dt.date.fromisoformat(deadline)
    return "2026-11-01", CommitmentAgreed(
        commitment=commitment, unit="north", text="It.", owner="w-1", deadline=day, by="w-9"
    )


def raised(escalation: str, severity: Any = "warning", value: int = 23) -> EscalationRaised:
    return EscalationRaised(
        escalation=escalation,
        rule="team-overdue",
        unit="north",
        measure="overdue",
        title="Overdue work is above 20",
        severity=severity,
        value=value,
        threshold=20,
        period="2026-11",
        since="2026-11-20T16:12:00+00:00",
        asked="w-9",
    )


def said(version: int, day: str = "2026-11-21") -> Envelope:
    return Envelope(
        specversion="1.0",
        id=f"e-1/{version}",
        source="primed/notify",
        type="primed.escalation.raised.v1",
        subject="primed/notify/escalation/e-1",
        time=f"{day}T09:00:00+00:00",
        data=Raw(b"{}"),
        sequence=str(version) if version else UNSET,
    )


def heard(escalation: str, severity: str = "warning") -> Heard:
    found = evolve(None, raised(escalation, severity), said(1))
    assert found is not None
    return found


def test_late_first_then_by_deadline_then_what_has_ended() -> None:
    done: Known = given(agreed("c-done", "2026-11-01")).when(Complete("Yes.", "w-1", leads=True)).state
    states = [
        done,
        given(agreed("c-next-week", "2026-11-30")).state,
        given(agreed("c-late", "2026-11-22")).state,
        given(agreed("c-today", "2026-11-23")).state,
    ]
    found = agenda([Versioned(state, 1) for state in states], [], TODAY)
    order = [kept.state.promise.commitment for kept in found.last_commitments]
    assert order == ["c-late", "c-today", "c-next-week", "c-done"]
    assert found.reports == ("workload", "completed", "outcomes")


def test_the_worst_exception_comes_first_and_what_is_over_last() -> None:
    over = evolve(
        heard("e-over", "serious"),
        EscalationCleared(escalation="e-over", unit="north", value=9, why="It fell."),
        said(2),
    )
    assert over is not None
    found = agenda([], [over, heard("e-small", "notice"), heard("e-big", "serious")], TODAY)
    assert [each.escalation for each in found.exceptions] == ["e-big", "e-small", "e-over"]


def test_an_exception_is_followed_to_its_end() -> None:
    story: Heard | None = heard("e-1")
    story = evolve(
        story, EscalationAcknowledged(escalation="e-1", unit="north", by="w-9", note="On it."), said(2)
    )
    story = evolve(story, EscalationEscalated(escalation="e-1", unit="north", rung=2, asked="w-10"), said(3))
    assert story is not None
    assert story.state == "raised"
    closed = EscalationClosed(escalation="e-1", unit="north", by="w-9", commitment="c-1")
    story = evolve(story, closed, said(4, "2026-11-22"))
    assert story is not None
    assert (story.state, story.commitment, story.version) == ("closed", "c-1", 4)
    assert story.ended_at == dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def test_a_repeat_or_an_older_event_changes_nothing() -> None:
    cleared = EscalationCleared(escalation="e-1", unit="north", value=9, why="It fell.")
    story = evolve(heard("e-1"), cleared, said(2))
    assert evolve(story, raised("e-1"), said(1)) == story
    assert evolve(story, cleared, said(2, "2026-11-29")) == story


def test_an_exception_without_a_beginning_is_not_heard() -> None:
    assert (
        evolve(None, EscalationCleared(escalation="e-1", unit="north", value=9, why="It fell."), said(2))
        is None
    )
