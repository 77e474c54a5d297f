"""A heap of lines gives the same sums and lines however often it was packed on the way."""

from __future__ import annotations

import random

import numpy as np

from services.metrics.store.heap import Heap
from services.metrics.store.numbering import months
from services.metrics.store.packing import Lines, joined, lines_of, unpack
from services.metrics.store.spots import events_in
from services.metrics.store.words import Words


def some_lines(count: int, seed: int) -> Lines:
    chance = np.random.default_rng(seed)
    day = chance.integers(20_000, 20_200, count)
    small = [chance.integers(1, 4, count) for _ in range(6)]
    place = np.sort(chance.choice(np.arange(10_000), count, replace=False))
    account, team, kind, setting, worker, detail = small
    return lines_of(
        account, team, day, kind, setting, worker, detail,
        chance.integers(-3, 4, count), place - place % 7, place, np.zeros(count), place,
    )  # fmt: skip


def words() -> Words:
    known = Words()
    known.number |= {"open": 1, "received": 2, "completed": 3}
    return known


def rows_of(lines: Lines, many: int) -> tuple[list[tuple[int, ...]], list[tuple[int, int]], object]:
    heap = Heap(words(), many)
    order = list(range(0, lines.size, 50))
    random.Random(3).shuffle(order)
    for start in order:
        heap.add(lines.of(slice(start, start + 50)))
    chunks, spots, sums = heap.rows()
    found = joined([unpack(chunk.body) for chunk in chunks])
    events = [events_in(spot.body, spot.first) for spot in spots]
    pairs = [pair for one in events for pair in zip(one.place.tolist(), one.item.tolist(), strict=True)]
    return sorted(zip(*(column.tolist() for column in found), strict=True)), pairs, sums


def test_packing_on_the_way_changes_nothing() -> None:
    lines = some_lines(2_000, seed=1)
    every = sorted(zip(*(column.tolist() for column in lines), strict=True))
    places = list(zip(lines.place.tolist(), lines.item.tolist(), strict=True))
    expected = months(lines, words())
    for many in (1, 130, 100_000):
        found, pairs, sums = rows_of(lines, many)
        assert found == every
        assert pairs == places
        assert all(np.array_equal(one, other) for one, other in zip(sums, expected, strict=True))
