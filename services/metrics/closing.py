"""Gives figures: when a period closes, what was known at that moment is written down, once.

Nothing depends on when this runs: a closing that passed while nobody looked is made up for later, from the
ledger as it was known at its own moment, and gives the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from schemas.tree import Tree
from services.metrics.answers.asking import Sources
from services.metrics.answers.figures import evaluate
from services.metrics.domain.closing import (
    Calendar,
    Closing,
    Place,
    definition_of,
    due,
    fingerprint,
    state_of,
    units_of,
    worth_keeping,
)
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period
from services.metrics.domain.telling import horizon
from services.metrics.domain.units import Rollup
from services.metrics.restating import GivenBook, Restater

LOOK_EVERY = dt.timedelta(minutes=1)
AFTER = dt.timedelta(seconds=10)
"""The log's clock may differ from ours by so much: nothing known before a closing may come after it."""
AT_ONCE = 4000
"""Most figures asked of the ledger at once."""


class Audience(Protocol):
    """Whose figures there are, and who has to look at them again."""

    restater: Restater | None

    @property
    def tenants(self) -> Collection[str]: ...
    @property
    def behind(self) -> int: ...
    def look_at(self, tenant: str, keys: Iterable[Key]) -> None: ...


class Closer:
    """Gives the figures of one closed period at a time, the newest first, while nothing waits to be told."""

    def __init__(
        self,
        sources: Sources,
        book: GivenBook,
        calendar: Calendar,
        tree_known: Callable[[str, dt.datetime], Tree],
        audience: Audience,
    ) -> None:
        self._sources, self._book = sources, book
        self._calendar, self._tree_known, self._audience = calendar, tree_known, audience
        self._look_again: dt.datetime | None = None

    async def round(self, now: dt.datetime) -> int:
        """Close one period of each tenant, if one is due; nothing is sent here."""
        if self._audience.behind or (self._look_again and now < self._look_again):
            return 0
        found = [await self._close_next(tenant, now) for tenant in self._audience.tenants]
        if not any(found):
            self._look_again = now + LOOK_EVERY
        return 0

    async def _close_next(self, tenant: str, now: dt.datetime) -> bool:
        async with self._sources.readings.snapshot(tenant, None) as snapshot:
            fresh, began = (await snapshot.freshness()).fresh_at, await snapshot.began()
        if fresh is None or began is None:
            return False
        waiting = due(self._calendar, began, min(fresh, now) - AFTER, horizon(now.date()))
        restater = self._audience.restater
        for period, at in waiting:
            if restater and restater.when(Place(tenant, period.grain, period.label)) is None:
                await self.close(tenant, period, at)
                return True
        return False

    async def close(self, tenant: str, period: Period, at: dt.datetime) -> None:
        """Write down every figure of the period as it was known at the moment of its closing."""
        tree = self._tree_known(tenant, at)
        units = units_of(tree)
        catalogue = [one for one in self._sources.catalogue if period.grain in one.measure.grains]
        measures = [one for one in catalogue if not one.by_cohort]  # what follows its work is never final
        keyed = [(Key(one.measure.id, unit, period), one) for one in measures for unit in units]
        rollup = Rollup(tree, self._sources.complete_of(tenant))
        figures = await self._figures(tenant, keyed, rollup, at)
        closing = Closing(
            Place(tenant, period.grain, period.label),
            at,
            state_of(tree),
            frozenset(units),
            {one.measure.id: fingerprint(one) for one in measures},
        )
        definitions = {fingerprint(one): definition_of(one) for one in measures}
        await self._book.close(closing, worth_keeping(figures), definitions)
        if self._audience.restater:
            self._audience.restater.closed(closing)
        self._audience.look_at(tenant, [key for key, _ in keyed])

    async def _figures(
        self, tenant: str, keyed: Sequence[tuple[Key, Declared]], rollup: Rollup, at: dt.datetime
    ) -> list[Figure]:
        day = at.astimezone(self._calendar.zone).date()
        figures: list[Figure] = []
        async with self._sources.readings.snapshot(tenant, at) as snapshot:
            for start in range(0, len(keyed), AT_ONCE):
                figures += await evaluate(snapshot, keyed[start : start + AT_ONCE], rollup, day, day)
        return figures
