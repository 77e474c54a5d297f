"""How the ledger is asked: the question, the answer with what it rests on, and the ports to the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from schemas.tree import Tree
from services.metrics.domain.aims import NO_AIMS, Aims
from services.metrics.domain.complete import ALWAYS, Complete, Family
from services.metrics.domain.cuts import Cuts as Cuts
from services.metrics.domain.cuts import Sum as Sum
from services.metrics.domain.cuts import Where
from services.metrics.domain.figures import Flows, Slice, Spreads, Stocks, Wide
from services.metrics.domain.formula import Term
from services.metrics.domain.measures import Catalogue, Declared
from services.metrics.domain.spc import Rules
from services.metrics.domain.trail import Line, Page, Part, Said
from services.metrics.domain.units import Rollup, Span, Teams
from services.metrics.domain.worklist import Counts, Feed, Item, Work, WorkPage

What = TypeVar("What")


class NotThere(Exception):
    """There is no such unit, measure or event; `what` names the kind of thing, `there_is` what exists."""

    def __init__(self, what: str, there_is: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.there_is = there_is


class BadQuestion(ValueError):
    """A question that has no answer, such as a range that ends before it begins."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose figures, as at the end of which day, and as they were known when (None: now)."""

    tenant: str
    unit: str
    as_at: dt.date
    today: dt.date
    as_known: dt.datetime | None = None
    stale: tuple[str, ...] = ()
    """Feeds that have been silent for too long."""
    complete_in: Mapping[Family, dt.date] = field(default_factory=dict)
    """Since when the feeds of work and of packages are complete in this unit."""
    before_all: bool = False
    """Nothing was known yet at the moment asked."""
    note: str | None = None
    """What has to be said beside the answer."""

    @property
    def complete_from(self) -> dt.date | None:
        """From which day on everything is complete in this unit."""
        return max(self.complete_in.values(), default=None)


@dataclass(frozen=True, slots=True)
class Freshness:
    """The last moment at which the whole log had been read, and the next offset by topic-partition."""

    fresh_at: dt.datetime | None
    positions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer(Generic[What]):
    """An answer with what it rests on."""

    ask: Ask
    fresh: Freshness
    what: What


class Begins(Protocol):
    """Since when the ledger has entries."""

    async def begins(self, accounts: Collection[str]) -> dt.date | None: ...


class Ledger(Begins, Protocol):
    """Sums of the ledger by team, each list of terms over each slice or day asked."""

    async def flows(self, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide) -> Flows: ...
    async def stocks(self, terms: Sequence[Term], days: Sequence[dt.date], teams: Wide) -> Stocks: ...
    async def spreads(self, terms: Sequence[Term], slices: Sequence[Slice], teams: Wide) -> Spreads: ...


class AddedUp(Protocol):
    """Lines added up, cut by any column; as known at the snapshot's moment."""

    async def sums(self, cuts: Cuts) -> list[Sum]: ...


class Sums(AddedUp, Protocol):
    """The same, and the lines themselves."""

    async def traced(self, cuts: Cuts, known_after: dt.datetime | None, limit: int) -> list[Line]: ...


class Counted(Ledger, Sums, Protocol):
    """What figures are made from."""


class PagesOfLines(Protocol):
    """Lines page by page, those that `where` chooses."""

    async def lines(
        self,
        parts: Sequence[Part],
        reach: Sequence[Span],
        page: Page,
        *,
        everything: bool,
        where: Where = (),
    ) -> tuple[list[Part], list[Line]]: ...


class Trail(PagesOfLines, Protocol):
    """The way back to lines and events."""

    async def event(self, topic: str, partition: int, offset: int) -> tuple[Said, list[Line]] | None: ...
    async def item(self, subject: str) -> tuple[Item | None, list[Said], list[Line]]: ...


class Lists(Protocol):
    """Work as it stands now, and who feeds the ledger."""

    async def work(self, teams: Teams, page: WorkPage) -> list[Work]: ...
    async def counts(self, teams: Teams, worker: str | None, today: dt.date) -> Counts: ...
    async def feeds(self, today: dt.date) -> list[Feed]: ...
    async def began(self) -> dt.datetime | None: ...
    async def fed(self, source: str, accounts: Collection[str]) -> frozenset[str]: ...


class Snapshot(Counted, Trail, Lists, Protocol):
    """One consistent reading of the live generation."""

    async def freshness(self) -> Freshness: ...


class Readings(Protocol):
    """Where snapshots come from."""

    def snapshot(
        self, tenant: str, as_known: dt.datetime | None
    ) -> AbstractAsyncContextManager[Snapshot]: ...


@dataclass(frozen=True)
class Sources:
    """What every answer is made from: ledger, catalogue, the tree of each tenant, the rules of SPC."""

    readings: Readings
    catalogue: Catalogue
    tree_of: Callable[[str], Tree]
    rules: Rules
    complete_of: Callable[[str], Complete] = lambda tenant: ALWAYS
    """Since when the feeds of a tenant are complete."""
    aims_of: Callable[[str], Aims] = lambda tenant: NO_AIMS
    """What the units of a tenant agreed to reach."""
    _rollups: dict[str, Rollup] = field(default_factory=dict)

    def rollup(self, tenant: str) -> Rollup:
        """Who belongs where, since when their feeds are complete, and their aims, all as known now."""
        now = self.tree_of(tenant), self.complete_of(tenant), self.aims_of(tenant)
        known = self._rollups.get(tenant)
        if known is None or any(a is not b for a, b in zip(now, known.made_from, strict=True)):
            known = self._rollups[tenant] = Rollup(*now)
        return known

    def declared(self, measure: str) -> Declared:
        """The measure of this id; raises `NotThere` with those that exist."""
        found = self.catalogue.get(measure)
        if found is None:
            raise NotThere(f"measure {measure!r}", self.catalogue.ids())
        return found
