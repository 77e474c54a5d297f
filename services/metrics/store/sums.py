"""Sums for reports, cut by any column (sums.sql): of balances or, where they say too little, of lines."""

from __future__ import annotations

import datetime as dt

from eventlog.postgres import statements
from services.metrics.domain.cuts import Cuts, Sum
from services.metrics.domain.trail import Line
from services.metrics.store.reading import NOW, THEN, Reading
from services.metrics.store.trail import line_of, spans_as_json

SQL = statements("services.metrics.store", "sums.sql")
COLUMNS = {
    "account": "b.account",
    "day": "b.day::text",
    "month": "to_char(b.day, 'YYYY-MM')",
    "team": "b.team",
    "kind": "b.kind",
    "setting": "b.setting",
    "worker": "b.worker",
    "subject": "b.subject",
}
OF_LINES = {"book": "line", "known": "$3::timestamptz IS NULL"}
"""Where sums by subject are read: balances do not keep it."""
FIRST_VALUES = 8
"""The number of the first parameter with values that count."""


class SumReading(Reading):
    """Sums and lines as reports cut them, as known when the snapshot says."""

    async def sums(self, cuts: Cuts) -> list[Sum]:
        """The sum of each cell that is not nought, in the order of its texts."""
        if not cuts.spans:
            return []
        columns = f"ARRAY[{', '.join(_column(name) for name in cuts.by)}]::text[]"
        sql = SQL["sums"].format(columns=columns, spans=SQL["spans"], where=_where(cuts), **self._book(cuts))
        rows = await self.fetch(sql, self.as_known, *_asked(cuts))
        return sorted(Sum(tuple(row["cut"]), row["amount"]) for row in rows)

    async def traced(self, cuts: Cuts, known_after: dt.datetime | None, limit: int) -> list[Line]:
        """The lines with their events, those known last first: what became known after a moment, or all."""
        if not cuts.spans:
            return []
        after = FIRST_VALUES + len(cuts.where)
        sql = SQL["traced"].format(spans=SQL["spans"], where=_where(cuts), after=after, limit=after + 1)
        rows = await self.fetch(sql, self.as_known, *_asked(cuts), known_after, limit)
        return [line_of(row) for row in rows]

    def _book(self, cuts: Cuts) -> dict[str, str]:
        if self.as_known is not None:
            return THEN
        named = {*cuts.by, *(name for name, _ in cuts.where)}
        return OF_LINES if "subject" in named else NOW


def _asked(cuts: Cuts) -> tuple[object, ...]:
    first, last = min(span.first for span in cuts.spans), max(span.last for span in cuts.spans)
    values = [sorted(values) for _, values in cuts.where]
    return (list(cuts.accounts), spans_as_json(cuts.spans), first, last, *values)


def _where(cuts: Cuts) -> str:
    return " ".join(
        f"AND {_column(name)} = ANY (${place}::text[])"
        for place, (name, _) in enumerate(cuts.where, start=FIRST_VALUES)
    )


def _column(name: str) -> str:
    """A column as text, or a word of the detail; what is neither could not be told from SQL."""
    if name in COLUMNS:
        return COLUMNS[name]
    if not name.isidentifier():
        raise ValueError(f"{name!r} is neither a column of the ledger nor a word of its details.")
    return f"coalesce(b.detail ->> '{name}', '')"
