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
    EscalationSnoozed,
)
from services.notify.domain.command import Acknowledge, Clear, Climb, Close, Command, Refused, Snooze
from services.notify.domain.escalation import (
    Acknowledged,
    Asked,
    Cleared,
    Closed,
    Next,
    Note,
    Raised,
    asked_by_now,
    is_open,
    is_unasked,
    people,
    turn,
)
from services.notify.domain.overview import overview
from tests.unit.services.notify.domain.given import RAISED, START, Given

ACKNOWLEDGED = EscalationAcknowledged(escalation="x-1", unit="north", by="leah", note="On it.")
LATER = START + dt.timedelta(days=7)
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
    assert (asked_by_now(after.state), after.state.next) == ((2, ("leah", "ruth")), None)


def test_with_nobody_found_it_waits_and_the_first_found_is_asked() -> None:
    given = Given(NOBODY)
    assert isinstance(given.state, Raised)
    assert is_unasked(given.state)
    assert asked_by_now(given.state) == (0, ())
    after = given.when(Climb(1, "mo", None)).state
    assert isinstance(after, Raised)
    assert (people(after), is_unasked(after)) == (("mo",), False)


def test_nobody_left_to_ask_is_remembered() -> None:
    after = Given(RAISED).when(Climb(2, "", None)).state
    assert isinstance(after, Raised)
    assert is_unasked(after)
    assert asked_by_now(after) == (1, ("leah",))


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
        ((RAISED,), Snooze("leah", " ", LATER, START), "no_note"),
        ((RAISED,), Snooze("leah", "Later.", START, START), "wrong_until"),
        ((RAISED,), Snooze("leah", "Later.", START + dt.timedelta(days=93), START), "wrong_until"),
        ((RAISED, CLEARED), Snooze("leah", "Later.", LATER, START), "ended"),
        ((RAISED, CLOSED), Snooze("leah", "Later.", LATER, START), "ended"),
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
    assert shown["acknowledged"] == {"by": "leah", "note": "On it.", "at": START, "until": None}
    assert shown["snoozed"] is None


def test_a_cleared_one_is_closed_by_a_person_and_still_says_why_it_cleared() -> None:
    state = Given(RAISED, CLEARED).when(Close("leah", reason="It was the new form.")).state
    shown = overview(state, 3)  # type: ignore[arg-type]  # it was raised
    assert (shown["state"], shown["cleared"]["why"]) == ("closed", CLEARED.why)  # type: ignore[index]  # it had cleared


def test_a_snoozed_one_waits_and_is_asked_about_again() -> None:
    given = Given(RAISED, ACKNOWLEDGED).when(Snooze("leah", "After Monday.", LATER, START))
    [snoozed] = given.events
    assert isinstance(snoozed, EscalationSnoozed)
    shown = overview(given.state, 3)  # type: ignore[arg-type]  # it was raised
    assert shown["snoozed"] == {"by": "leah", "note": "After Monday.", "at": START, "until": LATER}
    assert (shown["state"], shown["acknowledged"], turn(given.state)) == ("snoozed", None, LATER)
    assert given.when(Climb(2, "ruth", None)).events == []
    woken = given.when(Climb(1, "leah", None, "snooze_over")).state
    assert isinstance(woken, Raised)
    assert asked_by_now(woken) == (1, ("leah",))
    assert people(woken) == ("leah",)


def test_an_acknowledgement_lapses_once() -> None:
    given = Given(RAISED).when(Acknowledge("leah", "On it.", LATER))
    assert turn(given.state) == LATER
    lapsed = given.when(Climb(1, "leah", None, "lapsed"))
    assert isinstance(lapsed.state, Raised)
    assert lapsed.when(Climb(1, "leah", None, "lapsed")).events == []


def test_that_nobody_is_left_to_ask_is_said_once() -> None:
    given = Given(RAISED).when(Climb(2, "", None))
    assert len(given.events) == 1
    assert given.when(Climb(2, "", None)).events == []
    assert len(given.when(Climb(2, "ruth", None)).events) == 1
