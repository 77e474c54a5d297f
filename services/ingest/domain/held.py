"""Which keys a file holds, a million of them in sixteen megabytes."""

from __future__ import annotations

from array import array

_ALL = (1 << 64) - 1
_FIRST = 1 << 12


class Held:
    """Keys that were met, by their hashes of 64 bits: two of a million share one once in 37 million files."""

    def __init__(self) -> None:
        self._places, self._count = array("Q", bytes(8 * _FIRST)), 0

    def add(self, key: str) -> bool:
        """Remember a key; False where it was met before."""
        name = _name(key)
        place = self._place(name)
        if self._places[place]:
            return False
        self._places[place] = name
        self._count += 1
        if 3 * self._count > 2 * len(self._places):
            self._grow()
        return True

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: str) -> bool:
        return self._places[self._place(_name(key))] != 0

    def _place(self, name: int) -> int:
        """Where it stands, or the free place in which it would: the next ones are tried in turn."""
        places = self._places
        last = len(places) - 1
        place = name & last
        while (there := places[place]) and there != name:
            place = place + 1 & last
        return place

    def _grow(self) -> None:
        names, self._places = self._places, array("Q", bytes(16 * len(self._places)))
        for name in names:
            if name:
                self._places[self._place(name)] = name


def _name(key: str) -> int:
    """Never nought, which marks a free place."""
    return hash(key) & _ALL or 1
