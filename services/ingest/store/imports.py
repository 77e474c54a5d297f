"""Imports over Postgres: made, claimed by one runner, moved on batch by batch, looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import fields

from eventlog.postgres import Connection, Pool, Row, statements, transaction
from runtime import telemetry
from services.ingest.domain.imports import Import, State, Step
from services.ingest.domain.rows import Reject
from services.ingest.store import quality

SQL = statements("services.ingest.store", "imports.sql")
ROWS = telemetry.counter(
    "ingest_import_rows_total", "Rows of imports that are dealt with, by what became of them.", ("outcome",)
)
ENDED = telemetry.counter("ingest_imports_total", "Imports that are over, by how they ended.", ("state",))
NAMES = tuple(field.name for field in fields(Import))
PAGE_OF_REJECTS = 1_000
UPLOAD_WITHIN = dt.timedelta(hours=24)
FORSAKEN = "The upload was not finished within 24 hours; send the file again."


class ImportBook:
    """The port `flow.Book`, and what the API shows of it. `max_rejects` bounds what is kept of one import."""

    def __init__(self, pool: Pool, clock: Callable[[], dt.datetime], max_rejects: int) -> None:
        self._pool = pool
        self._clock = clock
        self._max_rejects = max_rejects

    async def add(self, job: Import) -> bool:
        """A new import that waits for its turn; False where its key was used before."""
        async with transaction(self._pool) as connection:
            done = await connection.execute(
                SQL["add"],
                *(job.id, job.tenant, job.name, job.format, job.mapping, job.mapping_text, job.as_of),
                *(job.coverage, job.packed_bytes, job.place, job.sent_by, job.created_at),
                *(job.digest, job.asked_as, job.asked, job.state, job.source),
            )
        return bool(done == "INSERT 0 1")

    async def arrive(self, job: Import) -> bool:
        """An upload that came in parts is there and waits for its turn; False where it was so before."""
        async with transaction(self._pool) as connection:
            done = await connection.execute(
                SQL["arrive"],
                *(job.tenant, job.id, job.format, job.mapping, job.mapping_text, job.coverage),
                *(job.packed_bytes, job.digest, job.place, job.name, job.source),
            )
        return bool(done == "UPDATE 1")

    async def forsaken(self, place: str) -> list[str]:
        """End uploads of this place that nobody went on with; answers their ids."""
        now = self._clock()
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["forsake"], place, now, now - UPLOAD_WITHIN, FORSAKEN)
        return [row["id"] for row in rows]

    async def asked(self, tenant: str, key: str) -> Import | None:
        """The import that was asked for under this key."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["asked"], tenant, key)
        return None if row is None else _import(row)

    async def find(self, tenant: str, name: str) -> Import | None:
        """The tenant's import with this id."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["find"], tenant, name)
        return None if row is None else _import(row)

    async def newest(self, tenant: str, before: Import | None, limit: int) -> list[Import]:
        """The tenant's imports, newest first, from below `before`."""
        at, name = (None, None) if before is None else (before.created_at, before.id)
        async with transaction(self._pool) as connection:
            return [_import(row) for row in await connection.fetch(SQL["newest"], tenant, at, name, limit)]

    async def rejects(self, job: Import) -> AsyncIterator[Reject]:
        """The import's rejects in the order of their rows, read in pages."""
        last = -1
        while True:
            async with transaction(self._pool) as connection:
                rows = await connection.fetch(SQL["rejects"], job.id, last, PAGE_OF_REJECTS)
            for row in rows:
                yield Reject(**dict(row))
            if len(rows) < PAGE_OF_REJECTS:
                return
            last = rows[-1]["row"]

    async def cancel(self, job: Import) -> None:
        """Let the import end where it is; one that is over stays as it is."""
        async with transaction(self._pool) as connection:
            done = await connection.execute(SQL["cancel"], job.tenant, job.id, self._clock())
        if done == "UPDATE 1":
            ENDED.labels("cancelled").inc()

    async def unfinished(self, place: str) -> set[str]:
        """Ids of imports whose uploads must be kept."""
        async with transaction(self._pool) as connection:
            return {row["id"] for row in await connection.fetch(SQL["unfinished"], place)}

    async def claim(self, place: str, most_bytes: int, in_hand: Collection[str]) -> Import | None:
        """The oldest import of this place that is not over, now running.

        None that has more bytes than that, is in hand already, or whose feed another one loads.
        """
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["claim_alone"])
            row = await connection.fetchrow(SQL["claim"], place, self._clock(), most_bytes, list(in_hand))
        return None if row is None else _import(row)

    async def advance(self, job: Import, step: Step, rejects: Sequence[Reject]) -> bool:
        """Progress and rejects of one batch in one transaction; False when the import moved or ended."""
        async with transaction(self._pool) as connection:
            if not await self._move(connection, job, step, rejects):
                return False
        self._count(step)
        return True

    async def _move(self, connection: Connection, job: Import, step: Step, rejects: Sequence[Reject]) -> bool:
        done = await connection.execute(
            SQL["advance"],
            *(job.id, step.after, step.last_row, step.accepted, step.refused, step.events),
            *(step.unchanged, step.withdrawn, step.bytes_read, step.placed, step.older_than, step.covers),
        )
        if done == "UPDATE 1":
            await quality.count(connection, job, step.quality)
        if done == "UPDATE 1" and rejects:
            await connection.execute(
                SQL["reject"],
                *(job.id, [one.row for one in rejects], [one.column for one in rejects]),
                *([one.value for one in rejects], [one.reason for one in rejects]),
                *([one.remedy for one in rejects], self._max_rejects),
            )
        return bool(done == "UPDATE 1")

    def _count(self, step: Step) -> None:
        ROWS.labels("accepted").inc(step.accepted)
        ROWS.labels("refused").inc(step.refused)

    async def prepare(self, job: Import, share: float) -> None:
        """How much of the file was read through before its first row is taken, from 0 to 1."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["prepare"], job.id, share)

    async def tell(self, job: Import, note: str | None) -> None:
        """What the import waits for."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["tell"], job.id, note)

    async def end(self, job: Import, state: State, error: str | None) -> None:
        """The import is over."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["end"], job.id, state, error, self._clock())
        ENDED.labels(state).inc()


def _import(row: Row) -> Import:
    return Import(**{name: row[name] for name in NAMES})
