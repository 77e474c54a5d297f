"""Workflow steps whose links and assignments are tables of their own: joined, a row says all of a step.

Links point forwards and backwards, so all of them must be known before the first step is given. They are kept
in a database of this reading alone, on disk and gone with it: memory stays flat however many there are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from services.ingest.domain.cells import WrongCell, day_of
from services.ingest.domain.rows import Reject, UnreadableFile
from services.ingest.domain.steps import (
    ASSIGNED,
    ASSIGNEE,
    NEXT,
    SOURCE,
    SOURCE_TEAM,
    Assignments,
    Links,
    StepsMapping,
    column_of,
    matching,
)
from services.ingest.domain.table import Columns
from services.ingest.formats import table
from services.ingest.formats.several import Tables

SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
CREATE TABLE step (id TEXT PRIMARY KEY, type TEXT, team TEXT) WITHOUT ROWID;
CREATE TABLE link (source TEXT, target TEXT); CREATE TABLE held (step TEXT, day TEXT, said TEXT, worker TEXT);
"""
INDEXES = (
    "CREATE INDEX a ON link (source); CREATE INDEX b ON link (target); CREATE INDEX c ON held (step, day);"
)
NEXTS = "SELECT type FROM link JOIN step ON id = target WHERE source = ? ORDER BY link.rowid"
SOURCES = """
SELECT source, coalesce(team, '') FROM link LEFT JOIN step ON id = source WHERE target = ? ORDER BY link.rowid
"""
HELD = "SELECT worker, said FROM held WHERE step = ? ORDER BY day DESC, rowid DESC LIMIT 1"


def opened(
    tables: Tables, mapping: StepsMapping, today: str | None
) -> tuple[Sequence[str], Iterator[table.Numbered]]:
    """The columns of the joined table, and its rows under the numbers that the steps have in theirs.

    `today` is the day of the export, as 2026-11-23: assignments that ended by then hold nobody.
    Raises `UnreadableFile` where a table or a column that the mapping names is not there.
    """
    return _Joined(tables, mapping, today).rows()


class _Joined:
    def __init__(self, tables: Tables, mapping: StepsMapping, today: str | None) -> None:
        self._tables, self._mapping, self._today = tables, mapping, today
        self._base = sqlite3.connect("", check_same_thread=False)  # read by one thread after the other
        self._base.executescript(SCHEMA)

    def rows(self) -> tuple[Sequence[str], Iterator[table.Numbered]]:
        header, lines = self._table(self._mapping.steps)
        key, fields = matching(self._mapping, header)
        if not key:
            return header, iter(())  # what is missing of the steps is told by who reads them
        kind, team = fields.get("kind", ("",))[0], fields.get("team", ("",))[0]
        self._fill(
            "INSERT OR IGNORE INTO step VALUES (?, ?, ?)",
            (
                (cells[key[0]].strip(), cells.get(kind, ""), cells.get(team, ""))
                for cells in _told(header, lines)
            ),
        )
        more: tuple[str, ...] = ()
        if (links := self._mapping.links) is not None:
            self._link(links)
            more += (NEXT, SOURCE, SOURCE_TEAM)
        if (assignments := self._mapping.assignments) is not None:
            self._assign(assignments)
            more += (ASSIGNEE, ASSIGNED)
        self._base.executescript(INDEXES)
        header, lines = self._table(self._mapping.steps)
        return [*header, *more], self._joined(table.numbered(header, lines), key[0])

    def _joined(self, lines: Iterator[table.Numbered], key: str) -> Iterator[table.Numbered]:
        try:
            for number, cells in lines:
                if isinstance(cells, Reject):
                    yield number, cells
                    continue
                step = cells[key].strip()
                own = {**cells, **self._held(step)}
                yield from ((number, {**own, **linked}) for linked in self._linked(step))
        finally:
            self._base.close()

    def _held(self, step: str) -> dict[str, str]:
        """Who holds a step, where assignments say it."""
        if self._mapping.assignments is None:
            return {}
        worker, since = self._base.execute(HELD, (step,)).fetchone() or ("", "")
        return {ASSIGNEE: worker, ASSIGNED: since}

    def _linked(self, step: str) -> Iterator[dict[str, str]]:
        """The links of a step, next actions beside sources; one without any where it has none."""
        if self._mapping.links is None:
            yield {}
            return
        nexts, sources = self._base.execute(NEXTS, (step,)), self._base.execute(SOURCES, (step,))
        for after, before in list(zip_longest(nexts, sources)) or [(None, None)]:
            source, team = before or ("", "")
            yield {NEXT: after[0] if after else "", SOURCE: source, SOURCE_TEAM: team}

    def _link(self, links: Links) -> None:
        header, lines = self._table(links.table)
        source, target = (self._column(links.table, one, header) for one in (links.source, links.target))
        self._fill(
            "INSERT INTO link VALUES (?, ?)",
            ((cells[source].strip(), cells[target].strip()) for cells in _told(header, lines)),
        )

    def _assign(self, said: Assignments) -> None:
        header, lines = self._table(said.table)
        step, worker = (self._column(said.table, one, header) for one in (said.step, said.worker))
        since = self._column(said.table, said.since, header)
        until = None if said.until is None else self._column(said.table, said.until, header)

        def told() -> Iterator[tuple[str, str, str, str]]:
            for cells in _told(header, lines):
                if until is None or not self._over(self._day(cells[until])):
                    yield cells[step].strip(), self._day(cells[since]), cells[since], cells[worker]

        self._fill("INSERT INTO held VALUES (?, ?, ?, ?)", told())

    def _table(self, name: str) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        found = self._tables.get(name.casefold())
        if found is None:
            raise UnreadableFile(
                f"There is no table {name!r}, which the mapping needs; there are {', '.join(self._tables)}. "
                "Add it, or mend the mapping."
            )
        lines = found()
        return [one.strip() for one in next(lines, ())], lines

    def _column(self, name: str, columns: Columns, header: Sequence[str]) -> str:
        found = column_of(columns, header)
        if found is None:
            raise UnreadableFile(
                f"The table {name!r} has none of the columns {columns!r}, which the mapping needs; it has "
                f"{', '.join(header)}."
            )
        return found

    def _day(self, text: str) -> str:
        """A day for comparing; what is no day comes before all, and is told where its step is read."""
        try:
            return (
                day_of("", text.strip(), (*self._mapping.dates, "%Y-%m-%d")).isoformat()
                if text.strip()
                else ""
            )
        except WrongCell:
            return ""

    def _over(self, ended: str) -> bool:
        return ended != "" and (self._today is None or ended <= self._today)

    def _fill(self, statement: str, rows: Iterator[tuple[str, ...]]) -> None:
        self._base.executemany(statement, rows)
        self._base.commit()


def _told(header: Sequence[str], lines: Iterator[Sequence[str]]) -> Iterator[dict[str, str]]:
    """The rows that can be told apart into cells; of the steps the others are refused when they are read."""
    for _, cells in table.numbered(header, lines):
        if not isinstance(cells, Reject):
            yield dict(cells)
