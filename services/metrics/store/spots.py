"""Which item each settled event belongs to, by its place in the log: the way from an event to its item.

A row holds events of one tenant and partition, from a first place to a last; rows do not overlap, for a
partition is read in order. Events that posted no line are not among them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from services.metrics.store.packing import OFFSET_BITS, Column, Lines

FULL = 20_000
"""Events from which on a row is not added to: it stays below 200 kB."""
_NARROW, _WIDE = np.dtype("<u4"), np.dtype("<u8")


class Spot(NamedTuple):
    """Events from a first to a last place, packed with their items."""

    first: int
    last: int
    events: int
    body: bytes


class Events(NamedTuple):
    """Places of events in order, and the item of each; an item's number is the place of its first event."""

    place: Column
    item: Column


def events_of(lines: Lines) -> Events:
    """The events of these lines, each once."""
    place, first = np.unique(lines.place, return_index=True)
    return Events(place, lines.item[first])


def spots_of(events: Events) -> list[Spot]:
    """Events as rows, by partition and none too long."""
    found = []
    partition = events.place >> OFFSET_BITS
    starts = np.flatnonzero(np.diff(partition, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(partition)], strict=True):
        for at in range(start, end, FULL):
            some = slice(at, min(at + FULL, end))
            found.append(_packed(events.place[some], events.item[some]))
    return found


def events_in(body: bytes, first: int) -> Events:
    """The events of a row that begins with this place."""
    kind = _WIDE if body[0] else _NARROW
    after, back = np.frombuffer(body, kind, offset=1).astype(np.int64).reshape(2, -1)
    return Events(first + after, first + after - back)


def item_at(spot: Spot, place: int) -> int | None:
    """The item of the event at this place; None where none said anything new."""
    events = events_in(spot.body, spot.first)
    at = int(np.searchsorted(events.place, place))
    return int(events.item[at]) if at < len(events.place) and events.place[at] == place else None


def _packed(place: Column, item: Column) -> Spot:
    first, last = int(place[0]), int(place[-1])
    columns = np.concatenate((place - first, place - item))
    wide = int(columns.max()) >= 1 << 32
    packed = columns.astype(_WIDE if wide else _NARROW).tobytes()
    return Spot(first, last, len(place), bytes((wide,)) + packed)
