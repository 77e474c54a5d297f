"""Purposes: set once for each unit, then changed with a reason."""

from __future__ import annotations

from schemas.purposes import PurposeSet
from services.actions.domain.decision import Reason
from services.actions.domain.purpose import Change, Set
from tests.unit.services.actions.given import given, moment

SET = Set("north", " People live the lives they choose. ", ("Nobody waits.",), "w-9")
SAID = PurposeSet(
    unit="north", purpose="People live the lives they choose.", objectives=("Nobody waits.",), by="w-9"
)


def test_set_without_blanks_around() -> None:
    story = given().when(SET)
    story.then(SAID, reason=Reason.SET)
    assert (story.state.purpose, story.state.at) == (SAID.purpose, moment("2026-11-23"))


def test_set_once() -> None:
    given(("2026-11-20", SAID)).when(SET).refused(Reason.PURPOSE_SET, "north", "change it")


def test_changed_with_a_reason() -> None:
    story = given(("2026-11-20", SAID))
    story.when(Change("Shorter.", (), " ", "w-9")).refused(Reason.TEXT_MISSING, "reason")
    story.when(Change("Shorter.", (), "Nobody knew it by heart.", "w-8"))
    anew = PurposeSet(unit="north", purpose="Shorter.", reason="Nobody knew it by heart.", by="w-8")
    story.then(anew, reason=Reason.PURPOSE_CHANGED)
    assert (story.state.unit, story.state.objectives, story.state.by) == ("north", (), "w-8")


def test_not_changed_before_it_was_set() -> None:
    given().when(Change("It.", (), "So.", "w-9")).refused(Reason.PURPOSE_UNKNOWN, "set it first")


def test_refused_with_a_sentence() -> None:
    given().when(Set("north", "", (), "w-9")).refused(Reason.TEXT_MISSING, "The purpose is missing")
    given().when(Set("north", "It.", ("One.",) * 11, "w-9")).refused(Reason.TOO_MANY, "11 objectives")
    given().when(Set("north", "It.", ("One.", " "), "w-9")).refused(Reason.TEXT_MISSING, "An objective")
    at = Set("north", "It.", (), "w-9", "m-1", meeting_open=False)
    given().when(at).refused(Reason.NOT_IN_PROGRESS)
