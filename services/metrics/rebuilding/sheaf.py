"""The records of one partition, laid aside on disk as they come, and taken up again item by item.

All lines of an item follow from its own events in the order of the log. So a rebuild may fold one item after
another and needs the facts of no more than a few at a time, however long the log is.
"""

from __future__ import annotations

import datetime as dt
import mmap
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from eventlog.records import PositionLost, Record, TopicPartition
from services.metrics.domain.book import made
from services.metrics.domain.hearing import Place, moment_of
from services.metrics.rebuilding.saying import CannotRebuild
from services.metrics.store.packing import Column

ABSENT = -1
_BUFFER = 1 << 20


class Laid(NamedTuple):
    """A record as it is to be heard: known from the newest moment of its partition until then."""

    place: Place
    known_at: dt.datetime
    key: bytes | None
    value: bytes | None


class Sheaf:
    """Laid aside from offset 0, without a gap; the moments of the records never go back."""

    def __init__(self, place: TopicPartition) -> None:
        self._place = place
        self._file = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - closed by `close`
        self._keys: dict[bytes | None, int] = {}
        self._item = array("i")
        self._length = array("i")
        self._moment = array("q")
        self.latest_ms = 0

    def __len__(self) -> int:
        return len(self._item)

    def add(self, records: Sequence[Record]) -> None:
        """Lay the next records aside; raises `PositionLost` where one is missing in between.

        Raises `CannotRebuild` when there is no room for them.
        """
        self._refuse_gap(records)
        keys, values = self._keys, [record.value for record in records]
        self._item.extend([keys.setdefault(record.key, len(keys)) for record in records])
        self._length.extend([ABSENT if value is None else len(value) for value in values])
        stamps = (record.timestamp_ms for record in records)
        _, *moments = accumulate(stamps, max, initial=self.latest_ms)
        self._moment.extend(moments)
        self.latest_ms = moments[-1] if moments else self.latest_ms
        with _room():
            self._file.write(b"".join(filter(None, values)))

    def _refuse_gap(self, records: Sequence[Record]) -> None:
        for expected, record in enumerate(records, start=len(self)):
            if record.offset != expected:
                raise PositionLost(
                    f"{self._place[0]}-{self._place[1]} has no record {expected}; the next one is "
                    f"{record.offset}. Restore the topic, or rebuild from a copy of the log."
                )

    def by_item(self, at_once: int) -> Iterator[list[Laid]]:
        """All records, those of one item together and in the order of the log, some items at a time."""
        keys = list(self._keys)
        item, length = np.frombuffer(self._item, np.int32), np.frombuffer(self._length, np.int32)
        begin = np.cumsum(np.concatenate(([0], np.maximum(length, 0))))
        moment = np.frombuffer(self._moment, np.int64)
        with self._mapped() as bodies:
            for some in _pieces(item, at_once):
                yield self._laid(some, (item[some], length[some], begin[some], moment[some]), keys, bodies)

    def _laid(
        self, offsets: Column, columns: Sequence[Column], keys: list[bytes | None], bodies: mmap.mmap
    ) -> list[Laid]:
        topic, partition = self._place
        *rest, moments = columns
        known = {moment: moment_of(moment) for moment in set(moments.tolist())}
        rows = zip(*(column.tolist() for column in (offsets, *rest, moments)), strict=True)
        return [
            made(
                Laid,
                (
                    made(Place, (topic, partition, offset)),
                    known[moment],
                    keys[item],
                    None if length == ABSENT else bodies[begin : begin + length],
                ),
            )
            for offset, item, length, begin, moment in rows
        ]

    def _mapped(self) -> mmap.mmap:
        """What was laid aside, as memory that the system may take back; it is never empty."""
        with _room():
            self._file.write(b"\0")
            self._file.flush()
        return mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def close(self) -> None:
        """Give the disk back, also where it had no room for the last of it."""
        with suppress(OSError):
            self._file.close()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotRebuild(
            f"Records cannot be laid aside in {tempfile.gettempdir()}: {error.strerror}.",
            "Make room there, or name another folder in TMPDIR. Then run it again: it goes on.",
        ) from error


def _pieces(item: Column, at_once: int) -> Iterator[Column]:
    """Offsets in the order of items, those of one item together: so many at a time, or a few more."""
    order = np.argsort(item, kind="stable")
    ends = np.flatnonzero(np.diff(item[order], append=-1)) + 1
    start = 0
    while start < len(order):
        nearest = min(int(np.searchsorted(ends, start + at_once)), len(ends) - 1)
        end = int(ends[nearest])
        yield order[start:end]
        start = end
