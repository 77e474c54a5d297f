"""Which items exports show, over Postgres: asked of each single event, so mostly answered from memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from eventlog.postgres import DatabaseUnavailable, Pool, statements, transaction
from runtime.telemetry import log
from services.ingest.domain.mixed import Item

SQL = statements("services.ingest.store", "exported.sql")
KEPT_S = 5.0
"""So long a council's list of sources with exports is believed; the fold refuses what slips in before."""
PATIENCE_S = 1.0
AWAY_S = 10.0
"""Without Postgres nothing is asked for so long: events are taken, and the fold is the last wall."""


@dataclass(frozen=True, slots=True)
class _Sources:
    names: frozenset[str]
    until: float


class ExportedItems:
    """The port `mixing.Exported`; `clock` counts seconds."""

    def __init__(self, pool: Pool, clock: Callable[[], float]) -> None:
        self._pool, self._clock = pool, clock
        self._sources: dict[str, _Sources] = {}
        self._silent_until = float("-inf")

    async def sources(self, tenant: str) -> Collection[str]:
        """The sources of the tenant that send exports; those known last when Postgres is away."""
        known = self._sources.get(tenant, _Sources(frozenset(), float("-inf")))
        if self._clock() < max(known.until, self._silent_until):
            return known.names
        rows = await self._asked("sources", tenant)
        if rows is None:
            return known.names
        names = frozenset(row["source"] for row in rows)
        self._sources[tenant] = _Sources(names, self._clock() + KEPT_S)
        return names

    async def shown(self, tenant: str, items: Collection[Item]) -> Collection[Item]:
        """Those of the items that exports show; none when Postgres is away."""
        if self._clock() < self._silent_until:
            return ()
        sources, keys = [source for source, _ in items], [key for _, key in items]
        rows = await self._asked("shown", tenant, sources, keys)
        return () if rows is None else {(row["source"], row["key"]) for row in rows}

    async def _asked(self, what: str, *values: object) -> list[dict[str, str]] | None:
        try:
            async with asyncio.timeout(PATIENCE_S), transaction(self._pool) as connection:
                return [dict(row) for row in await connection.fetch(SQL[what], *values)]
        except (DatabaseUnavailable, TimeoutError) as error:
            self._silent_until = self._clock() + AWAY_S
            log().warning("mixed-feeds-unchecked", why=type(error).__name__, for_s=AWAY_S)
            return None
