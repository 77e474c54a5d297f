"""The way back to lines and events (trail.sql)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from eventlog.postgres import Row, statements
from services.metrics.domain.trail import Line, Page, Part, Said
from services.metrics.domain.units import Span, Teams
from services.metrics.domain.worklist import Item
from services.metrics.store.reading import KEPT, TERMS, Reading, as_json

SQL = statements("services.metrics.store", "trail.sql")
FOUND = SQL["found"].format(terms=TERMS, kept=KEPT)
EVENTS = """JOIN event e ON e.generation = b.generation AND e.topic = b.topic AND e.partition = b.partition
    AND e."offset" = b."offset"
WHERE"""
PAGE = SQL["lines"].format(found_with_events=FOUND.replace("WHERE", EVENTS, 1))


class TrailReading(Reading):
    """Lines and events, as known when the snapshot says."""

    async def lines(
        self, parts: Sequence[Part], reach: Sequence[Span], page: Page, *, everything: bool
    ) -> tuple[list[Part], list[Line]]:
        """Each part with what its lines come to, and a page of lines in the order of parts and days.

        Without `everything` only lines are shown that no other line cancels.
        """
        if not reach:
            return list(parts), []
        asked = _asked(parts, reach)
        if everything:
            totals = await self.fetch(SQL["totals"].format(found=FOUND), self.as_known, *asked)
            rows = await self.fetch(PAGE, self.as_known, *asked, *page.after, page.limit)
            return _counted(parts, totals, None), [line_of(row) for row in rows]
        rows = await self.fetch(SQL["standing"].format(found=FOUND), self.as_known, *asked)
        lines = [line_of(row) for row in rows if row["topic"] is not None]
        after = [line for line in lines if line.place > page.after]
        return _counted(parts, rows, Counter(line.part for line in lines)), after[: page.limit]

    async def event(self, topic: str, partition: int, offset: int) -> tuple[Said, list[Line]] | None:
        """The event at a place in the log with its lines; None when the ledger took none from there."""
        rows = await self.fetch(SQL["event"], topic, partition, offset)
        if not rows:
            return None
        said = _said(rows[0])
        lines = await self.fetch(SQL["lines_of_subject"], said.subject, topic, partition, offset)
        return said, [line_of(row) for row in lines]

    async def item(self, subject: str) -> tuple[Item | None, list[Said], list[Line]]:
        """How a subject stands, its events and its lines, in the order of the log."""
        items = await self.fetch(SQL["item"], subject)
        events = await self.fetch(SQL["events_of_subject"], subject)
        lines = await self.fetch(SQL["lines_of_subject"], subject, None, None, None)
        found = Item(**dict(items[0])) if items else None
        return found, [_said(row) for row in events], [line_of(row) for row in lines]


def spans_as_json(spans: Sequence[Span]) -> str:
    """Days and teams as the statements take them."""
    return json.dumps(
        [
            {
                "first": span.first.isoformat(),
                "last": span.last.isoformat(),
                "names": span.teams.only,
                "but": span.teams.but,
            }
            for span in spans
        ]
    )


def _asked(parts: Sequence[Part], reach: Sequence[Span]) -> tuple[object, ...]:
    terms = [part.term for part in parts]
    first, last = min(span.first for span in reach), max(span.last for span in reach)
    teams = _together([span.teams for span in reach])
    return as_json(terms), sorted({term.account for term in terms}), spans_as_json(reach), first, last, teams


def _together(teams: Sequence[Teams]) -> list[str] | None:
    if any(some.rest for some in teams):
        return None
    return sorted(frozenset().union(*(some.names for some in teams)))


def _counted(parts: Sequence[Part], totals: Sequence[Row], shown: Counter[int] | None) -> list[Part]:
    found = {row["t"]: (row["total_amount"], row["total_lines"]) for row in totals}
    counted = []
    for place, part in enumerate(parts):
        amount, lines = found.get(place, (0, 0))
        kept = lines if shown is None else shown[place]
        counted.append(replace(part, amount=amount, lines=kept, cancelled=lines - kept))
    return counted


def line_of(row: Row) -> Line:
    """A line with its event, as a row says them."""
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
