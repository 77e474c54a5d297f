"""Of the rows of one event the one with the highest rank stands, whatever their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.cld.identity import Facts
from services.ingest.domain.cld.survivors import Survivors


def event(number: int) -> Facts:
    return ("request", f"E{number}")


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=40))
def test_one_row_of_each_event_stands_the_last_of_the_highest(rows: list[tuple[int, int]]) -> None:
    found = Survivors()
    for row, (which, rank) in enumerate(rows, start=2):
        found.add(row, event(which), rank)
    found.close()
    standing = {row for row in range(2, len(rows) + 2) if found.stands(row)}
    best = {
        which: max((rank, row) for row, (other, rank) in enumerate(rows, start=2) if other == which)[1]
        for which in {which for which, _ in rows}
    }
    assert standing == set(best.values())


def test_a_row_that_was_not_told_of_stands() -> None:
    found = Survivors()
    found.close()
    assert found.stands(7)
