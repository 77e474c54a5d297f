"""The accounts of commitments and meetings."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from services.metrics.domain.facts import NO_FACTS, evolve
from services.metrics.domain.postings import postings
from tests.casework import date_text, fact

ABOUT = {"commitment": "c1", "unit": "north"}


def said(sequence: int, verb: str, at: str, **fields: Any) -> dict[str, Any]:
    noun, _, verb = verb.rpartition(".")
    if "deadline" in fields:
        fields["deadline"] = date_text(fields["deadline"])
    data = {"by": "m", **fields} | (ABOUT if not noun else {"meeting": "m1", "unit": "north"})
    return {
        "specversion": "1.0",
        "id": f"c1:{sequence}",
        "source": "demo/actions",
        "subject": "demo/actions/c1",
        "type": f"primed.{noun or 'commitment'}.{verb}.v1",
        "time": f"{date_text(at)}T10:00:00+01:00",
        "sequence": str(sequence),
        "data": data,
    }


AGREED = said(1, "agreed", "4", text="Call everyone", owner="ann", deadline="10")


def book(*events: dict[str, Any]) -> dict[str, int]:
    known = NO_FACTS
    for one in events:
        known = evolve(known, fact(one))
    return {
        f"{key.account.removeprefix('commitments_')} @{key.team} {key.day:%m-%d} {key.worker}".strip(): amount
        for key, amount in postings(known).items()
    }


DONE_IN_TIME = said(2, "completed", "9", outcome="Called")
OPENED = {"open @north 05-04 ann": 1}
MISSED = {"due @north 05-10 ann": 1, "late @north 05-11 ann": 1}


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        ([], MISSED),
        (
            [DONE_IN_TIME],
            {"due @north 05-10 ann": 1, "kept @north 05-09 ann": 1, "open @north 05-09 ann": -1},
        ),
        ([said(2, "completed", "12", outcome="Called")], MISSED | {"open @north 05-12 ann": -1}),
        ([said(2, "dropped", "10", reason="No longer needed")], {"open @north 05-10 ann": -1}),
        ([said(2, "dropped", "11", reason="No longer needed")], MISSED | {"open @north 05-11 ann": -1}),
        (
            [said(2, "carried-forward", "10", deadline="20", reason="Ill")],
            {"due @north 05-20 ann": 1, "late @north 05-21 ann": 1},
        ),
        (
            [said(2, "carried-forward", "11", deadline="20", reason="Ill")],
            MISSED | {"due @north 05-20 ann": 1, "late @north 05-21 ann": 1},
        ),
        (
            [
                said(2, "carried-forward", "11", deadline="20", reason="Ill"),
                said(3, "completed", "20", outcome="Called"),
            ],
            MISSED | {"due @north 05-20 ann": 1, "kept @north 05-20 ann": 1, "open @north 05-20 ann": -1},
        ),
    ],
    ids=[
        "stands",
        "in time",
        "late",
        "dropped in time",
        "dropped late",
        "carried in time",
        "carried late",
        "carried, kept",
    ],
)
def test_the_accounts_of_a_commitment(events: list[dict[str, Any]], lines: dict[str, int]) -> None:
    for order in itertools.permutations([AGREED, *events]):
        assert book(*order) == OPENED | lines


def test_agreed_and_done_on_one_day_was_never_an_open_stock() -> None:
    assert book(AGREED, said(2, "completed", "4", outcome="Called")) == {
        "due @north 05-10 ann": 1,
        "kept @north 05-04 ann": 1,
    }


def test_what_is_ended_stays_ended() -> None:
    assert book(AGREED, DONE_IN_TIME, said(3, "dropped", "10", reason="x")) == book(AGREED, DONE_IN_TIME)


def test_without_its_agreement_a_commitment_is_not_in_the_book() -> None:
    assert book(DONE_IN_TIME) == {}


def test_a_meeting_is_held_once_and_other_words_of_it_count_nothing() -> None:
    held = said(2, "meeting.started", "6")
    assert book(held, said(3, "meeting.closed", "6"), said(4, "meeting.started", "7")) == {
        "meetings_held @north 05-06": 1
    }
