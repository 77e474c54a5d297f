"""An exception from the first question to its end."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from schemas.escalations import (
    EscalationAcknowledged,
    EscalationCleared,
    EscalationClosed,
    EscalationEscalated,
)
from services.notify.domain.command import Acknowledge, Clear, Climb, Close, Command, Refused
from services.notify.domain.escalation import (
    Acknowledged,
    Asked,
    Cleared,
    Closed,
    Next,
    Note,
    Raised,
    is_open,
    is_unasked,
    last_rung,
    people,
)
from services.notify.domain.overview import overview
from tests.unit.services.notify.domain.given import RAISED, START, Given

ACKNOWLEDGED = EscalationAcknowledged(escalation="x-1", unit="north", by="leah", note="On it.")
CLIMBED = EscalationEscalated(escalation="x-1", unit="north", rung=2, asked="ruth")
CLEARED = EscalationCleared(escalation="x-1", unit="north", value=15, why="Well again.")
CLOSED = EscalationClosed(escalation="x-1", unit="north", by="leah", commitment="c-1")
NOBODY = msgspec.structs.replace(RAISED, asked="", next_at=msgspec.UNSET, next_asked=msgspec.UNSET)


def test_it_begins_with_one_person_asked_and_the_next_one_named() -> None:
    state = Given(RAISED).state
    assert isinstance(state, Raised)
    assert state.asked == (Asked("leah", 1, START),)
    assert state.next == Next("ruth", dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC))


def test_an_acknowledgement_ends_the_questions() -> None:
    after = Given(RAISED).when(Acknowledge("leah", "On it."))
    assert after.events == [ACKNOWLEDGED]
    assert isinstance(after.state, Acknowledged)
    assert Given(RAISED, ACKNOWLEDGED).when(Climb(2, "ruth", None)).events == []


def test_the_next_person_is_asked_after_the_first() -> None:
    after = Given(RAISED).when(Climb(2, "ruth", None))
    assert after.events == [CLIMBED]
    assert isinstance(after.state, Raised)
    assert (people(after.state), last_rung(after.state), after.state.next) == (("leah", "ruth"), 2, None)


def test_with_nobody_found_it_waits_and_the_first_found_is_asked() -> None:
    given = Given(NOBODY)
    assert isinstance(given.state, Raised)
    assert is_unasked(given.state)
    assert (people(given.state), last_rung(given.state)) == ((), 0)
    after = given.when(Climb(1, "mo", None)).state
    assert isinstance(after, Raised)
    assert (people(after), is_unasked(after)) == (("mo",), False)


def test_nobody_left_to_ask_is_remembered() -> None:
    after = Given(RAISED).when(Climb(2, "", None)).state
    assert isinstance(after, Raised)
    assert is_unasked(after)
    assert (people(after), last_rung(after)) == (("leah",), 1)


@pytest.mark.parametrize("before", [(RAISED,), (RAISED, CLIMBED), (RAISED, ACKNOWLEDGED)])
def test_it_clears_from_any_open_state_and_only_once(before: tuple[object, ...]) -> None:
    after = Given(*before).when(Clear(15, "Well again."))  # type: ignore[arg-type]  # events
    assert after.events == [CLEARED]
    assert isinstance(after.state, Cleared)
    assert not is_open(after.state)
    assert after.when(Clear(14, "Again.")).events == []
    assert Given(RAISED, CLOSED).when(Clear(14, "Again.")).events == []


def test_it_is_closed_by_a_commitment_or_a_reason() -> None:
    by_commitment = Given(RAISED).when(Close("leah", commitment="c-1"))
    assert by_commitment.events == [CLOSED]
    assert isinstance(by_commitment.state, Closed)
    by_reason = Given(RAISED, ACKNOWLEDGED).when(Close("ruth", reason="  A count to mend. ")).state
    assert isinstance(by_reason, Closed)
    assert (by_reason.reason, by_reason.commitment, by_reason.note) == (
        "A count to mend.",
        None,
        Note("leah", "On it.", START),
    )


def test_the_same_commitment_closes_it_again_without_a_word() -> None:
    assert Given(RAISED, CLOSED).when(Close("ruth", commitment="c-1")).events == []


@pytest.mark.parametrize(
    ("before", "command", "reason"),
    [
        ((), Acknowledge("leah", "On it."), "unknown"),
        ((RAISED,), Acknowledge("leah", "  "), "no_note"),
        ((RAISED, ACKNOWLEDGED), Acknowledge("ruth", "Me too."), "acknowledged_before"),
        ((RAISED, CLEARED), Acknowledge("leah", "Late."), "ended"),
        ((RAISED, CLOSED), Acknowledge("leah", "Late."), "ended"),
        ((RAISED,), Close("leah"), "no_answer"),
        ((RAISED,), Close("leah", reason=" "), "no_answer"),
        ((RAISED,), Close("leah", commitment="c-1", reason="And why."), "no_answer"),
        ((RAISED, CLEARED), Close("leah", reason="Late."), "ended"),
        ((RAISED, CLOSED), Close("leah", commitment="c-2"), "ended"),
    ],
)
def test_what_is_refused_and_why(before: tuple[object, ...], command: Command, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        Given(*before).when(command)  # type: ignore[arg-type]  # events
    assert refusal.value.reason == reason
    assert str(refusal.value).endswith(".")


def test_a_stream_must_begin_at_its_beginning() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        Given(ACKNOWLEDGED)


def test_how_it_is_shown() -> None:
    state = Given(RAISED, ACKNOWLEDGED, CLOSED).state
    assert not isinstance(state, Raised)
    shown = overview(state, 3)  # type: ignore[arg-type]  # it was raised
    assert (shown["state"], shown["version"], shown["next"], shown["cleared"]) == ("closed", 3, None, None)
    assert shown["closed"] == {"by": "leah", "reason": None, "commitment": "c-1", "at": START}
    assert shown["acknowledged"] == {"by": "leah", "note": "On it.", "at": START}
