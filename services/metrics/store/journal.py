"""What this process remembers of the journal: lines that batches wrote and settling has not taken yet.

A row of the journal never changes, so it is fetched and unpacked once. Which rows there are is asked every
time, since each reading has its own moment: rows come with batches and go when they are settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.metrics.store.packing import NO_LINES, Column, Lines, joined, unpack

Whose = tuple[int, int]
"""Generation and tenant."""


class Block(NamedTuple):
    """Rows of the journal put together; `row` says for each line in which row it stands."""

    rows: frozenset[int]
    lines: Lines
    row: Column

    def among(self, listed: frozenset[int]) -> Block:
        """Only what stands in these rows."""
        rows = self.rows & listed
        if len(rows) == len(self.rows):
            return self
        kept = np.isin(self.row, np.fromiter(rows, np.int64, len(rows)))
        return Block(rows, self.lines.of(kept), self.row[kept])


class Journal:
    """The rows that were read last, of each generation and tenant."""

    def __init__(self) -> None:
        self._blocks: dict[Whose, tuple[Block, ...]] = {}

    def known(self, whose: Whose) -> tuple[Block, ...]:
        """What need not be fetched."""
        return self._blocks.get(whose, ())

    def take(
        self, whose: Whose, known: Sequence[Block], rows: Sequence[tuple[int, bytes | None]]
    ) -> list[Lines]:
        """The lines of these rows, in a few parts: of those without bytes as they are known."""
        listed = frozenset(number for number, _ in rows)
        blocks = [block.among(listed) for block in known if not block.rows.isdisjoint(listed)]
        fresh = [_block(number, body) for number, body in rows if body is not None]
        if fresh:
            blocks.append(_joined(fresh))
            while len(blocks) > 1 and blocks[-2].lines.size <= 2 * blocks[-1].lines.size:
                blocks[-2:] = [_joined(blocks[-2:])]
        self._blocks[whose] = tuple(blocks)
        return [block.lines for block in blocks]

    def forget(self, generation: int) -> None:
        """Keep nothing of other generations than this one."""
        self._blocks = {whose: blocks for whose, blocks in self._blocks.items() if whose[0] == generation}


NOTHING = Block(frozenset(), NO_LINES, np.empty(0, np.int64))


def _block(number: int, body: bytes) -> Block:
    lines = unpack(body)
    return Block(frozenset((number,)), lines, np.full(lines.size, number, np.int64))


def _joined(blocks: Sequence[Block]) -> Block:
    rows = frozenset().union(*(block.rows for block in blocks))
    lines = joined([block.lines for block in blocks])
    return Block(rows, lines, np.concatenate([block.row for block in blocks]))
