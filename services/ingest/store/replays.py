"""Which dead letters were sent again, when and by whom: so that whoever does it twice is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from eventlog.postgres import Pool, statements, transaction
from services.ingest.domain.letters import Replay

SQL = statements("services.ingest.store", "replays.sql")


class Replays:
    """The port `flow.Replays` over Postgres."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of(self, tenant: str, letters: Collection[str]) -> Mapping[str, Sequence[Replay]]:
        """The replays of these letters, oldest first; nothing of one that was never sent again."""
        found: defaultdict[str, list[Replay]] = defaultdict(list)
        async with transaction(self._pool) as connection:
            for row in await connection.fetch(SQL["of"], tenant, list(letters)):
                found[row["letter"]].append(Replay(**dict(row)))
        return found

    async def keep(self, tenant: str, replays: Sequence[Replay]) -> None:
        """These letters were sent again, at one moment and by one person."""
        if not replays:
            return
        first = replays[0]
        letters, sources = [one.letter for one in replays], [one.source for one in replays]
        said = (letters, first.at, first.by, first.mended, sources, [one.event for one in replays])
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["keep"], tenant, *said)
