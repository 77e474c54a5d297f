"""The words that people read."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from services.notify.domain.command import Change, Clear, Climb, decide
from services.notify.domain.message import (
    Message,
    body,
    letter,
    messages,
    number,
    subject_line,
    title,
    why_over,
)
from services.notify.domain.period import in_words, is_present, period_of
from services.notify.domain.rule import Reason, Rule, Unit
from tests.unit.services.notify.domain.given import RAISED, START, Given

LONDON = ZoneInfo("Europe/London")
RULE = Rule(id="r", name="Overdue work", measure="overdue", comparison="above", value=20, clear=15)
SHARE = msgspec.structs.replace(RULE, name="The share kept", comparison="below", unit_of_measure="percent")
NAMES = {"leah": "Leah Brook", "ruth": "Ruth Adeyemi"}


def name_of(person: str) -> str:
    return NAMES.get(person, person)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (23, "count", "23"),
        (1204.0, "count", "1,204"),
        (34.25, "percent", "34.2%"),
        (30.0, "percent", "30%"),
        (1, "days", "1 day"),
        (12.5, "days", "12.5 days"),
        (-3, "count", "-3"),
    ],
)
def test_numbers_as_people_read_them(value: float, unit: Unit, text: str) -> None:
    assert number(value, unit) == text


def test_the_title_is_a_sentence_for_the_meeting() -> None:
    assert title(RULE, "North", 23) == "North: overdue work is 23, above the limit of 20"
    assert title(SHARE, "North", 12.3) == "North: the share kept is 12.3%, below the limit of 20%"
    assert title(msgspec.structs.replace(RULE, name="DoLS waiting"), "A", 21).startswith("A: DoLS waiting is")


def test_why_it_is_over() -> None:
    assert why_over(RULE, Reason.BACK, 12, "2026-11", corrected=False) == (
        "Overdue work is now 12, at or below 15."
    )
    assert why_over(SHARE, Reason.BACK, 95, "2026-W07", corrected=True) == (
        "The figure for week 7 of 2026 was corrected to 95%, which is at or above 15%."
    )
    assert why_over(RULE, Reason.NOTHING_LEFT, None, "2026-11", corrected=False) == (
        "There is nothing left to measure."
    )
    assert "rule was changed" in why_over(RULE, Reason.RULE_CHANGED, 30, "2026-11", corrected=False)


def told(*commands: Climb | Clear) -> list[Message]:
    """The messages of the last command after an exception was raised."""
    given = Given(RAISED)
    for command in commands[:-1]:
        given = given.when(command)
    change = Change(given.state, 1, decide(given.state, commands[-1]), START, [])
    return [one for version, event, after in change.steps() for one in messages(event, after, version)]


def test_whoever_is_asked_is_told_what_to_do_and_what_comes_next() -> None:
    state = Given(RAISED).state
    [message] = messages(RAISED, state, 1)  # type: ignore[arg-type]  # it was raised
    assert (message.id, message.person) == ("x-1-1-1", "leah")
    assert body(message, name_of, LONDON) == (
        "It has been so since Monday 23 November 2026 at 09:30. Acknowledge it with a note of what you are "
        "doing, snooze it, or close it with a commitment or a reason. If nobody answers, it goes to Ruth "
        "Adeyemi on Tuesday 24 November 2026 at 09:30."
    )
    text = letter(message, name_of, LONDON, "https://primed.example/escalations/x-1")
    assert text.startswith("Dear Leah Brook,\n\nNorth: overdue work is 23, above the limit of 20.\n")
    assert "Answer it here: https://primed.example/escalations/x-1" in text


def test_the_second_person_learns_why_and_that_nobody_follows() -> None:
    [message] = told(Climb(2, "ruth", None))
    assert message.person == "ruth"
    assert "because nobody answered in time" in body(message, name_of, LONDON)
    assert "Nobody else will be asked after you." in body(message, name_of, LONDON)


def test_everybody_who_was_asked_learns_that_it_is_over_each_under_an_id_of_their_own() -> None:
    over = told(Climb(2, "ruth", None), Clear(12, "Overdue work is now 12, at or below 15."))
    assert [(message.person, message.kind) for message in over] == [("leah", "over"), ("ruth", "over")]
    assert len({message.id for message in over}) == 2
    assert body(over[0], name_of, LONDON) == (
        "Overdue work is now 12, at or below 15. You need do nothing more."
    )
    assert "You were asked about this:" in letter(over[0], name_of, LONDON, "https://x")


def test_with_nobody_to_ask_nobody_is_told() -> None:
    assert told(Climb(2, "", None)) == []


def test_a_name_cannot_break_the_subject_into_headers() -> None:
    message = msgspec.structs.replace(told(Climb(2, "ruth", None))[0], title="North\r\nBcc: all@example.org")
    assert subject_line(message) == "North Bcc: all@example.org"


@pytest.mark.parametrize(
    ("grain", "period", "told_on", "today", "present"),
    [
        ("month", "2026-11", "2026-11-23", "2026-11-23", True),
        ("month", "2026-11", "2026-11-30", "2026-12-01", True),
        ("month", "2026-11", "2026-11-30", "2026-12-02", False),
        ("month", "2026-11", "2026-12-01", "2026-12-01", False),
        ("month", "2026-12", "2026-11-23", "2026-11-23", False),
        ("month", "2025-11", "2025-11-23", "2026-11-23", False),
        ("week", "2026-W48", "2026-11-23", "2026-11-24", True),
        ("week", "2027-W01", "2026-12-31", "2026-12-31", False),
        ("week", "2026-W53", "2027-01-02", "2027-01-02", True),
    ],
)
def test_which_figures_are_of_the_present(
    grain: str, period: str, told_on: str, today: str, present: bool
) -> None:
    days = dt.date.fromisoformat(told_on), dt.date.fromisoformat(today)
    assert is_present(period, grain, *days) is present  # type: ignore[arg-type]  # a grain


def test_periods_in_words() -> None:
    assert in_words("2026-11") == "November 2026"
    assert in_words(period_of(dt.date(2027, 1, 2), "week")) == "week 53 of 2026"
    with pytest.raises(IndexError):
        in_words("2026-13")
