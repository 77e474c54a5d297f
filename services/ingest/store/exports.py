"""What exports have shown, over Postgres: turns of items, written down with the progress of their import."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from eventlog.postgres import Row, statements, transaction
from services.ingest.domain.differences import Differences
from services.ingest.domain.exports import Export, Turn, coverage_said, coverage_text
from services.ingest.domain.imports import Import, Step
from services.ingest.domain.rows import Noun, Reject
from services.ingest.store.imports import ImportBook

SQL = statements("services.ingest.store", "exports.sql")
Dates = tuple[tuple[str, dt.date], ...]
_DATES = msgspec.json.Decoder(Dates)


class ExportBook(ImportBook):
    """The port `exporting.Shelf`: a book of imports that also remembers what tables have shown."""

    async def exports(self, tenant: str, source: str) -> list[Export]:
        """The exports of a source that were loaded whole, oldest first."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["exports"], tenant, source)
        return [Export(row["as_of"], coverage_said(row["coverage"])) for row in rows]

    async def turns(self, tenant: str, source: str, keys: Collection[str]) -> Mapping[str, Sequence[Turn]]:
        """What is known of these items; nothing of one that was never shown."""
        async with transaction(self._pool) as connection:
            return _by_key(await connection.fetch(SQL["turns"], tenant, source, list(keys)))

    async def keys(
        self, tenant: str, source: str, before: dt.datetime, after: str, limit: int
    ) -> Sequence[str]:
        """The next keys after one that were shown before a moment, each once; nothing behind the last."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["keys"], tenant, source, after, limit, before)
        return list(dict.fromkeys(row["key"] for row in rows))

    async def turn(
        self, job: Import, source: str, step: Step, rejects: Sequence[Reject], found: Differences
    ) -> bool:
        """Progress, rejects and turns in one transaction; False when the import moved or ended."""
        async with transaction(self._pool) as connection:
            if not await self._move(connection, job, step, rejects):
                return False
            if found.drop:
                keys, moments = zip(*((key, turn.as_of) for key, turn in found.drop), strict=True)
                await connection.execute(SQL["drop"], job.tenant, source, list(keys), list(moments))
            if found.keep:
                await connection.execute(SQL["keep"], job.tenant, source, *_columns(found.keep))
        self._count(step)
        return True

    async def shelve(self, job: Import, source: str, export: Export) -> None:
        """The export was loaded whole."""
        said = coverage_text(export.coverage)
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["shelve"], job.tenant, source, export.as_of, said, job.id)


def _by_key(rows: Iterable[Row]) -> dict[str, list[Turn]]:
    found: defaultdict[str, list[Turn]] = defaultdict(list)
    for row in rows:
        dates = _DATES.decode(row["dates"])
        found[row["key"]].append(Turn(row["as_of"], bytes(row["row"]), dates, row["since"], _noun(dates)))
    return dict(found)


def _noun(dates: Dates) -> Noun:
    """Work has come in, a package has not: `received` is the date without which work is not counted."""
    named = {name for name, _ in dates}
    return "package" if "started" in named and "received" not in named else "work"


def _columns(keep: Iterable[tuple[str, Turn]]) -> list[list[object]]:
    rows = [
        (key, turn.as_of, turn.row, msgspec.json.encode(turn.dates).decode(), turn.since)
        for key, turn in keep
    ]
    return [list(column) for column in zip(*rows, strict=True)]
