"""Which rows of a file stand where several tell of the same event, in a few bytes a row.

A first reading remembers of each row the hash of what identifies its event, and its rank; a bitmap tells, row
by row, whether the hash may have been met before. So a million rows take 24 MB and the bitmap's 16 MB while
they are read, and an eighth of a byte each after that (docs/decisions/0018-cld-is-read-twice.md).
"""

from __future__ import annotations

from array import array

from services.ingest.domain.cld.identity import Facts

_BITS = 27
_ALL = (1 << 64) - 1


class Survivors:
    """Filled by a first reading in the order of the file, asked by a second."""

    def __init__(self) -> None:
        self._met = bytearray(1 << (_BITS - 3))
        self._hashes, self._ranks, self._rows = array("Q"), array("Q"), array("Q")
        self._twice: set[int] = set()
        self._fallen = bytearray()

    def add(self, row: int, facts: Facts, rank: int) -> None:
        """A row of the first reading."""
        name = hash(facts) & _ALL
        place, bit = name >> (64 - _BITS + 3), 1 << (name & 7)
        if self._met[place] & bit:
            self._twice.add(name)
        else:
            self._met[place] |= bit
        self._hashes.append(name)
        self._ranks.append(rank)
        self._rows.append(row)

    def close(self) -> None:
        """The first reading is over: of the rows of one event that with the highest rank stands, and of
        equals the last."""
        best: dict[int, tuple[int, int]] = {}
        self._fallen = bytearray((self._rows[-1] >> 3) + 1 if self._rows else 0)
        for name, rank, row in zip(self._hashes, self._ranks, self._rows, strict=True):
            if name not in self._twice:
                continue
            stands = best.get(name)
            if stands is not None:
                fallen = stands[1] if rank >= stands[0] else row
                self._fallen[fallen >> 3] |= 1 << (fallen & 7)
            if stands is None or rank >= stands[0]:
                best[name] = (rank, row)
        self._met, self._twice = bytearray(), set()
        self._hashes, self._ranks, self._rows = array("Q"), array("Q"), array("Q")

    def stands(self, row: int) -> bool:
        """Whether no other row of its event counts more."""
        place = row >> 3
        return place >= len(self._fallen) or not self._fallen[place] & (1 << (row & 7))
