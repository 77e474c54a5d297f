"""Where readers stand, and how that is written."""

from __future__ import annotations

import pytest

from eventlog.positions import after, read, starting, written
from eventlog.records import PositionLost, Record

PLACE = ("primed.case-events", 3)


def record(offset: int) -> Record:
    return Record(*PLACE, offset, 0, None, None)


def test_after_a_batch_the_next_offset_is_read() -> None:
    assert after({PLACE: [record(4), record(9)], ("other", 0): []}) == {PLACE: 10}


def test_positions_are_written_with_a_dash_and_read_back() -> None:
    positions = {("primed.case-events", 11): 5, ("primed.case-events", 2): 7}
    assert written(positions) == {"primed.case-events-2": 7, "primed.case-events-11": 5}
    assert read(written(positions)) == positions


@pytest.mark.parametrize("name", ["primed", "primed-", "-3", "primed-x", "primed--1x"])
def test_what_is_no_position_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no position"):
        read({name: 1})


@pytest.mark.parametrize(
    ("stored", "start", "end", "begin"),
    [(None, 0, 0, 0), (None, 0, 9, 0), (4, 0, 9, 4), (9, 3, 9, 9), (3, 3, 9, 3)],
)
def test_reading_begins_at_the_stored_place(stored: int | None, start: int, end: int, begin: int) -> None:
    known = {} if stored is None else {PLACE: stored}
    assert starting([PLACE], known, {PLACE: start}, {PLACE: end}) == {PLACE: begin}


@pytest.mark.parametrize(
    ("stored", "start", "end", "why"),
    [
        (2, 3, 9, "1 records are gone unread"),
        (None, 3, 9, "3 records are gone unread"),
        (10, 0, 9, "the log ends at 9"),
    ],
)
def test_a_place_outside_the_log_is_never_jumped_from(
    stored: int | None, start: int, end: int, why: str
) -> None:
    known = {} if stored is None else {PLACE: stored}
    with pytest.raises(PositionLost, match=why):
        starting([PLACE], known, {PLACE: start}, {PLACE: end})
