"""Lines as columns of numbers: how a batch packs them into bytes, and how sums come out of them.

Names are numbers of `word` (store/words.py), days are counted from 1970-01-01, moments are microseconds since
then. A place in the log is one number that sorts as the log does within a partition. Packed, each column
takes as many bytes as its values need: a line of a large batch about 25 instead of 68.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.metrics.domain.hearing import Place

Column: TypeAlias = NDArray[Any]
"""Whole numbers of 32 or 64 bits."""

TOPICS = ("primed.case-events", "primed.action-events")
"""The topics that the ledger reads, in the order of their numbers: new ones come last."""

FIRST_DAY = dt.date(1970, 1, 1)
FIRST_MOMENT = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
OFFSET_BITS, _PARTITION_BITS = 44, 16
_VERSION = 1
_HEAD = struct.Struct("<BI")
_COLUMN = struct.Struct("<Bq")
_WIDTHS: dict[int, Any] = {0: None, 1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.int64}
_HALVES = 16
"""Marks a column that is packed as two: its upper 32 bits and its lower 32 bits."""


class Lines(NamedTuple):
    """Lines of one tenant, a column each, all of one length."""

    account: Column
    team: Column
    day: Column
    kind: Column
    setting: Column
    worker: Column
    detail: Column
    amount: Column
    item: Column
    place: Column
    n: Column
    known: Column

    @property
    def size(self) -> int:
        """How many lines."""
        return len(self.account)

    def of(self, chosen: Any) -> Lines:
        """Those that a mask, a slice or a list of indexes chooses."""
        return Lines(*(column[chosen] for column in self))


_WIDE = {"amount", "item", "place", "known"}
_KINDS: tuple[Any, ...] = tuple(np.int64 if name in _WIDE else np.int32 for name in Lines._fields)
NO_LINES = Lines(*(np.empty(0, kind) for kind in _KINDS))


def lines_of(*columns: Any) -> Lines:
    """Lines of any columns of whole numbers, in the order of the fields of `Lines`."""
    return Lines(*(np.asarray(column, kind) for column, kind in zip(columns, _KINDS, strict=True)))


def joined(several: Sequence[Lines]) -> Lines:
    """All lines of several, one after another."""
    if len(several) == 1:
        return several[0]
    return Lines(*map(np.concatenate, zip(*several, strict=True))) if several else NO_LINES


def pack(lines: Lines) -> bytes:
    """The lines as bytes, columns one after another."""
    parts = [_HEAD.pack(_VERSION, lines.size)]
    for column, kind in zip(lines, _KINDS, strict=True):
        _pack(column, parts, halves=kind is np.int64)
    return b"".join(parts)


def pack_each(lines: Lines, starts: Column) -> Iterator[bytes]:
    """The stretches that begin at these places, the first at 0, each as `pack` gives it."""
    counts = np.diff(starts, append=lines.size)
    columns = [_pack_each(column, starts, counts) for column in lines]
    for count, *parts in zip(counts.tolist(), *columns, strict=True):
        yield b"".join((_HEAD.pack(_VERSION, count), *parts))


def unpack(body: bytes | memoryview) -> Lines:
    """The lines that were packed; raises `ValueError` on bytes of another shape."""
    version, count = _HEAD.unpack_from(body)
    if version != _VERSION:
        raise ValueError(f"Lines are packed in form {version}, which this program does not know.")
    at = _HEAD.size
    columns = []
    for kind in _KINDS:
        column, at = _unpack(body, at, count, kind)
        columns.append(column)
    return Lines(*columns)


def _pack(column: Column, parts: list[bytes], *, halves: bool) -> None:
    low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    width = _width(high - low)
    if width == 8 and halves:
        parts.append(_COLUMN.pack(_HALVES, 0))
        _pack(column >> 32, parts, halves=False)
        _pack(column & 0xFFFFFFFF, parts, halves=False)
        return
    parts.append(_COLUMN.pack(width, low))
    if width:
        parts.append((column.astype(np.int64, copy=False) - low).astype(_WIDTHS[width]).tobytes())


def _pack_each(column: Column, starts: Column, counts: Column) -> list[bytes]:
    """Each stretch of a column as `_pack` gives it: the whole column is shifted and narrowed at once."""
    lows, highs = np.minimum.reduceat(column, starts), np.maximum.reduceat(column, starts)
    widths = [_width(high - low) for high, low in zip(highs.tolist(), lows.tolist(), strict=True)]
    shifted = column.astype(np.int64) - np.repeat(lows, counts)
    narrow = {width: shifted.astype(_WIDTHS[width]).tobytes() for width in {*widths} - {0, 8}}
    found = []
    for width, low, start, count in zip(widths, lows.tolist(), starts.tolist(), counts.tolist(), strict=True):
        if width == 8:
            parts: list[bytes] = []
            _pack(column[start : start + count], parts, halves=True)
            found.append(b"".join(parts))
        elif width:
            body = narrow[width][start * width : (start + count) * width]
            found.append(_COLUMN.pack(width, low) + body)
        else:
            found.append(_COLUMN.pack(0, low))
    return found


def _width(span: int) -> int:
    return 0 if not span else 1 if span < 1 << 8 else 2 if span < 1 << 16 else 4 if span < 1 << 32 else 8


def _unpack(body: bytes | memoryview, at: int, count: int, kind: Any) -> tuple[Column, int]:
    width, low = _COLUMN.unpack_from(body, at)
    at += _COLUMN.size
    if width == _HALVES:
        upper, at = _unpack(body, at, count, np.int64)
        lower, at = _unpack(body, at, count, np.int64)
        return (upper << 32) | lower, at
    if not width:
        return np.full(count, low, kind), at
    stored = np.frombuffer(body, _WIDTHS[width], count, at)
    return stored.astype(kind) + kind(low) if low else stored.astype(kind), at + width * count


class Sums(NamedTuple):
    """Amounts under distinct keys, in the order of the keys; `keys` are columns."""

    keys: tuple[Column, ...]
    amounts: Column


def add_up(columns: Sequence[Column], amounts: Column, *, zeros: bool = False) -> Sums:
    """The amounts under each distinct combination of the columns, ordered by them; zeros are left out."""
    if not len(amounts):
        return Sums(tuple(columns), np.asarray(amounts, np.int64))
    order, starts = _groups(columns)
    sums = np.add.reduceat(np.asarray(amounts, np.int64)[order], starts)
    first = order[starts]
    if not zeros:
        kept = sums != 0
        first, sums = first[kept], sums[kept]
    return Sums(tuple(column[first] for column in columns), sums)


def _groups(columns: Sequence[Column]) -> tuple[Column, Column]:
    """An order by the columns, and where in it each distinct combination starts."""
    key = _as_one(columns)
    if key is not None:
        order = np.argsort(key)
        ordered = key[order]
        new = ordered[1:] != ordered[:-1]
    else:
        order = np.lexsort(tuple(reversed(columns)))
        new = np.zeros(len(order) - 1, np.bool_)
        for column in columns:
            ordered = column[order]
            new |= ordered[1:] != ordered[:-1]
    return order, np.concatenate(([0], np.flatnonzero(new) + 1))


def _as_one(columns: Sequence[Column]) -> Column | None:
    """The columns as digits of one number, which sorts as they do; None where that does not fit 63 bits."""
    bounds = [(int(column.min()), int(column.max())) for column in columns]
    room = 1
    for low, high in bounds:
        room *= high - low + 1
    if room >= 1 << 63:
        return None
    key = np.zeros(len(columns[0]), np.int64)
    for column, (low, high) in zip(columns, bounds, strict=True):
        if high != low:
            key *= high - low + 1
            key += column
            key -= low
    return key


def encode(place: Place) -> int:
    """The number of a place in the log."""
    topic = TOPICS.index(place.topic)
    return ((topic << _PARTITION_BITS | place.partition) << OFFSET_BITS) | place.offset


def decode(number: int) -> Place:
    """The place that a number stands for."""
    front = number >> OFFSET_BITS
    offset = number & ((1 << OFFSET_BITS) - 1)
    return Place(TOPICS[front >> _PARTITION_BITS], front & ((1 << _PARTITION_BITS) - 1), offset)


def day_number(day: dt.date) -> int:
    """A day as lines hold it."""
    return (day - FIRST_DAY).days


def day_of(number: int) -> dt.date:
    """The day that a number stands for."""
    return FIRST_DAY + dt.timedelta(number)


def moment_number(moment: dt.datetime) -> int:
    """A moment as lines hold it."""
    return (moment - FIRST_MOMENT) // _MICROSECOND


def moment_of(number: int) -> dt.datetime:
    """The moment that a number stands for."""
    return FIRST_MOMENT + number * _MICROSECOND
