"""Sums for reports, cut by any column: from months or, where they say too little, from lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from eventlog.postgres import Row
from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.cuts import Cuts, Sum
from services.metrics.domain.cuts import Where as Chosen
from services.metrics.domain.periods import containing
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import EVERYTHING, Span
from services.metrics.store.numbering import first_of_month
from services.metrics.store.packing import Column, Lines, add_up, day_of
from services.metrics.store.reading import ONE_DAY, SQL, LineReading, Where
from services.metrics.store.terms import word_of

COLUMNS = ("account", "day", "month", "team", "kind", "setting", "worker", "subject")
NAMES = ("account", "team", "kind", "setting", "worker")
"""Columns that hold words."""
OF_LINES = {"worker", "subject"}
"""What months do not keep; nor do they keep the detail of a stock."""
IN_TIME = {"day", "month"}

Table = dict[str, Column]
"""Columns of one length by name: words, days, items (`subject`), details and, always, `amount`."""


class SumReading(LineReading):
    """Sums as reports cut them, as known when the snapshot says."""

    async def sums(self, cuts: Cuts) -> list[Sum]:
        """The sum of each cell that is not nought, in the order of its texts."""
        _check(cuts)
        columns = columns_of(cuts.where, cuts.by)
        tables = [
            table
            for stock, accounts in _by_nature(cuts.accounts)
            for span in cuts.spans
            for table in await self._tables(accounts, span, columns, stock=stock)
        ]
        if not tables:
            return []
        whole = {name: np.concatenate([table[name] for table in tables]) for name in (*columns, "amount")}
        return await self._cut(whole, cuts)

    async def _tables(
        self, accounts: Sequence[str], span: Span, columns: Sequence[str], *, stock: bool
    ) -> list[Table]:
        where = await self.where(accounts, span.teams)
        if not where.accounts:
            return []
        if self.as_known is None and not OF_LINES & {*columns} and not (stock and "detail" in columns):
            if stock and span.first == BEGINNING and not IN_TIME & {*columns}:
                return await self._of_openings(where, span.last, columns)
            return await self._of_months(where, span, columns)
        if stock and span.first == BEGINNING and not IN_TIME & {*columns}:
            lines = (await self.standing(where, span.last)).lines
        else:
            lines = await self.posted(where, (span.first, span.last))
        return [table_of(lines, columns)]

    async def _of_openings(self, where: Where, last: dt.date, columns: Sequence[str]) -> list[Table]:
        """What stands at the end of a day: what was opened, whole months since, and the days of its month."""
        ends = (last + ONE_DAY).replace(day=1)
        since, stood = await self.stood(where, ends)
        sql = SQL["sums_since"].format(columns=_kept(columns, BY_MONTH))
        tables = [table_of(stood, columns), _table(await self.fetch(sql, *since, ends), columns)]
        if ends <= last:
            tables += await self._of_months(where, Span(ends, last, EVERYTHING), columns)
        return tables

    async def _of_months(self, where: Where, span: Span, columns: Sequence[str]) -> list[Table]:
        """Whole months from their sums, the days before and after them from sums by day."""
        tables = []
        for first, last, stored in _stretches(span, by_day="day" in columns):
            sql = SQL[stored.statement].format(columns=_kept(columns, stored))
            rows = await self.fetch(sql, where.accounts, where.only, first, last, where.but)
            tables.append(_table(rows, columns))
        return tables

    async def _cut(self, table: Table, cuts: Cuts) -> list[Sum]:
        """The rows that count, added up by what they are cut by."""
        kept = await self.counting(table, cuts.where)
        values = await self._values({name: column[kept] for name, column in table.items()}, cuts.by)
        keys, amounts = [values[name][0] for name in cuts.by], table["amount"][kept]
        if not keys:
            total = int(amounts.sum())
            return [Sum((), total)] if total else []
        found, sums = add_up(keys, amounts)
        cells = [
            [values[name][1][code] for code in column.tolist()]
            for name, column in zip(cuts.by, found, strict=True)
        ]
        return sorted(map(Sum, zip(*cells, strict=True), sums.tolist()))

    async def counting(self, table: Table, where: Chosen) -> Column:
        """Which rows have one of the values that count, in every column that is asked."""
        values = await self._values(table, [name for name, _ in where])
        kept = np.ones(len(table["amount"]), np.bool_)
        for name, counting in where:
            codes, texts = values[name]
            kept &= np.isin(codes, [code for code, text in enumerate(texts) if text in counting])
        return kept

    async def _values(self, table: Table, names: Iterable[str]) -> dict[str, tuple[Column, list[str]]]:
        """Each column as small numbers, and the text of each of those."""
        found = {}
        for name in names:
            distinct, codes = np.unique(table[_source(name)], return_inverse=True)
            texts = await self._texts_of(name, distinct.tolist())
            merged = sorted(set(texts))
            place = {text: code for code, text in enumerate(merged)}
            found[name] = (np.array([place[text] for text in texts], np.int64)[codes], merged)
        return found

    async def _texts_of(self, name: str, numbers: Sequence[int]) -> list[str]:
        if name == "day":
            return [day_of(number).isoformat() for number in numbers]
        if name == "month":
            return [day_of(number).isoformat()[:7] for number in numbers]
        if name == "subject":
            subject = await self.subjects(numbers)
            return [subject[number] for number in numbers]
        text = await self.texts(numbers)
        return [text[number] if name in NAMES else word_of(text[number], name) for number in numbers]

    async def subjects(self, items: Sequence[int]) -> Mapping[int, str]:
        """The subjects of items."""
        rows = await self.connection.fetch(SQL["subjects"], self.generation, list(items))
        return {row["no"]: row["subject"] for row in rows}


def _check(cuts: Cuts) -> None:
    for name in (*cuts.by, *(name for name, _ in cuts.where)):
        if name not in COLUMNS and not name.isidentifier():
            raise ValueError(f"{name!r} is neither a column of the ledger nor a word of its details.")


def _source(name: str) -> str:
    """The column that a text comes from: a word of the detail from the detail."""
    return name if name in COLUMNS else "detail"


def _by_nature(accounts: Iterable[str]) -> list[tuple[bool, list[str]]]:
    """The accounts that stand, and those that flow."""
    natures: dict[bool, list[str]] = {}
    for account in accounts:
        known = ACCOUNTS.get(account)
        natures.setdefault(known is not None and known.nature == "stock", []).append(account)
    return list(natures.items())


class Stored(NamedTuple):
    """How sums are stored: the statement that reads them, and its columns."""

    statement: str
    columns: Mapping[str, str]


_SAME = {name: f"b.{name}" for name in ("account", "team", "kind", "setting", "detail")}
_MONTH = "b.month - date '1970-01-01'"
BY_MONTH = Stored("sums_of_months", {**_SAME, "month": _MONTH})
BY_DAY = Stored("sums_of_days", {**_SAME, "month": _MONTH, "day": f"{_MONTH} + d.day - 1"})


def _kept(columns: Sequence[str], stored: Stored) -> str:
    return ", ".join((*(stored.columns[name] for name in columns), "b.tenant"))


def _stretches(span: Span, *, by_day: bool) -> list[tuple[dt.date, dt.date, Stored]]:
    """The days of a span in stretches: whole months together, and what is left before and after them."""
    first, last = span.first, span.last
    begins = first if first.day == 1 else containing(first, "month").last + ONE_DAY
    ends = last if (last + ONE_DAY).day == 1 else last.replace(day=1) - ONE_DAY
    if by_day or begins > ends:
        return [(first, last, BY_DAY)]
    found = [(begins, ends, BY_MONTH)]
    if first < begins:
        found.append((first, begins - ONE_DAY, BY_DAY))
    if ends < last:
        found.append((ends + ONE_DAY, last, BY_DAY))
    return found


def _table(rows: Sequence[Row], columns: Sequence[str]) -> Table:
    kept = [np.array([row[place] for row in rows], np.int64) for place in range(len(columns))]
    return {
        **dict(zip(columns, kept, strict=True)),
        "amount": np.array([row["amount"] for row in rows], np.int64),
    }


def table_of(lines: Lines, columns: Iterable[str]) -> Table:
    """Columns of lines by name."""
    stored = lines._asdict() | {"subject": lines.item, "month": first_of_month(lines.day)}
    return {name: stored[name] for name in (*columns, "amount")}


def columns_of(where: Chosen, by: Sequence[str] = ()) -> list[str]:
    """The stored columns that a question needs."""
    return sorted({_source(name) for name in (*by, *(name for name, _ in where))})
