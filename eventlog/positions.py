"""Positions: the next offset to read of each partition, and how they are written in answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from eventlog.records import PositionLost, Record, TopicPartition

Start = Literal["whole", "beginning", "end"]
"""From the first record ever written, from the first that is still there, or from now on."""


def after(batch: Mapping[TopicPartition, Sequence[Record]]) -> dict[TopicPartition, int]:
    """The positions at which a reader stands when it has taken the whole batch."""
    return {place: records[-1].offset + 1 for place, records in batch.items() if records}


def starting(
    assigned: Collection[TopicPartition],
    stored: Mapping[TopicPartition, int],
    starts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> dict[TopicPartition, int]:
    """Where to begin reading: the stored position, 0 where there is none.

    Raises `PositionLost` when that place is no longer, or not yet, in the log: a reader never jumps.
    """
    begin = {place: stored.get(place, 0) for place in assigned}
    for place, offset in begin.items():
        name = f"{place[0]}-{place[1]}"
        if offset < starts[place]:
            raise PositionLost(
                f"{name} is to be read from {offset}, but the log begins at {starts[place]}: "
                f"{starts[place] - offset} records are gone unread. Restore the topic or rebuild from a copy."
            )
        if offset > ends[place]:
            raise PositionLost(
                f"{name} is to be read from {offset}, but the log ends at {ends[place]}: this is not "
                "the log that was read before. Point at the right Kafka, or start from an empty database."
            )
    return begin


def nothing_cut(starts: Mapping[TopicPartition, int]) -> None:
    """Raises `PositionLost` where a topic that is kept for ever no longer has its first records."""
    for (topic, partition), first in sorted(starts.items()):
        if first:
            raise PositionLost(
                f"{topic}-{partition} begins at {first}: its first {first} records are gone, and what is "
                "made from the rest would be wrong. Restore the topic from a copy, and set retention.ms=-1."
            )


def written(positions: Mapping[TopicPartition, int]) -> dict[str, int]:
    """Positions as answers and events show them: `{"primed.case-events-0": 123}`, sorted."""
    return {f"{topic}-{partition}": positions[topic, partition] for topic, partition in sorted(positions)}


def read(shown: Mapping[str, int]) -> dict[TopicPartition, int]:
    """The way back from `written`; raises `ValueError` on a name without a partition number."""
    return {_place(name): offset for name, offset in shown.items()}


def _place(name: str) -> TopicPartition:
    topic, dash, partition = name.rpartition("-")
    if not dash or not topic or not partition.isdecimal():
        raise ValueError(f"{name!r} is no position: it must be the topic, a dash and the partition number.")
    return topic, int(partition)
