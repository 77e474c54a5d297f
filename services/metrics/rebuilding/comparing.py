"""The audit: what a generation holds, against what the log gives up to where it stands.

Only prints are compared, so nothing is written and live batches go on: first everything that stands is read
in one snapshot with its positions, then the log is folded up to those. Where prints differ, the lines of a
few such groups are taken from both, and what is only on one side is shown.
"""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventlog.positions import starting
from services.metrics.domain.postings import FOLD_VERSION
from services.metrics.domain.shares import Share, shares
from services.metrics.rebuilding.crew import Order
from services.metrics.rebuilding.saying import CannotRebuild
from services.metrics.rebuilding.story import LEAST, Site, listed
from services.metrics.store.audit import PostgresAudit, Stand
from services.metrics.store.generations import Generation
from services.metrics.store.packing import TOPICS, Lines, day_of, decode, joined, moment_of, unpack
from services.metrics.store.prints import SLICE_BITS, Group, Prints, add, differing

MOST_GROUPS, MOST_SHOWN = 8, 40
Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit found; `differences` begin with `-` for what stands, `+` for what the log gives."""

    equal: bool
    said: str
    differences: Sequence[str]


async def verify(site: Site, audit: Callable[[int], PostgresAudit], number: int | None) -> Verdict:
    """Compare a generation (the live one where none is named) with the log."""
    generation = await _chosen(site, number)
    standing = audit(generation.id)
    site.voice.begin("read")
    stood = await standing.stand()
    await _refuse_another_log(site, stood)
    given, plan = await _given(site, generation, stood)
    differ = differing(stood.prints, given)
    if not differ:
        lines = sum(count for group, count in given.items() if group.what == "count")
        records = sum(stood.positions.values())
        what = f"generation {generation.id} holds what {records:,} records of the log give"
        return Verdict(True, f"equal: {what}, {lines:,} lines.", ())
    shown = await _Showing(site, standing, stood, plan).differences(differ)
    said = (
        f"different: generation {generation.id} does not hold what the log gives, in {len(differ):,} groups."
    )
    return Verdict(False, f"{said} {REMEDY}", list(shown)[:MOST_SHOWN])


REMEDY = "- is what stands, + what the log gives. To make it anew: primed rebuild --switch"


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


async def _given(site: Site, generation: Generation, stood: Stand) -> tuple[Prints, list[Share]]:
    plan = shares(stood.positions, LEAST)
    site.voice.begin("fold", of=sum(share.records for share in plan))
    found: Prints = {}
    for said in await site.crew.do([Order("print", generation.id, share) for share in plan]):
        add(found, ((Group(*group), amount) for *group, amount in said["prints"]))
    return found, plan


class _Showing:
    """Finds words for groups that differ."""

    def __init__(self, site: Site, standing: PostgresAudit, stood: Stand, plan: Sequence[Share]) -> None:
        self._site, self._standing, self._stood, self._plan = site, standing, stood, plan

    async def differences(self, differ: Sequence[Group]) -> list[str]:
        """What is only on one side, of a few groups; of what cannot be shown, where it is."""
        lines = [group for group in differ if group.what == "lines"][:MOST_GROUPS]
        known = {group[1:] for group in differ if group.what == "lines"}
        sums = [group for group in differ if group.what == "sums" and group[1:] not in known][:MOST_GROUPS]
        shown = await self._lines(lines) if lines else []
        shown += await self._sums(sums) if sums else []
        return shown + [_place_of(group) for group in differ if group.what in PLACES]

    async def _lines(self, groups: Sequence[Group]) -> list[str]:
        self._site.voice.begin("look", of=sum(share.records for share in self._plan))
        asked = [list(group) for group in groups]
        orders = [Order("show", 0, share, asked) for share in self._plan]
        given: defaultdict[int, list[Lines]] = defaultdict(list)
        for said in await self._site.crew.do(orders):
            given[said["tenant"]].append(unpack(base64.b64decode(said["lines"])))
        stands = _counted(await self._standing.lines(groups, self._stood.positions))
        gives = _counted({tenant: joined(some) for tenant, some in given.items()})
        text = await self._standing.words({word for row in stands | gives for word in _words_of(row)})
        return list(_told(stands - gives, "-", text)) + list(_told(gives - stands, "+", text))

    async def _sums(self, groups: Sequence[Group]) -> list[str]:
        text = await self._standing.words({word for group in groups for word in group[1:4]})
        return [
            f"- sums of {text[account]}, team {text[team] or 'none'}, {day_of(month):%Y-%m}, {text[tenant]}: "
            "they are not those of the lines, which are what the log gives"
            for _, tenant, account, team, month in groups
        ]


PLACES: Mapping[str, str] = {
    "items": "items first heard of from offset {slice} on: how they stand, or their events, are not as said",
    "faults": "the faults of its events are not those that the log gives",
    "position": "its moment, or its run of unreadable records, is not what the log gives",
    "feed": "the number of events of a source is not what the log gives",
}


def _place_of(group: Group) -> str:
    if group.what == "items":
        topic, partition = TOPICS[group.a >> 16], group.a & 0xFFFF
        return f"- {topic}-{partition}: {PLACES['items'].format(slice=group.b << SLICE_BITS)}"
    where = "feeds" if group.what == "feed" else f"{TOPICS[group.a]}-{group.b}"
    return f"- {where}: {PLACES[group.what]}"


def _counted(lines: Mapping[int, Lines]) -> Counter[Row]:
    """Each line with its tenant, as often as it is there."""
    return Counter(
        (tenant, *map(int, row)) for tenant, some in lines.items() for row in zip(*some, strict=True)
    )


def _words_of(row: Row) -> Collection[int]:
    tenant, account, team, _, kind, setting, worker, detail, *_ = row
    return (tenant, account, team, kind, setting, worker, detail)


def _told(rows: Counter[Row], sign: str, text: Mapping[int, str]) -> Iterator[str]:
    for row in sorted(rows.elements()):
        tenant, account, team, day, kind, setting, worker, detail, amount, _, place, n, known = row
        topic, partition, offset = decode(place)
        said: dict[str, Any] = {
            "tenant": text[tenant],
            "account": text[account],
            "team": text[team],
            "day": day_of(day).isoformat(),
            "kind": text[kind],
            "setting": text[setting],
            "worker": text[worker],
            "detail": json.loads(text[detail] or "{}"),
            "amount": amount,
            "known_at": moment_of(known).isoformat(),
            "event": {"topic": topic, "partition": partition, "offset": offset, "n": n},
        }
        yield sign + json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
