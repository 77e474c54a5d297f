"""The way back to lines and events (trail.sql)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from eventlog.postgres import Row, statements
from services.metrics.domain.trail import Line, Page, Part, Said
from services.metrics.domain.units import Span
from services.metrics.domain.worklist import Item
from services.metrics.store.reading import KEPT, TERMS, Reading, as_json

SQL = statements("services.metrics.store", "trail.sql")
FOUND = SQL["found"].format(terms=TERMS, kept=KEPT)


class TrailReading(Reading):
    """Lines and events, as known when the snapshot says."""

    async def parts(self, parts: Sequence[Part], reach: Sequence[Span], everything: bool) -> list[Part]:
        """Each part with what its lines add up to and how many there are."""
        sql = SQL["totals"].format(found=FOUND)
        rows = await self.fetch(sql, *self._asked(parts, reach), everything)
        found = {row["t"]: row for row in rows}
        return [_counted(part, found.get(place)) for place, part in enumerate(parts)]

    async def lines(
        self, parts: Sequence[Part], reach: Sequence[Span], everything: bool, page: Page
    ) -> list[Line]:
        """A page of the parts' lines, in the order of parts and days."""
        sql = SQL["lines"].format(found=FOUND)
        rows = await self.fetch(sql, *self._asked(parts, reach), everything, *page.after, page.limit)
        return [_line(row) for row in rows]

    async def event(self, topic: str, partition: int, offset: int) -> tuple[Said, list[Line]] | None:
        """The event at a place in the log with its lines; None when the ledger took none from there."""
        rows = await self.fetch(SQL["event"], topic, partition, offset)
        if not rows:
            return None
        said = _said(rows[0])
        lines = await self.fetch(SQL["lines_of_subject"], said.subject, topic, partition, offset)
        return said, [_line(row) for row in lines]

    async def item(self, subject: str) -> tuple[Item | None, list[Said], list[Line]]:
        """How a subject stands, its events and its lines, in the order of the log."""
        items = await self.fetch(SQL["item"], subject)
        events = await self.fetch(SQL["events_of_subject"], subject)
        lines = await self.fetch(SQL["lines_of_subject"], subject, None, None, None)
        found = Item(**dict(items[0])) if items else None
        return found, [_said(row) for row in events], [_line(row) for row in lines]

    def _asked(self, parts: Sequence[Part], reach: Sequence[Span]) -> tuple[object, str, str]:
        spans = [
            {
                "first": span.first.isoformat(),
                "last": span.last.isoformat(),
                "names": span.teams.only,
                "but": span.teams.but,
            }
            for span in reach
        ]
        return self.as_known, as_json([part.term for part in parts]), json.dumps(spans)


def _counted(part: Part, row: Row | None) -> Part:
    if row is None:
        return part
    return replace(part, amount=row["amount"], lines=row["shown"], cancelled=row["total"] - row["shown"])


def _line(row: Row) -> Line:
    return Line(
        part=row["t"],
        account=row["account"],
        team=row["team"],
        day=row["day"],
        kind=row["kind"],
        setting=row["setting"],
        worker=row["worker"],
        detail=json.loads(row["detail"]),
        amount=row["amount"],
        subject=row["subject"],
        known_at=row["known_at"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        n=row["n"],
        source=row["source"],
        id=row["id"],
        type=row["type"],
        time=row["time"],
    )


def _said(row: Row) -> Said:
    return Said(**dict(row))
