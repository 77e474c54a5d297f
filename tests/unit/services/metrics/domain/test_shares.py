"""Shares of the log: all of it, each partition in one; and runs of records that nobody can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.shares import TooManyDead, dead_run, shares

PLACES = st.tuples(st.sampled_from(["cases", "actions"]), st.integers(0, 11))


@given(st.dictionaries(PLACES, st.integers(0, 200_000)), st.integers(1, 50_000))
def test_every_partition_is_in_one_share_up_to_its_end(ends: dict[tuple[str, int], int], least: int) -> None:
    found = shares(ends, least)
    assert sorted(pair for share in found for pair in share.until) == sorted(ends.items())
    assert [share.number for share in found] == list(range(1, len(found) + 1))
    assert all(share.records >= least for share in found[:-1])


def test_long_partitions_stand_alone_and_come_first() -> None:
    ends = {("cases", 0): 30_000, ("cases", 1): 90_000, ("actions", 0): 5, ("actions", 1): 0}
    found = shares(ends, 20_000)
    assert [share.until for share in found] == [
        ((("cases", 1), 90_000),),
        ((("cases", 0), 30_000),),
        ((("actions", 0), 5), (("actions", 1), 0)),
    ]


@pytest.mark.parametrize(
    ("refused", "until", "run"),
    [([], 9, 0), ([8], 9, 1), ([7], 9, 0), ([2, 3, 4], 9, 0), ([8, 7, 3], 9, 2), ([0, 1, 2], 3, 3)],
)
def test_the_run_at_the_end_is_counted_whatever_the_order(refused: list[int], until: int, run: int) -> None:
    assert dead_run(refused, until, most=3) == run


def test_a_run_that_is_too_long_is_named_by_its_first_record_too_many() -> None:
    with pytest.raises(TooManyDead) as trouble:
        dead_run([5, 1, 2, 3, 4, 9], 20, most=3)
    assert trouble.value.offset == 4
