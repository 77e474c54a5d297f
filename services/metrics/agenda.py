"""What the teller still has to look at: from marks, moved units and new days to figures, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from services.metrics.answers.asking import Sources
from services.metrics.domain.aims import NO_AIMS, Aims
from services.metrics.domain.batch import Mark
from services.metrics.domain.complete import Complete
from services.metrics.domain.figures import Key
from services.metrics.domain.periods import between, containing
from services.metrics.domain.telling import (
    Notice,
    Strand,
    Subject,
    Telling,
    Units,
    Waiting,
    horizon,
    key_of_subject,
    touched,
)


class Marks(Protocol):
    """Where marks wait."""

    async def marks(self, after: int) -> Sequence[tuple[int, Mark]]: ...
    async def mark_all(self, since: dt.date) -> None: ...
    async def clear(self, revisions: Collection[int]) -> None: ...


class Notebook(Marks, Protocol):
    """Where marks wait and tellings are noted."""

    async def revisions(self, count: int) -> Sequence[int]: ...
    async def told(self) -> Sequence[Telling]: ...
    async def notices(self) -> Sequence[Telling]: ...
    async def tell(self, tellings: Sequence[Telling]) -> None: ...
    async def forget(self, subjects: Collection[tuple[str, Subject | Notice]]) -> None: ...
    async def known_until(self) -> dt.datetime | None: ...


class Agenda:
    """Holds marks until all that they touched was looked at; then they are cleared."""

    def __init__(self, marks: Marks, sources: Sources) -> None:
        self._marks, self._sources = marks, sources
        self._waiting = Waiting()
        self._stirred: set[Strand] = set()
        self._held: list[int] = []
        self._units: dict[str, Units] = {}
        self._complete: dict[str, Complete] = {}
        self._aims: dict[str, Aims] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def tenants(self) -> Collection[str]:
        """Whose figures are looked at."""
        return list(self._units)

    def add(self, tenant: str, keys: Iterable[Key]) -> None:
        """Look at these figures too."""
        self._waiting.add(tenant, keys)

    def first(self, most: int, today: dt.date) -> list[tuple[str, Key]]:
        """What to look at next."""
        return self._waiting.first(most, today)

    def some_of(self, strand: Strand) -> int:
        """How many figures of a series wait."""
        return self._waiting.some_of(strand)

    def stir(self, strand: Strand) -> None:
        """The past of a series has changed: its present figure may stand in another light."""
        self._stirred.add(strand)

    async def begin_day(self, today: dt.date) -> None:
        """Lines posted ahead come true, periods begin: look at what the present week and month touch."""
        await self._marks.mark_all(today - dt.timedelta(today.weekday()))

    async def everything(self, today: dt.date, told: Iterable[tuple[str, Subject]]) -> None:
        """Look at all that has lines, and all that was told: its lines may count elsewhere now."""
        await self._marks.mark_all(horizon(today))
        for tenant, subject in told:
            self._waiting.add(tenant, [key_of_subject(subject)])

    async def look(self, today: dt.date) -> dict[str, dt.date]:
        """Turn new marks into figures to look at; answers from which day on lines were posted, by tenant."""
        found = await self._marks.marks(max(self._held, default=0))
        self._held += [revision for revision, _ in found]
        since: dict[str, dt.date] = {}
        for tenant in {mark.tenant for _, mark in found}:
            marks = [mark for _, mark in found if mark.tenant == tenant]
            since[tenant] = min(mark.since for mark in marks)
            keys = touched(marks, self._sources.catalogue, self._units_of(tenant), today)
            self._waiting.add(tenant, keys)
        return since

    async def done(self, looked_at: Iterable[tuple[str, Key]], today: dt.date) -> None:
        """Take away what was looked at, and the marks once nothing waits."""
        self._waiting.done(looked_at)
        for strand in [one for one in self._stirred if not self._waiting.some_of(one)]:
            self._stirred.discard(strand)
            present = Key(strand.measure, strand.unit, containing(today, strand.grain))
            self._waiting.add(strand.tenant, [present])
        if self._held and not self._waiting:
            await self._marks.clear(self._held)
            self._held = []

    async def moved(
        self, today: dt.date, told: Iterable[tuple[str, Subject]], forget: Callable[[Strand], None]
    ) -> None:
        """Look again where units moved, or agreed another target; `forget` how the series of those stand."""
        if self._units_moved():
            await self.everything(today, told)
        for tenant in self._units:
            aims, before = self._sources.rollup(tenant).aims, self._aims.get(tenant, NO_AIMS)
            self._aims[tenant] = aims
            for (unit, measure), since in aims.differing(before):
                declared = self._sources.catalogue.get(measure)
                for grain in declared.measure.grains if declared else ():
                    periods = between(max(since, horizon(today)), today, grain)
                    self._waiting.add(tenant, [Key(measure, unit, period) for period in periods])
                    forget(Strand(tenant, unit, measure, grain))

    def _units_moved(self) -> bool:
        """Whether somebody's organisation, or since when feeds are complete, has changed since asked last."""
        rollups = {tenant: self._sources.rollup(tenant) for tenant in self._units}
        moved = [
            tenant
            for tenant, rollup in rollups.items()
            if rollup.tree.histories is not self._units[tenant].tree.histories
            or rollup.complete is not self._complete[tenant]
        ]
        for tenant in moved:
            self._units[tenant] = Units(rollups[tenant].tree)
            self._complete[tenant] = rollups[tenant].complete
        return bool(moved)

    def _units_of(self, tenant: str) -> Units:
        if tenant not in self._units:
            rollup = self._sources.rollup(tenant)
            self._units[tenant], self._complete[tenant] = Units(rollup.tree), rollup.complete
        return self._units[tenant]
