"""Settled lines in chunks of one account, team and month: how lines become chunks, and which are merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from services.metrics.store.packing import Column, Lines, moment_of, pack, pack_each
from services.metrics.store.standing import numbered

FULL = 4096
"""Lines from which on a chunk is not merged any more: about 100 kB."""


class ChunkKey(NamedTuple):
    """What the lines of a chunk have in common, below the tenant; `month` is its first day."""

    account: int
    team: int
    month: dt.date


class Chunk(NamedTuple):
    """A chunk as it is stored."""

    account: int
    team: int
    month: dt.date
    lines: int
    known_from: dt.datetime
    known_until: dt.datetime
    body: bytes


def by_key(lines: Lines) -> Iterator[tuple[ChunkKey, Lines]]:
    """The lines of each account, team and month, in the order of those; within, by day and place."""
    ordered, starts, keys = _by_key(lines)
    counts = np.diff(starts, append=lines.size).tolist()
    for key, start, count in zip(keys, starts.tolist(), counts, strict=True):
        yield key, ordered.of(slice(start, start + count))


def _by_key(lines: Lines) -> tuple[Lines, Column, list[ChunkKey]]:
    """The lines in that order, and where each key begins."""
    if not lines.size:
        return lines, np.empty(0, np.int64), []
    months = lines.day.astype("datetime64[D]").astype("datetime64[M]")
    group = numbered((lines.account, lines.team, months.astype(np.int64)))
    order = np.lexsort((lines.n, lines.place, lines.day, group))
    ordered, grouped = lines.of(order), group[order]
    starts = np.concatenate(([0], np.flatnonzero(grouped[1:] != grouped[:-1]) + 1))
    first_days = months[order][starts].astype("datetime64[D]").tolist()
    accounts, teams = ordered.account[starts].tolist(), ordered.team[starts].tolist()
    return ordered, starts, list(map(ChunkKey, accounts, teams, first_days))


def chunk_of(key: ChunkKey, lines: Lines) -> Chunk:
    """The lines of one key as a chunk."""
    known_from, known_until = moment_of(int(lines.known.min())), moment_of(int(lines.known.max()))
    return Chunk(*key, lines.size, known_from, known_until, pack(lines))


def chunks_of(lines: Lines) -> list[Chunk]:
    """All lines of one tenant as chunks, as `chunk_of` gives each."""
    ordered, starts, keys = _by_key(lines)
    if not keys:
        return []
    counts = np.diff(starts, append=lines.size).tolist()
    known_from = np.minimum.reduceat(ordered.known, starts).tolist()
    known_until = np.maximum.reduceat(ordered.known, starts).tolist()
    columns = (counts, map(moment_of, known_from), map(moment_of, known_until), pack_each(ordered, starts))
    return [Chunk(*key, *rest) for key, *rest in zip(keys, *columns, strict=True)]


def to_merge(fresh: int, small: Iterable[tuple[int, int]]) -> list[int]:
    """Which small chunks (id, lines) go into one with so many fresh lines.

    Each is at most as large as what it joins, so that a line is written again only as often as its chunk
    doubles, and of one key there are never more small chunks than doublings.
    """
    merged: list[int] = []
    for id_, lines in sorted(small, key=lambda chunk: chunk[1]):
        if lines > fresh:
            break
        merged.append(id_)
        fresh += lines
    return merged


def months_of(lines: Lines) -> Column:
    """The first day of the month of each line, as a day's number."""
    months: Column = (
        lines.day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    )
    return months


def columns_of(chunks: Sequence[Chunk]) -> list[list[object]]:
    """Chunks as columns, in the order of their fields."""
    return [list(column) for column in zip(*chunks, strict=True)]
