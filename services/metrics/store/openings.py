"""What of the stocks stood when a year began, and when this month and the last one did.

An opening follows from the one before it and the settled lines in between, so it says exactly what all
settled lines before its day come to. Fresh lines of an earlier day take it away (store/settling.py); until it
is made again, readers begin with an older one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from eventlog.postgres import Connection, Row, statements
from services.metrics.store.numbering import STOCKS
from services.metrics.store.packing import (
    NO_LINES,
    Lines,
    add_up,
    joined,
    moment_of,
    pack,
    unpack,
)
from services.metrics.store.standing import standing
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "openings.sql")
FIRST_YEAR = 1990
"""No line of the ledger is older."""


class Whose(NamedTuple):
    """One account of one team."""

    tenant: int
    account: int
    team: int


class Opening(NamedTuple):
    """An opening as it is stored."""

    begins: dt.date
    known_until: dt.datetime
    kinds: list[int]
    settings: list[int]
    counts: list[int]
    amounts: list[int]
    body: bytes


def days_of(today: dt.date) -> list[dt.date]:
    """The days at which stocks are opened: each year's first, and the first of this month and of the last."""
    this = today.replace(day=1)
    last = (this - dt.timedelta(1)).replace(day=1)
    years = (dt.date(year, 1, 1) for year in range(FIRST_YEAR + 1, today.year + 1))
    return sorted({*years, last, this})


async def build(connection: Connection, generation: int, today: dt.date, most: int = 1_000_000) -> int:
    """Make the openings that lack, of so many accounts of teams; answers of how many."""
    days = days_of(today)
    words = Words()
    accounts = await words.look_up(connection, STOCKS)
    making = Making(connection, generation)
    await making.run("outdated", days)
    lacking = await making.fetch("lacking", list(accounts.values()), days, most)
    for *whose, begins in lacking:
        await making.make(Whose(*whose), [day for day in days if day >= begins])
    return len(lacking)


class Making:
    """Makes openings of one generation, in a transaction."""

    def __init__(self, connection: Connection, generation: int) -> None:
        self._connection, self._generation = connection, generation

    async def make(self, whose: Whose, days: Sequence[dt.date]) -> None:
        """The openings of one account and team at all of these days, which are the last there are."""
        await self.run("forget", *whose, days[0])
        held = await self.fetch("before", *whose, days[0])
        opening = Opening(*held[0]) if held else None
        made: list[Opening] = []
        for day in days:
            first = opening.begins if opening else dt.date.min
            rows = await self.fetch("chunks", *whose, first, day)
            opening = opening_after(opening, joined([unpack(row["body"]) for row in rows]), day)
            made.append(opening)
        await self._connection.copy_records_to_table(
            f"opening_{self._generation}",
            columns=("generation", *Whose._fields, *Opening._fields),
            records=[(self._generation, *whose, *one) for one in made],
        )

    async def fetch(self, name: str, *arguments: Any) -> list[Row]:
        """The rows of a statement."""
        return await self._connection.fetch(SQL[name].format(generation=self._generation), *arguments)

    async def run(self, name: str, *arguments: Any) -> None:
        """Run a statement."""
        await self._connection.execute(SQL[name].format(generation=self._generation), *arguments)


def opening_after(before: Opening | None, since: Lines, begins: dt.date) -> Opening:
    """The opening at a later day, after the lines in between; not both may be nothing."""
    stood = unpack(before.body) if before else NO_LINES
    keys, counts = add_up((since.kind, since.setting), np.ones_like(since.amount))
    total: Counter[tuple[int, int]] = Counter()
    if before:
        total.update(dict(zip(zip(before.kinds, before.settings, strict=True), before.counts, strict=True)))
    total.update(dict(zip(zip(*(key.tolist() for key in keys), strict=True), counts.tolist(), strict=True)))
    known = [moment_of(int(since.known.max()))] if since.size else []
    known_until = max([*known, *([before.known_until] if before else [])])
    kinds, settings = ([key[place] for key in total] for place in (0, 1))
    stands = standing(joined([stood, since]))
    found, sums = add_up((stands.kind, stands.setting), stands.amount)
    amount = dict(zip(zip(*(key.tolist() for key in found), strict=True), sums.tolist(), strict=True))
    amounts = [amount.get(key, 0) for key in total]
    return Opening(begins, known_until, kinds, settings, list(total.values()), amounts, pack(stands))
