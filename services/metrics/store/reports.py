"""What the reports are laid out from (reading.sql)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.metrics.domain.reports import By, Cut, Flow, OpenWork
from services.metrics.domain.units import Span, Teams
from services.metrics.store.reading import Reading

COLUMNS: dict[Cut, str] = {
    "month": "''::text",
    "worker": "b.worker",
    "kind": "b.kind",
    "team": "b.team",
    "outcome": "coalesce(b.detail ->> 'outcome', '')",
}


class ReportReading(Reading):
    """Sums of the ledger by due date, month and what else a report is cut by."""

    async def open_by_due(self, day: dt.date, teams: Teams, by: By) -> list[OpenWork]:
        """Open work at the end of the day by its due date."""
        sql = self.booked("open_by_due", by=COLUMNS[by])
        rows = await self.fetch(sql, self.as_known, day, teams.only, teams.but)
        return [OpenWork(_day(row["due"]), row["by"], row["amount"]) for row in rows]

    async def flows_by(
        self, accounts: Sequence[str], span: Span, cut: Cut, kinds: Sequence[str]
    ) -> list[Flow]:
        """Flows of a span of days by month, of these kinds or (none named) of all."""
        sql = self.booked("flows_by", by=COLUMNS[cut])
        rows = await self.fetch(
            sql,
            self.as_known,
            list(accounts),
            span.first,
            span.last,
            span.teams.only,
            span.teams.but,
            list(kinds) or None,
        )
        return [Flow(row["account"], _month(row["month"]), row["by"], row["amount"]) for row in rows]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")
