"""What the log gives, share by share, as prints instead of rows: nothing of it is written anywhere."""

from __future__ import annotations

import base64
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from eventlog.postgres import Pool
from eventlog.records import TopicPartition
from services.metrics.domain.batch import Folded
from services.metrics.domain.hearing import Refused
from services.metrics.domain.shares import Share
from services.metrics.domain.taking import Position
from services.metrics.store.book import SILENT, Spoken, gathered, item_rows, spoken
from services.metrics.store.chunks import months_of
from services.metrics.store.numbering import learned, months
from services.metrics.store.packing import Lines, joined, moment_number, pack
from services.metrics.store.prints import (
    Group,
    Prints,
    add,
    of_faults,
    of_items,
    of_lines,
    of_position,
    of_sums,
)
from services.metrics.store.words import Words

AT_ONCE = 2_000
"""Prints in one line that is said."""
MANY = 200_000
"""Lines that are printed together: enough for their groups to be large, few enough to be held beside them."""


class Printing:
    """The prints of one share; used again for the next one."""

    def __init__(self, pool: Pool) -> None:
        self._words = Words(pool)
        self.begin()

    def begin(self, groups: Collection[Group] = ()) -> None:
        """Begin with nothing."""
        self._prints: Prints = {}
        self._fresh: defaultdict[int, list[Lines]] = defaultdict(list)
        self._feeds: dict[tuple[str, str], Spoken] = {}

    async def add(self, folded: Folded) -> None:
        """Take in what some whole items did."""
        items = gathered(folded, {})
        names = {name for one in items for name in (one.item.tenant, *one.names)}
        await self._words.learn(names | {event.fact.identity.source for event in folded.events})
        for tenant, lines in await learned(folded, {one.item: one.no for one in items}, self._words):
            number = self._words.number[tenant]
            self._fresh[number].append(lines)
            if sum(some.size for some in self._fresh[number]) >= MANY:
                self._print(number)
        add(self._prints, of_items(item_rows(items, self._words)))
        add(self._prints, of_faults(folded.faults))
        for source, said in spoken(folded.events):
            self._feeds[source] = self._feeds.get(source, SILENT).and_then(said)

    def _print(self, tenant: int) -> None:
        lines = joined(self._fresh.pop(tenant))
        add(self._prints, of_lines(tenant, lines))
        add(self._prints, of_sums(tenant, months(lines, self._words)))

    def bury(self, refused: Sequence[Refused]) -> None:
        """Records that nobody can read leave no print."""

    def stand(self, place: TopicPartition, position: Position) -> None:
        """The partition was read up to here."""
        add(self._prints, [of_position(*place, position)])

    async def end(self, generation: int, share: Share) -> Iterator[dict[str, Any]]:
        """What sources said, and the prints, some at a time."""
        for tenant in list(self._fresh):
            self._print(tenant)
        number = self._words.number
        feeds = [
            [
                number[tenant],
                number[source],
                said.events,
                moment_number(said.last_known),
                _text(said.last_day),
            ]
            for (tenant, source), said in self._feeds.items()
        ]
        rows = [[*group, amount] for group, amount in self._prints.items()]
        some = ({"prints": rows[start : start + AT_ONCE]} for start in range(0, len(rows), AT_ONCE))
        return chain([{"prints": [], "feeds": feeds}], some)


class Showing:
    """The lines of a few groups that a share gives, to be shown where a ledger differs."""

    def __init__(self, pool: Pool) -> None:
        self._words = Words(pool)
        self._groups: frozenset[Group] = frozenset()
        self._lines: defaultdict[int, list[Lines]] = defaultdict(list)

    def begin(self, groups: Collection[Group]) -> None:
        """Begin with nothing, and look for the lines of these groups."""
        self._groups = frozenset(groups)
        self._lines.clear()

    async def add(self, folded: Folded) -> None:
        """Take in what some whole items did."""
        items = gathered(folded, {})
        await self._words.learn({one.item.tenant for one in items})
        for tenant, lines in await learned(folded, {one.item: one.no for one in items}, self._words):
            number = self._words.number[tenant]
            found = of_groups(number, lines, self._groups)
            if found.size:
                self._lines[number].append(found)

    def bury(self, refused: Sequence[Refused]) -> None:
        """Records that nobody can read have no lines."""

    def stand(self, place: TopicPartition, position: Position) -> None:
        """Where a partition ends does not matter here."""

    async def end(self, generation: int, share: Share) -> Iterator[dict[str, Any]]:
        """The lines of each tenant."""
        return (
            {"tenant": tenant, "lines": base64.b64encode(pack(joined(lines))).decode()}
            for tenant, lines in self._lines.items()
        )


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def of_groups(tenant: int, lines: Lines, groups: Collection[Group]) -> Lines:
    """Those of a tenant's lines that are in one of the groups."""
    kept = np.zeros(lines.size, np.bool_)
    month = months_of(lines)
    for group in groups:
        if group.a == tenant:
            kept |= (lines.account == group.b) & (lines.team == group.c) & (month == group.d)
    return lines.of(kept)
