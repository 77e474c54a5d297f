"""Marks and tellings in Postgres, for the teller and for those who listen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from eventlog.postgres import Pool, Row, statements
from services.metrics.domain.batch import Mark
from services.metrics.domain.periods import Grain
from services.metrics.domain.telling import Notice, Subject, Telling
from services.metrics.store.reaching import Lead, leading, reached

SQL = statements("services.metrics.store", "telling.sql")
MOST_MARKS = 50_000


class PostgresNotebook:
    """Marks, and what was told."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def leading(self) -> AbstractAsyncContextManager[Lead | None]:
        """The lock of the one teller, which ends with the block; None while another process has it."""
        return leading(self._pool, "publisher")

    async def marks(self, after: int) -> list[tuple[int, Mark]]:
        """What was marked, from a revision on."""
        rows = await self._fetch("marks", after, MOST_MARKS)
        return [
            (row["revision"], Mark(row["tenant"], row["team"], row["account"], row["since"], row["until"]))
            for row in rows
        ]

    async def mark_all(self, since: dt.date) -> None:
        """Mark everything that has lines."""
        await self._fetch("mark_all", since)

    async def clear(self, revisions: Collection[int]) -> None:
        """Take away marks that were told."""
        await self._fetch("clear_marks", list(revisions))

    async def revisions(self, count: int) -> list[int]:
        """New revisions, rising."""
        return sorted(row["revision"] for row in await self._fetch("revisions", count))

    async def told(self) -> list[Telling]:
        """What was told last of every subject."""
        return [_telling(row) for row in await self._fetch("told")]

    async def notices(self) -> list[Telling]:
        """What was told last of every feed, and of every given figure that changed."""
        return [_telling(row) for row in await self._fetch("notices")]

    async def tell(self, tellings: Sequence[Telling]) -> None:
        """Note what was sent, all of it or nothing."""
        figures, notices = [], []
        for tenant, subject, revision, payload in tellings:
            if isinstance(subject, Subject):
                figures.append((tenant, *subject, revision, payload))
            else:
                what, about, unit, measure = subject
                notices.append((tenant, about, what, unit, measure, revision, payload))
        await self._write({"tell_notices": notices, "tell": figures})

    async def forget(self, subjects: Collection[tuple[str, Subject | Notice]]) -> None:
        """Take away what is no longer told."""
        figures = [(tenant, *one) for tenant, one in subjects if isinstance(one, Subject)]
        notices = [(tenant, one.about) for tenant, one in subjects if isinstance(one, Notice)]
        await self._write({"forget": figures, "forget_notices": notices})

    async def known_until(self) -> dt.datetime | None:
        """Up to where the log is known in every partition that has records."""
        rows = await self._fetch("known_until")
        until: dt.datetime | None = rows[0][0]
        return until

    async def since(
        self,
        revision: int,
        most: int,
        tenant: str | None = None,
        measures: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
    ) -> list[Telling]:
        """What was told after a revision, in order."""
        return [_telling(row) for row in await self._fetch("since", revision, tenant, measures, units, most)]

    async def last(self) -> int:
        """The newest revision that was told."""
        rows = await self._fetch("last_revision")
        revision: int = rows[0][0]
        return revision

    async def _write(self, work: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        async with reached(self._pool) as connection:
            for name, rows in work.items():
                if rows:
                    await connection.execute(SQL[name], *_columns(rows))

    async def _fetch(self, name: str, *arguments: Any) -> list[Row]:
        async with reached(self._pool) as connection:
            return await connection.fetch(SQL[name], *arguments)


def _telling(row: Row) -> Telling:
    if row.get("about") is not None:
        notice = Notice(row["what"], row["about"], row["unit"], row["measure"])
        return Telling(row["tenant"], notice, row["revision"], row["payload"])
    grain = cast("Grain", row["grain"])
    subject = Subject(row["unit"], row["measure"], grain, row["period"])
    return Telling(row["tenant"], subject, row["revision"], row["payload"])


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
