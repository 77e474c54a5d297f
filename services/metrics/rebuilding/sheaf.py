"""The records of one partition, laid aside on disk as they come, and taken up again item by item.

All lines of an item follow from its own events in the order of the log. So a rebuild may fold one item after
another and needs the facts of no more than a few at a time, however long the log is.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from eventlog.records import PositionLost, Record, TopicPartition

ABSENT = -1
_BUFFER = 1 << 20


class Sheaf:
    """Laid aside from offset 0, without a gap; the moments of the records never go back."""

    def __init__(self, place: TopicPartition) -> None:
        self._place = place
        self._file = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - closed by `close`
        self._keys: dict[bytes | None, int] = {}
        self._item = array("i")
        self._begin = array("q")
        self._length = array("i")
        self._moment = array("q")
        self._at = 0
        self.latest_ms = 0

    def __len__(self) -> int:
        return len(self._item)

    def add(self, records: Sequence[Record]) -> None:
        """Lay the next records aside; raises `PositionLost` where one is missing in between."""
        expected = len(self)
        for record in records:
            if record.offset != expected:
                raise PositionLost(
                    f"{self._place[0]}-{self._place[1]} has no record {expected}; the next one is "
                    f"{record.offset}. Restore the topic, or rebuild from a copy of the log."
                )
            expected += 1
            value, timestamp = record.value, record.timestamp_ms
            if timestamp > self.latest_ms:
                self.latest_ms = timestamp
            self._item.append(self._keys.setdefault(record.key, len(self._keys)))
            self._begin.append(self._at)
            self._moment.append(self.latest_ms)
            if value is None:
                self._length.append(ABSENT)
                continue
            self._length.append(len(value))
            self._at += len(value)
            self._file.write(value)

    def by_item(self, at_once: int) -> Iterator[list[Record]]:
        """All records, those of one item together and in the order of the log, some items at a time."""
        self._file.flush()
        keys = list(self._keys)
        item, handle, (topic, partition) = self._item, self._file.fileno(), self._place
        some: list[Record] = []
        before = -1
        for offset in np.argsort(np.frombuffer(item, np.int32), kind="stable").tolist():
            number, length = item[offset], self._length[offset]
            if number != before and len(some) >= at_once:
                yield some
                some = []
            before = number
            value = None if length == ABSENT else os.pread(handle, length, self._begin[offset])
            some.append(Record(topic, partition, offset, self._moment[offset], keys[number], value))
        if some:
            yield some

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()
