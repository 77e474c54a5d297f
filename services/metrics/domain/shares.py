"""The shares in which a rebuild takes the log: a few partitions each, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eventlog.records import TopicPartition


class Share(NamedTuple):
    """Partitions from their beginning up to an offset; `number` counts from 1."""

    number: int
    until: tuple[tuple[TopicPartition, int], ...]

    @property
    def records(self) -> int:
        """How many records of the log it holds."""
        return sum(end for _, end in self.until)


def shares(ends: Mapping[TopicPartition, int], least: int) -> list[Share]:
    """Every partition in one share, the longest first, short ones together until they have `least` records.

    The longest first, so that at the end no process has a long one left while the others have nothing.
    """
    found: list[list[tuple[TopicPartition, int]]] = []
    open_: list[tuple[TopicPartition, int]] = []
    for place, end in sorted(ends.items(), key=lambda pair: (-pair[1], pair[0])):
        open_.append((place, end))
        if sum(end for _, end in open_) >= least:
            found.append(open_)
            open_ = []
    if open_:
        found.append(open_)
    return [Share(number, tuple(until)) for number, until in enumerate(found, start=1)]


def dead_run(refused: Iterable[int], until: int, most: int) -> int:
    """How many records in a row could not be read at the end, from the offsets of all that could not.

    Raises `TooManyDead` where more than `most` of them follow one another, as the live ledger stops there.
    """
    run, last = 0, -2
    for offset in sorted(refused):
        run = run + 1 if offset == last + 1 else 1
        last = offset
        if run > most:
            raise TooManyDead(offset)
    return run if last == until - 1 else 0


class TooManyDead(Exception):
    """Too many records in a row could not be read; `offset` is the first one too many."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"Too many records in a row could not be read, up to {offset}.")
        self.offset = offset
