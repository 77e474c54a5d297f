"""Counting what was kept, by the same law as the postings of commitments in the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

from schemas.commitments import CommitmentAgreed
from services.actions.domain.commitment import CarryForward, Complete, Drop, Known
from services.actions.domain.tally import Tally, quarter_of, tally
from tests.unit.services.actions.given import given

FIRST, LAST, TODAY = dt.date(2026, 10, 1), dt.date(2026, 12, 31), dt.date(2026, 12, 1)


def agreed(deadline: str) -> tuple[str, CommitmentAgreed]:
    day = dt.date.fromisoformat(deadline)
    return "2026-09-20", CommitmentAgreed(
        commitment="c-1", unit="north", text="It.", owner="w-1", deadline=day, by="w-9"
    )


DONE = Complete("Done.", "w-1", leads=True)
DROP = Drop("No more.", "w-9", leads=True)


def moved(to: str) -> CarryForward:
    return CarryForward(to, "Later.", "w-9", leads=True)


@pytest.mark.parametrize(
    ("state", "due", "kept", "still_open", "late"),
    [
        (given(agreed("2026-10-10")).when(DONE, on="2026-10-10").state, 1, 1, 0, 0),
        (given(agreed("2026-10-10")).when(DONE, on="2026-10-11").state, 1, 0, 0, 0),
        (given(agreed("2026-10-10")).state, 1, 0, 1, 1),
        (given(agreed("2026-12-01")).state, 1, 0, 1, 0),
        (given(agreed("2026-12-02")).state, 0, 0, 1, 0),
        (given(agreed("2026-10-10")).when(DROP, on="2026-10-10").state, 0, 0, 0, 0),
        (given(agreed("2026-10-10")).when(DROP, on="2026-10-11").state, 1, 0, 0, 0),
        (given(agreed("2026-10-10")).when(moved("2026-11-10"), on="2026-10-10").state, 1, 0, 1, 1),
        (given(agreed("2026-10-10")).when(moved("2026-11-10"), on="2026-10-11").state, 2, 0, 1, 1),
        (given(agreed("2026-09-30")).when(DONE, on="2026-09-30").state, 0, 0, 0, 0),
        (given(agreed("2027-01-05")).when(DONE, on="2026-11-30").state, 0, 1, 0, 0),
    ],
    ids=[
        "done on the day",
        "done a day late",
        "past its deadline",
        "due today",
        "due tomorrow",
        "dropped in time",
        "dropped too late",
        "moved in time counts once",
        "moved after it was missed counts twice",
        "before the quarter",
        "done before its quarter",
    ],
)
def test_each_counts_by_the_law(state: Known, due: int, kept: int, still_open: int, late: int) -> None:
    assert tally([state], FIRST, LAST, TODAY) == Tally(FIRST, LAST, due, kept, still_open, late)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-11-23", "2026-10-01", "2026-12-31"),
        ("2028-02-29", "2028-01-01", "2028-03-31"),
        ("2026-04-01", "2026-04-01", "2026-06-30"),
        ("2026-09-30", "2026-07-01", "2026-09-30"),
    ],
)
def test_quarters(day: str, first: str, last: str) -> None:
    assert quarter_of(dt.date.fromisoformat(day)) == (
        dt.date.fromisoformat(first),
        dt.date.fromisoformat(last),
    )
