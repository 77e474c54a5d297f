"""The sums of an account in the order of their bytes, without all of them ever being in memory.

Bytes begin with account, amount and day. So an account is added up month by month, what comes out is laid
aside by amount, and read again amount after amount; as text there is only one day of one amount at a time.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Iterator, Mapping
from typing import Any

import numpy as np

from services.metrics.store.packing import Column, Lines, add_up, day_of
from services.metrics.store.spool import Spool

KEY = ("team", "day", "kind", "setting", "worker", "detail")
WIDTH = len(KEY) + 1
DAY = 2
"""Where the day stands among tenant and `KEY`."""

Month = tuple[int, list[tuple[int, Lines]]]
"""The first day of a month as a number, and its lines by tenant."""


class Sorting:
    """The sums of one account, taken in month by month, then told."""

    def __init__(self, spool: Spool[tuple[int, int]]) -> None:
        self._spool = spool

    async def take_in(self, months: AsyncIterable[Month]) -> set[int]:
        """Add up each month, which comes once; answers with the words that the sums name."""
        words: set[int] = set()
        async for month, by_tenant in months:
            words |= self._add(month, by_tenant)
        return words

    def _add(self, month: int, by_tenant: list[tuple[int, Lines]]) -> set[int]:
        tenants = [np.full(lines.size, tenant, np.int64) for tenant, lines in by_tenant]
        columns = [
            np.concatenate(some) for some in zip(*(_columns(lines) for _, lines in by_tenant), strict=True)
        ]
        if not columns:
            return set()
        *rest, amounts = columns
        found = add_up((np.concatenate(tenants), *rest), amounts)
        if not len(found.amounts):
            return set()
        order = np.lexsort((found.keys[DAY], found.amounts))
        table, amounts = np.stack(found.keys, axis=1).astype(np.int32)[order], found.amounts[order]
        starts = np.flatnonzero(np.concatenate(([True], amounts[1:] != amounts[:-1])))
        for start, end in zip(starts, [*starts[1:], len(amounts)], strict=True):
            self._spool.keep((int(amounts[start]), month), table[start:end].tobytes())
        named = np.delete(table, DAY, axis=1)
        return set(np.unique(named).tolist())

    def told(self, account: str, text: Mapping[int, str]) -> Iterator[str]:
        """The sums as JSON, in the order of their bytes; `text` has the words that they name."""
        ordered = sorted(self._spool.kept(), key=lambda key: (f"{key[0]},", key[1]))
        for amount, month in ordered:
            (body,) = self._spool.take((amount, month))
            table = np.frombuffer(body, np.int32).reshape(-1, WIDTH)
            days = table[:, DAY]
            for block in np.split(table, np.flatnonzero(np.diff(days)) + 1):
                day = day_of(int(block[0, DAY]))
                front = f'{{"account":{as_json(account)},"amount":{amount},"day":"{day}"'
                yield from sorted(front + _rest(row, text) for row in block.tolist())


def _columns(lines: Lines) -> list[Column]:
    return [*(getattr(lines, name) for name in KEY), lines.amount]


def _rest(row: list[int], text: Mapping[int, str]) -> str:
    tenant, team, _, kind, setting, worker, detail = row
    return (
        f',"detail":{text[detail] or "{}"},"kind":{as_json(text[kind])},"setting":{as_json(text[setting])}'
        f',"team":{as_json(text[team])},"tenant":{as_json(text[tenant])},"worker":{as_json(text[worker])}}}'
    )


def as_json(said: Any) -> str:
    """Anything as the dump writes it: keys sorted, no spaces."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
