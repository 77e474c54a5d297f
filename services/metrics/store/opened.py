"""Openings compared with the settled lines that they follow from, one account of a team after another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from eventlog.postgres import Connection, statements
from services.metrics.store.openings import Opening, Whose, opening_after
from services.metrics.store.packing import Lines, joined, unpack

SQL = statements("services.metrics.store", "audit.sql")


class WrongOpening(NamedTuple):
    """An opening that is not what the settled lines before its day come to; None: there are no such lines."""

    whose: Whose
    stands: Opening
    gives: Opening | None

    @property
    def amounts(self) -> tuple[int, int]:
        """What stands by the opening, and what should."""
        return _amount(self.stands), _amount(self.gives)


async def wrong_openings(connection: Connection, generation: int) -> AsyncIterator[WrongOpening | None]:
    """Those of a generation that are wrong; None for each that is right."""
    rows = await connection.fetch(SQL["openings"].format(generation=generation))
    for whose, some in groupby(rows, lambda row: Whose(*tuple(row)[:3])):
        held = [Opening(*tuple(row)[3:]) for row in some]
        for one, made in zip(held, await _made(connection, generation, whose, held), strict=True):
            yield None if made is not None and _same(one, made) else WrongOpening(whose, one, made)


async def _made(
    connection: Connection, generation: int, whose: Whose, held: Sequence[Opening]
) -> list[Opening | None]:
    """The openings as they should be, from all settled lines: one follows from the one before."""
    sql = SQL["chunks_before"].format(generation=generation)
    rows = await connection.fetch(sql, *whose, held[-1].begins)
    made: list[Opening | None] = []
    before: Opening | None = None
    for one in held:
        first = made and held[len(made) - 1].begins
        since = [
            unpack(row["body"])
            for row in rows
            if row["month"] < one.begins and not (first and row["month"] < first)
        ]
        if since or before is not None:
            before = opening_after(before, joined(since), one.begins)
        made.append(before)
    return made


def _same(one: Opening, other: Opening) -> bool:
    if (one.known_until, _counts(one)) != (other.known_until, _counts(other)):
        return False
    ours, theirs = _ordered(one), _ordered(other)
    return ours.size == theirs.size and all(
        np.array_equal(mine, their) for mine, their in zip(ours, theirs, strict=True)
    )


def _counts(one: Opening) -> dict[tuple[int, int], tuple[int, int]]:
    keys = zip(one.kinds, one.settings, strict=True)
    return dict(zip(keys, zip(one.counts, one.amounts, strict=True), strict=True))


def _ordered(one: Opening) -> Lines:
    lines = unpack(one.body)
    return lines.of(np.lexsort(tuple(lines)))


def _amount(one: Opening | None) -> int:
    return int(unpack(one.body).amount.sum()) if one is not None else 0
