"""Prints of a ledger: sums over hashes of all that it holds, whatever rows it stands in and in which order.

Two ledgers whose prints are equal hold the same: every line with its event, amount and moment, every sum by
month and day, every item with its events. Where they differ, the group says where to look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.metrics.domain.batch import FaultLine
from services.metrics.domain.taking import Position
from services.metrics.store.book import TOPIC_NUMBER
from services.metrics.store.chunks import months_of
from services.metrics.store.numbering import Months
from services.metrics.store.packing import OFFSET_BITS, Column, Lines, add_up

SLICE_BITS = 12
"""Items are compared in slices of so many bits of places in the log."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_MASK = (1 << 64) - 1


class Group(NamedTuple):
    """What a print is of, by its first word.

    `lines`, `sums`: tenant, account, team and month (the number of its first day). `items`: topic and
    partition of the item's place, and a slice of offsets. `faults`, `position`: topic and partition. `count`
    of lines: tenant.
    """

    what: str
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0


Prints = dict[Group, int]


def add(prints: Prints, more: Iterable[tuple[Group, int]]) -> None:
    """Add prints of something more of the same ledger."""
    for group, amount in more:
        prints[group] = (prints.get(group, 0) + amount) & _MASK


def differing(one: Mapping[Group, int], other: Mapping[Group, int]) -> list[Group]:
    """The groups that are not the same in both, in order."""
    return sorted(group for group in one.keys() | other.keys() if one.get(group, 0) != other.get(group, 0))


def of_lines(tenant: int, lines: Lines) -> Iterable[tuple[Group, int]]:
    """Every line with all that it says; notes of events without lines are none."""
    lines = lines.of(lines.account != 0)
    yield Group("count", tenant), lines.size
    hashes = mixed(lines).view(np.int64)
    yield from _grouped("lines", tenant, (lines.account, lines.team, months_of(lines)), hashes)


def of_sums(tenant: int, found: Months) -> Iterable[tuple[Group, int]]:
    """Sums by month and by day; in parts or together they come to the same."""
    counts = found.last - found.first + 1
    keys = (found.account, found.team, found.month, found.kind, found.setting, found.detail)
    daily = tuple(np.repeat(key, counts) for key in keys)
    whole = _weighed((*keys, np.zeros_like(found.account)), found.amount)
    yield from _grouped("sums", tenant, keys[:3], whole)
    yield from _grouped("sums", tenant, daily[:3], _weighed((*daily, found.days), found.amounts))


def of_items(rows: Iterable[Any]) -> Iterable[tuple[Group, int]]:
    """Rows of items, each with its number first."""
    for row in rows:
        yield item_group(row[0]), _hash(tuple(row))


def of_faults(faults: Iterable[FaultLine]) -> Iterable[tuple[Group, int]]:
    """Faults of the feeds."""
    for one in faults:
        group = Group("faults", TOPIC_NUMBER[one.place.topic], one.place.partition)
        yield group, _hash((tuple(one.place), one.n, one.tenant, tuple(one.fault), one.amount))


def of_position(topic: str, partition: int, position: Position) -> tuple[Group, int]:
    """What a position says beside its offset."""
    known_at, run = position.known_at.timestamp(), position.dead_run
    return Group("position", TOPIC_NUMBER[topic], partition), _hash((round(known_at * 1000), run))


def item_group(number: int) -> Group:
    """The slice in which an item is."""
    front, offset = number >> OFFSET_BITS, number & ((1 << OFFSET_BITS) - 1)
    return Group("items", front, offset >> SLICE_BITS)


def mixed(columns: Sequence[Column]) -> NDArray[np.uint64]:
    """One well-spread number for each combination of the columns."""
    found = np.full(len(columns[0]), 0x243F6A8885A308D3, np.uint64)
    for column in columns:
        found ^= column.astype(np.int64, copy=False).view(np.uint64)
        found *= _MULTIPLIER
        found ^= found >> _SHIFT
    return found


def _weighed(keys: Sequence[Column], amounts: Column) -> Column:
    return mixed(keys).view(np.int64) * amounts


def _grouped(what: str, tenant: int, keys: Sequence[Column], amounts: Column) -> Iterable[tuple[Group, int]]:
    if not len(amounts):
        return
    (accounts, teams, months), sums = add_up(keys, amounts, zeros=True)
    rows = zip(accounts.tolist(), teams.tolist(), months.tolist(), sums.tolist(), strict=True)
    for account, team, month, amount in rows:
        yield Group(what, tenant, account, team, month), amount


def _hash(what: Any) -> int:
    digest = hashlib.blake2b(msgspec.msgpack.encode(what), digest_size=8).digest()
    return int.from_bytes(digest, "big")
