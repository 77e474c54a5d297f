"""Looks at the feeds now and then, so that every answer can say how they stand without asking first."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Mapping

from eventlog.postgres import DatabaseUnavailable
from runtime.background import Background
from services.metrics.answers.asking import Readings, Snapshot
from services.metrics.domain.complete import ALWAYS, FED, Complete, Family
from services.metrics.domain.worklist import UNHEARD, Health
from services.metrics.flow import NotNow

LOOK_EVERY_S = 15.0


class NotLooked(NotNow):
    """Nothing is said before it is known what may be said."""

    reason = "not-ready"


class Watch(Background):
    """What every answer says of feeds: who is silent, when all began, since when each is complete."""

    name = "watch"

    def __init__(
        self,
        readings: Readings,
        tenants: Callable[[], Collection[str]],
        complete_from: Mapping[str, dt.date],
        today: Callable[[], dt.date],
    ) -> None:
        super().__init__()
        self._readings, self._tenants, self._today = readings, tenants, today
        self._complete_from = complete_from
        self._health: dict[str, Health] = {}
        self._complete: dict[str, Complete] = {}
        self._asked: set[str] = set()

    def health(self, tenant: str) -> Health:
        """How the tenant's feeds stood last; somebody new is looked at soon."""
        if tenant not in self._asked:
            self._asked.add(tenant)
            self.call()
        return self._health.get(tenant, UNHEARD)

    def complete(self, tenant: str) -> Complete:
        """Since when the tenant's feeds are complete; raises `NotNow` until that was looked at."""
        if not self._complete_from:
            return ALWAYS
        found = self._complete.get(tenant)
        if found is None:
            self.health(tenant)
            raise NotLooked("Since when the feeds are complete is being looked at; ask again in a moment.")
        return found

    async def look(self, tenant: str) -> None:
        """Look at one tenant's feeds."""
        async with self._readings.snapshot(tenant, None) as snapshot:
            began = self._health.get(tenant, UNHEARD).began or await snapshot.began()
            self._health[tenant] = Health(tuple(await snapshot.feeds(self._today())), began)
            if self._complete_from:
                found = Complete(self._complete_from, await self._fed(snapshot))
                if found != self._complete.get(tenant):
                    self._complete[tenant] = found

    async def _fed(self, snapshot: Snapshot) -> dict[str, dict[Family, frozenset[str]]]:
        return {
            source: {family: await snapshot.fed(source, accounts) for family, accounts in FED.items()}
            for source in self._complete_from
        }

    async def run(self) -> None:
        """Look at every tenant now and then."""
        while True:
            with contextlib.suppress(NotNow, DatabaseUnavailable):
                for tenant in {*self._tenants(), *self._asked}:
                    await self.look(tenant)
            await self.called(LOOK_EVERY_S)
