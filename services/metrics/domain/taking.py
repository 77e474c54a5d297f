"""What a batch of records says, read one after another: events to fold, and records that nobody can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from eventlog.records import Record, TopicPartition
from services.metrics.domain.book import made
from services.metrics.domain.hearing import Heard, Place, Refused, hear, moment_of

Batch = Mapping[TopicPartition, Sequence[Record]]


class Position(NamedTuple):
    """Where the ledger stands in one partition; `dead_run` counts unreadable records up to here, in a row."""

    next_offset: int
    known_at: dt.datetime
    dead_run: int


@dataclass(slots=True)
class Taken:
    """What was taken from a batch; `stopped` are the partitions in which nothing more can be read."""

    heard: list[Heard] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    positions: dict[TopicPartition, Position] = field(default_factory=dict)
    stopped: dict[TopicPartition, int] = field(default_factory=dict)
    lines: int = 0

    def and_then(self, later: Taken) -> Taken:
        """Both together."""
        return Taken(
            self.heard + later.heard,
            self.refused + later.refused,
            self.positions | later.positions,
            self.stopped | later.stopped,
            self.lines + later.lines,
        )


def take(batch: Batch, stood: Mapping[TopicPartition, Position], most_dead: int, unkept: str | None) -> Taken:
    """Read every record; `unkept` says why the store cannot keep the one good event of the batch.

    The moment from which a line is known never goes back within a partition, whatever the clocks say.
    """
    taken = Taken()
    for place, records in batch.items():
        next_offset, known_until, dead_run = stood[place]
        moment_ms, known_at = None, known_until
        for record in records:
            if record.timestamp_ms != moment_ms:  # many came together
                moment_ms = record.timestamp_ms
                known_at = max(known_until, moment_of(moment_ms))
            said = hear(made(Place, (*place, record.offset)), known_at, record.key, record.value)
            if unkept is not None and isinstance(said, Heard):
                said = Refused(said.place, known_at, record.key, record.value, "cannot-keep", unkept)
            if isinstance(said, Heard):
                taken.heard.append(said)
                dead_run = 0
            elif dead_run >= most_dead:
                taken.stopped[place] = record.offset
                break
            else:
                taken.refused.append(said)
                dead_run += 1
            next_offset, known_until = record.offset + 1, known_at
        taken.positions[place] = Position(next_offset, known_until, dead_run)
    return taken


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """The batch in two, in order within each partition: what cannot be kept is found in a few steps."""
    records = [record for place in batch for record in batch[place]]
    middle = (len(records) + 1) // 2
    return _by_place(records[:middle]), _by_place(records[middle:])


def _by_place(records: Sequence[Record]) -> Batch:
    batch: dict[TopicPartition, list[Record]] = {}
    for record in records:
        batch.setdefault((record.topic, record.partition), []).append(record)
    return batch
