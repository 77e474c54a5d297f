"""The audit: what a generation holds, against what the log gives up to where it stands.

Only prints are compared, so nothing is written and live batches go on: first everything that stands is read
in one snapshot with its positions, then the log is folded up to those. Where prints differ, the lines of a
few such groups are taken from both, and what is only on one side is shown. Openings are compared with the
settled lines of that snapshot, which are compared with the log.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eventlog.positions import starting
from services.metrics.domain.postings import FOLD_VERSION
from services.metrics.domain.shares import Share, shares
from services.metrics.rebuilding.crew import Order
from services.metrics.rebuilding.differing import (
    PLACES,
    Difference,
    counted,
    of_feeds,
    of_lines,
    of_openings,
    of_place,
    of_sums,
    words_of,
)
from services.metrics.rebuilding.saying import CannotRebuild
from services.metrics.rebuilding.story import LEAST, Site, listed
from services.metrics.store.audit import Feeds, PostgresAudit, Stand
from services.metrics.store.book import SILENT, Spoken
from services.metrics.store.generations import Generation
from services.metrics.store.packing import TOPICS, Lines, joined, moment_of, unpack
from services.metrics.store.prints import Group, Prints, add, differing

MOST_GROUPS, MOST_SHOWN = 8, 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit found."""

    equal: bool
    said: str
    differences: Sequence[Difference]


async def verify(site: Site, audit: Callable[[int], PostgresAudit], number: int | None) -> Verdict:
    """Compare a generation (the live one where none is named) with the log."""
    generation = await _chosen(site, number)
    standing = audit(generation.id)
    site.voice.begin("read")
    stood = await standing.stand()
    await _refuse_another_log(site, stood)
    given = await _given(site, generation, stood)
    differ = differing(stood.prints, given.prints)
    if differ or stood.openings or stood.feeds != given.feeds:
        found = await _Showing(site, standing, stood, given).differences(differ)
        return Verdict(False, f"different: generation {generation.id} {REMEDY}", found[:MOST_SHOWN])
    lines = sum(count for group, count in given.prints.items() if group.what == "count")
    records = sum(stood.positions.values())
    what = f"generation {generation.id} holds what {records:,} records of the log give"
    return Verdict(True, f"equal: {what}, {lines:,} lines.", ())


REMEDY = "does not hold what the log gives. To make it anew: primed rebuild --switch"


class Given(NamedTuple):
    """What the log gives up to where a generation stands, and in which shares it was read."""

    prints: Prints
    feeds: Feeds
    plan: Sequence[Share]


async def _chosen(site: Site, number: int | None) -> Generation:
    there = await site.generations.all()
    found = [one for one in there if (one.state == "live" if number is None else one.id == number)]
    if not found:
        what = "live generation" if number is None else f"generation {number}"
        raise CannotRebuild(f"There is no {what}.", f"There are: {listed(there)}.")
    if found[0].fold_version != FOLD_VERSION:
        raise CannotRebuild(
            f"Generation {found[0].id} was made by version {found[0].fold_version} of the fold; this program "
            f"has version {FOLD_VERSION}, which gives other lines.",
            "Run the release that made it, or make it anew: primed rebuild --switch",
        )
    return found[0]


async def _refuse_another_log(site: Site, stood: Stand) -> None:
    bounds = await site.log.bounds(TOPICS)
    starts = {place: bound.start for place, bound in bounds.items()}
    ends = {place: bound.end for place, bound in bounds.items()}
    starting(list(bounds), {}, starts, ends)
    starting(list(bounds), stood.positions, starts, ends)


async def _given(site: Site, generation: Generation, stood: Stand) -> Given:
    plan = shares(stood.positions, LEAST)
    site.voice.begin("fold", of=sum(share.records for share in plan))
    found: Prints = {}
    feeds: dict[tuple[int, int], Spoken] = {}
    for said in await site.crew.do([Order("print", generation.id, share) for share in plan]):
        add(found, ((Group(*group), amount) for *group, amount in said["prints"]))
        for tenant, source, events, known, day in said.get("feeds", ()):
            more = Spoken(events, moment_of(known), day and dt.date.fromisoformat(day))
            feeds[tenant, source] = feeds.get((tenant, source), SILENT).and_then(more)
    return Given(found, feeds, plan)


class _Showing:
    """Finds words for what differs."""

    def __init__(self, site: Site, standing: PostgresAudit, stood: Stand, given: Given) -> None:
        self._site, self._standing, self._stood, self._given = site, standing, stood, given

    async def differences(self, differ: Sequence[Group]) -> list[Difference]:
        """What is only on one side, of a few groups; of what cannot be shown, where it is."""
        lines = [group for group in differ if group.what == "lines"][:MOST_GROUPS]
        known = {group[1:] for group in differ if group.what == "lines"}
        sums = [group for group in differ if group.what == "sums" and group[1:] not in known][:MOST_GROUPS]
        shown = await self._lines(lines) if lines else []
        text = await self._standing.words({word for group in sums for word in group[1:4]})
        shown += of_sums(sums, text)
        shown += await self._beside({group[1:4] for group in differ if group.what == "lines"})
        return shown + [of_place(group) for group in differ if group.what in PLACES]

    async def _beside(self, known: Collection[tuple[int, ...]]) -> list[Difference]:
        """Feeds, and openings of those whose lines are not known to differ."""
        stood, given = self._stood.feeds, self._given.feeds
        wrong = [one for one in self._stood.openings if one.whose not in known][:MOST_GROUPS]
        words = {word for one in wrong for word in one.whose}
        text = await self._standing.words(words | {word for key in (*stood, *given) for word in key})
        return [*of_openings(wrong, text), *of_feeds(stood, given, text)]

    async def _lines(self, groups: Sequence[Group]) -> list[Difference]:
        plan = self._given.plan
        self._site.voice.begin("look", of=sum(share.records for share in plan))
        asked = [list(group) for group in groups]
        given: defaultdict[int, list[Lines]] = defaultdict(list)
        for said in await self._site.crew.do([Order("show", 0, share, asked) for share in plan]):
            given[said["tenant"]].append(unpack(base64.b64decode(said["lines"])))
        stands = counted(await self._standing.lines(groups, self._stood.positions))
        gives = counted({tenant: joined(some) for tenant, some in given.items()})
        text = await self._standing.words({word for row in stands | gives for word in words_of(row)})
        return list(of_lines(stands, gives, text))
