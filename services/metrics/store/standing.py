"""What of many lines still stands, worked out in columns.

A slot is a place in the book of one item: an account with all dimensions of a line but its day. In the order
of days and of the log a slot comes back to nothing whenever what stood there has ended; the lines up to the
last time this happened cancel each other out, those after it stand. So what stands on a day may be found from
what stood on an earlier one and the lines in between, whatever was left out as cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.metrics.store.packing import Column, Lines

_ROOM = 1 << 62
"""Numbers of slots are kept below this, so that one more digit still fits an integer."""


def standing(lines: Lines) -> Lines:
    """The lines that stand when all of them are in, in the order of slots and days."""
    if not lines.size:
        return lines
    slot = _slots(lines)
    order = np.lexsort((lines.n, lines.place, lines.day, slot))
    ordered = slot[order]
    new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    number = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    total = np.cumsum(lines.amount[order])
    before = np.concatenate(([0], total[starts[1:] - 1]))
    at_nothing = np.flatnonzero(total == before[number])
    last = np.full(len(starts), -1, np.int64)
    np.maximum.at(last, number[at_nothing], at_nothing)
    return lines.of(order[np.arange(len(order)) > last[number]])


def _slots(lines: Lines) -> Column:
    """The slot of each line as one number."""
    columns = (lines.item, lines.account, lines.team, lines.kind, lines.setting, lines.worker, lines.detail)
    return numbered(columns)


def numbered(columns: Sequence[NDArray[Any]]) -> Column:
    """One number for each distinct combination of the columns."""
    found, room = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        digit, size = _digits(column)
        if room * size >= _ROOM:
            _, found = np.unique(found, return_inverse=True)
            room = int(found.max()) + 1
        found, room = found * size + digit, room * size
    return found


def _digits(column: NDArray[Any]) -> tuple[Column, int]:
    """The column as small numbers from 0, and how many there may be."""
    low, high = int(column.min()), int(column.max())
    if high - low <= 4 * len(column):
        return column.astype(np.int64) - low, high - low + 1
    distinct, digits = np.unique(column, return_inverse=True)
    return digits, len(distinct)
