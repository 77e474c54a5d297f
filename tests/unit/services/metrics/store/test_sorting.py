"""Sums come out in the order of their bytes, whatever amounts, days and texts there are."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from services.metrics.store.chunks import by_key
from services.metrics.store.packing import Lines, day_number, day_of, lines_of
from services.metrics.store.sorting import Month, Sorting
from services.metrics.store.spool import Spool

TEXT = {0: "", 1: "north", 2: "é south", 3: 'a "quoted" one', 4: "~", 5: '{"due":"2026-01-01"}', 6: "council"}
TENANT = 6


def some_lines(chance: random.Random, count: int) -> Lines:
    def column(low: int, high: int) -> list[int]:
        return [chance.randrange(low, high) for _ in range(count)]

    words = [column(0, 5) for _ in range(4)]
    details = [chance.choice((0, 5)) for _ in range(count)]
    amounts = [chance.choice((1, -1, 10, 2, -10, 1300, 0)) for _ in range(count)]
    team, kind, setting, worker = words
    return lines_of(
        [7] * count, team, column(20_000, 20_400), kind, setting, worker, details, amounts, *[[0] * count] * 4
    )


async def told(lines: Lines) -> list[str]:
    async def months() -> AsyncIterator[Month]:
        found: dict[int, list[tuple[int, Lines]]] = {}
        for key, some in by_key(lines):
            found.setdefault(day_number(key.month), []).append((TENANT, some))
        for month, parts in sorted(found.items(), reverse=True):
            yield month, parts

    with Spool[tuple[int, int]]() as spool:
        sorting = Sorting(spool)
        named = await sorting.take_in(months())
        assert named <= set(TEXT)
        return list(sorting.told("open", TEXT))


def obvious(lines: Lines, text: Mapping[int, str]) -> Sequence[str]:
    total: Counter[tuple[int, ...]] = Counter()
    for _, team, day, kind, setting, worker, detail, amount, *_ in zip(*lines, strict=True):
        total[team, day, kind, setting, worker, detail] += int(amount)
    found = [
        {
            "account": "open",
            "amount": amount,
            "day": str(day_of(int(day))),
            "detail": json.loads(text[detail] or "{}"),
            "kind": text[kind],
            "setting": text[setting],
            "team": text[team],
            "tenant": text[TENANT],
            "worker": text[worker],
        }
        for (team, day, kind, setting, worker, detail), amount in total.items()
        if amount
    ]
    written = (json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for one in found)
    return sorted(written, key=str.encode)


@pytest.mark.parametrize("seed", range(5))
async def test_the_order_is_that_of_the_bytes(seed: int) -> None:
    lines = some_lines(random.Random(seed), 3_000)
    assert await told(lines) == obvious(lines, TEXT)


async def test_of_nothing_there_is_nothing() -> None:
    assert await told(some_lines(random.Random(1), 0)) == []
