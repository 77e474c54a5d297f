"""The story of metrics: a batch of the log becomes lines of the ledger, each event once, in one transaction.

Read `absorb` from top to bottom. What does not continue exactly where the ledger stands is refused whole, so
neither a repeat nor a gap can enter, whoever else writes. What nobody can read is buried with its bytes and
place; too many of those in a row stop the partition, lest a bad release drain the log into dead letters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from eventlog.records import PositionMoved, TopicPartition
from services.metrics.domain.batch import Folded, fold
from services.metrics.domain.facts import Facts
from services.metrics.domain.hearing import Heard, ItemId, Refused
from services.metrics.domain.taking import Batch, Position, Taken, halves, take


class Book(Protocol):
    """The ledger, open for one batch: all that is written becomes true at once or never."""

    async def positions(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, Position]: ...
    async def facts(self, heard: Sequence[Heard]) -> Mapping[ItemId, Facts]: ...
    async def write(self, folded: Folded, refused: Sequence[Refused]) -> None: ...
    async def move(self, positions: Mapping[TopicPartition, Position]) -> None: ...


class Ledger(Protocol):
    """Opens the book; commits when the block ends well."""

    def open(self) -> AbstractAsyncContextManager[Book]: ...


class CannotKeep(Exception):
    """The store refused what a batch says, and would refuse it again."""


class NotNow(Exception):
    """Not at this moment, because something is away or not ready: the same again, a little later."""


async def absorb(batch: Batch, ledger: Ledger, most_dead: int) -> Taken:
    """Fold one batch into the ledger; raises `PositionMoved` when it does not continue where that stands."""
    try:
        return await _absorb(batch, ledger, most_dead)
    except CannotKeep as refusal:
        first, second = halves(batch)
        if not second:
            return await _absorb(batch, ledger, most_dead, unkept=str(refusal))
    taken = await absorb(first, ledger, most_dead)
    rest = {place: second[place] for place in second if place not in taken.stopped}
    return taken.and_then(await absorb(rest, ledger, most_dead))


async def _absorb(batch: Batch, ledger: Ledger, most_dead: int, unkept: str | None = None) -> Taken:
    async with ledger.open() as book:
        stood = await book.positions(batch.keys())
        _refuse_unless_it_continues(batch, stood)
        taken = take(batch, stood, most_dead, unkept)
        known = await book.facts(taken.heard)
        folded = fold(taken.heard, known)
        await book.write(folded, taken.refused)
        await book.move(taken.positions)
    taken.lines = len(folded.entries)
    return taken


def _refuse_unless_it_continues(batch: Batch, stood: Mapping[TopicPartition, Position]) -> None:
    for (topic, partition), records in batch.items():
        position = stood.get((topic, partition))
        first = position.next_offset if position else -1
        if any(record.offset != first + n for n, record in enumerate(records)):
            raise PositionMoved(
                f"The ledger stands at {first} of {topic}-{partition}, which {records[0].offset} to "
                f"{records[-1].offset} ({len(records)} records) do not continue: nothing of it was written."
            )
