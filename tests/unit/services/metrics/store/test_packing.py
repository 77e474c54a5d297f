"""Lines come out of their bytes as they went in, and small; sums are those of the obvious way."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.hearing import Place
from services.metrics.store.packing import (
    NO_LINES,
    Lines,
    add_up,
    day_number,
    day_of,
    decode,
    encode,
    joined,
    lines_of,
    moment_number,
    moment_of,
    pack,
    pack_each,
    unpack,
)

SMALL = st.integers(-(2**31), 2**31 - 1)
LARGE = st.integers(-(2**63), 2**63 - 1)
LINE = st.tuples(*[SMALL] * 7, *[LARGE] * 3, SMALL, LARGE)


def of(rows: list[tuple[int, ...]]) -> Lines:
    return lines_of(*(zip(*rows, strict=True) if rows else [[]] * 12))


def rows(lines: Lines) -> list[tuple[int, ...]]:
    return [tuple(map(int, row)) for row in zip(*lines, strict=True)]


@given(st.lists(LINE, max_size=20))
def test_whatever_is_packed_comes_out_again(given_rows: list[tuple[int, ...]]) -> None:
    lines = unpack(pack(of(given_rows)))
    assert rows(lines) == given_rows
    assert [column.dtype for column in lines] == [column.dtype for column in NO_LINES]


@given(st.lists(LINE, min_size=1, max_size=20), st.sets(st.integers(1, 19)))
def test_each_stretch_is_packed_as_if_it_were_alone(
    given_rows: list[tuple[int, ...]], cuts: set[int]
) -> None:
    lines, starts = of(given_rows), [0, *sorted(cut for cut in cuts if cut < len(given_rows))]
    stretches = zip(starts, [*starts[1:], lines.size], strict=True)
    assert list(pack_each(lines, np.array(starts))) == [pack(lines.of(slice(*ends))) for ends in stretches]


def believable(count: int) -> Lines:
    chance = random.Random(1)
    place = [encode(Place("primed.case-events", chance.randrange(12), 90_000 + n // 5)) for n in range(count)]
    return lines_of(
        [chance.randrange(1, 26) for _ in range(count)],
        [chance.randrange(30, 60) for _ in range(count)],
        [chance.randrange(20_000, 20_700) for _ in range(count)],
        [chance.randrange(60, 70) for _ in range(count)],
        [0] * count,
        [chance.randrange(100, 600) for _ in range(count)],
        [chance.randrange(600, 2_000) for _ in range(count)],
        [chance.choice([-1, 1]) for _ in range(count)],
        place,
        place,
        [n % 5 for n in range(count)],
        [1_780_000_000_000_000 + n * 1000 for n in range(count)],
    )


def test_a_line_of_a_large_batch_takes_less_than_thirty_bytes() -> None:
    assert len(pack(believable(5_000))) / 5_000 < 30


def test_lines_are_chosen_and_joined() -> None:
    lines = believable(50)
    even = lines.of(lines.n % 2 == 0)
    odd = lines.of(lines.n % 2 == 1)
    assert even.size + odd.size == lines.size
    assert sorted(rows(joined([even, odd]))) == sorted(rows(lines))
    assert joined([]).size == 0


def test_bytes_of_another_form_are_refused() -> None:
    body = bytearray(pack(believable(3)))
    body[0] = 99
    with pytest.raises(ValueError, match="form 99"):
        unpack(bytes(body))


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(-2, 2), st.sampled_from([0, 2**40, -(2**50)]), SMALL),
        max_size=40,
    )
)
def test_sums_are_those_of_the_obvious_way_in_the_order_of_their_keys(
    given_rows: list[tuple[int, int, int, int]],
) -> None:
    counted: Counter[tuple[int, ...]] = Counter()
    for *key, amount in given_rows:
        counted[tuple(key)] += amount
    columns = [np.array([row[at] for row in given_rows], np.int64) for at in range(4)]
    sums = add_up(columns[:3], columns[3])
    found = [(*map(int, key), int(amount)) for *key, amount in zip(*sums.keys, sums.amounts, strict=True)]
    assert found == sorted((*key, amount) for key, amount in counted.items() if amount)


def test_keys_too_wide_for_one_number_are_ordered_all_the_same() -> None:
    wide = [np.array([2**62, -(2**62), 2**62], np.int64), np.array([2**40, 1, 2**40], np.int64)]
    sums = add_up(wide, np.array([1, 2, 3], np.int64))
    assert sums.keys[0].tolist() == [-(2**62), 2**62]
    assert sums.amounts.tolist() == [2, 4]


@given(
    st.sampled_from(["primed.case-events", "primed.action-events"]),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**44 - 1),
)
def test_places_are_numbers_that_sort_as_the_log_does(topic: str, partition: int, offset: int) -> None:
    place = Place(topic, partition, offset)
    assert decode(encode(place)) == place
    if offset:
        assert encode(place) > encode(place._replace(offset=offset - 1))


def test_days_and_moments_are_numbers() -> None:
    day = dt.date(2026, 11, 23)
    moment = dt.datetime(2026, 11, 23, 9, 30, 1, 250_000, dt.UTC)
    assert day_of(day_number(day)) == day
    assert moment_of(moment_number(moment)) == moment
