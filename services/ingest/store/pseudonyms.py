"""Whom random ids stand for, over Postgres: by a keyed hash of what identifies a person, never by that.

Without the key, which is a file of the home, no row can be traced to a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from eventlog.postgres import Pool, statements, transaction

SQL = statements("services.ingest.store", "pseudonyms.sql")


class Pseudonyms:
    """The port `exporting.People`; `new_id` gives ids that say nothing, each one once."""

    def __init__(self, pool: Pool, clock: Callable[[], dt.datetime], new_id: Callable[[], str]) -> None:
        self._pool, self._clock, self._new_id = pool, clock, new_id

    async def ids(self, tenant: str, hashes: Collection[str]) -> Mapping[str, str]:
        """The id of each person, made where there is none; nothing of one who was erased."""
        wanted = sorted(hashes)
        async with transaction(self._pool) as connection:
            found = {row["hash"]: row["id"] for row in await connection.fetch(SQL["known"], tenant, wanted)}
            fresh = [one for one in wanted if one not in found]
            if fresh:
                ids = [self._new_id() for _ in fresh]
                await connection.execute(SQL["add"], tenant, fresh, ids, self._clock())
                # Another import may have met the same person in this moment; the id that was kept counts.
                kept = await connection.fetch(SQL["known"], tenant, fresh)
                found |= {row["hash"]: row["id"] for row in kept}
        return {one: known for one, known in found.items() if known is not None}

    async def erase(self, tenant: str, hashed: str) -> bool:
        """Forget whose the id is, for ever: no later file brings it back. False where nobody had one."""
        async with transaction(self._pool) as connection:
            known: bool = await connection.fetchval(SQL["erase"], tenant, hashed, self._clock())
        return known
