"""Lines of one tenant on their way into tables: packed whenever they are many, so that memory is bounded."""

from __future__ import annotations

import numpy as np

from services.metrics.store.chunks import Chunk, chunks_of
from services.metrics.store.numbering import Months, months
from services.metrics.store.packing import Lines, joined, lines_of
from services.metrics.store.spots import Events, Spot, events_of, spots_of
from services.metrics.store.words import Words

MANY = 1_000_000
"""Lines that are held as they are: some 85 bytes each, as much again while they are packed; then about 25."""


class Heap:
    """Grows by lines, and gives them back as rows once all are in."""

    def __init__(self, words: Words, many: int = MANY) -> None:
        self._words, self._many = words, many
        self._fresh: list[Lines] = []
        self._size = 0
        self._chunks: list[Chunk] = []
        self._sums: list[Lines] = []
        self._events: list[Events] = []

    def add(self, lines: Lines) -> None:
        """Take some more."""
        self._fresh.append(lines)
        self._size += lines.size
        if self._size >= self._many:
            self._pack()

    def rows(self) -> tuple[list[Chunk], list[Spot], Months]:
        """All of them as chunks, spots and sums by month; the heap is empty afterwards."""
        self._pack()
        places, items = map(np.concatenate, zip(*self._events, strict=True))
        order = np.argsort(places)
        sums = months(joined(self._sums), self._words)
        chunks, self._chunks, self._sums, self._events = self._chunks, [], [], []
        return chunks, spots_of(Events(places[order], items[order])), sums

    def _pack(self) -> None:
        if not self._fresh:
            return
        lines = joined(self._fresh)
        self._fresh, self._size = [], 0
        self._chunks += chunks_of(lines)
        self._events.append(events_of(lines))
        self._sums.append(_daily(months(lines, self._words)))


def _daily(found: Months) -> Lines:
    """Sums by day as if they were lines, to be added up once more."""
    counts = found.last - found.first + 1
    account, team, month, kind, setting, detail = (np.repeat(key, counts) for key in found[:6])
    none = np.zeros_like(account)
    day = month + found.days - 1
    return lines_of(account, team, day, kind, setting, none, detail, found.amounts, none, none, none, none)
