"""The story of a rebuild: shares of the log become a generation, which catches up, and then is the one read.

Live batches are absorbed all the while; only the switch holds them, for the moment in which the last records
are caught up. Everything here may be killed at any place: a share is written whole or not at all, catching up
moves positions as the live ledger does, and the switch is one transaction. The next start goes on from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eventlog.positions import starting
from eventlog.records import TopicPartition
from eventlog.stretches import Stretches
from services.metrics.domain.postings import FOLD_VERSION
from services.metrics.domain.shares import shares
from services.metrics.domain.telling import horizon
from services.metrics.rebuilding.crew import Order, together
from services.metrics.rebuilding.saying import CannotRebuild, Voice
from services.metrics.store.generations import Behind, Generation, InTheWay, PostgresGenerations
from services.metrics.stream import STOPPED, TOPICS, Absorber, Standing

LEAST = 20_000
"""Partitions with fewer records share one transaction."""
NEAR = 2_000
"""So few records behind, the rest is caught up while live batches are held."""
ROUNDS = 20
PATIENCE_S = 60.0
"""So long it waits for Postgres to come back while it catches up: longer than a restart takes."""

Places = Mapping[TopicPartition, int]


class Crew(Protocol):
    """Who does shares."""

    async def do(self, orders: Sequence[Order]) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Site:
    """All that a rebuild works with; `ledger` opens a generation for batches, `today` is the council's."""

    generations: PostgresGenerations
    log: Stretches
    crew: Crew
    voice: Voice
    ledger: Callable[[int], Standing]
    today: dt.date
    at_once: int
    most_dead: int


async def rebuild(site: Site, *, switch: bool) -> Generation:
    """Make a generation of this program's fold, or go on with one that was begun; switch to it if asked."""
    await _tidy(site)
    ends = await _ends(site, {})
    await _refuse_another_log(site, ends)
    building = await _made(site, "building", ends)
    await _near(site, building)
    if switch:
        await switch_to(site, building)
    return building


async def roll_back(site: Site) -> Generation:
    """Let everybody read the generation again that was live before; it catches up first."""
    retired = [one for one in await site.generations.all() if one.state == "retired"]
    if not retired:
        raise CannotRebuild(
            "There is no generation to go back to.",
            "One is kept at each primed rebuild --switch. To make the ledger anew: primed rebuild --switch",
        )
    before = retired[-1]
    if before.fold_version != FOLD_VERSION:
        raise CannotRebuild(
            f"Generation {before.id} was made by version {before.fold_version} of the fold; this program has "
            f"version {FOLD_VERSION} and cannot go on with it.",
            "Run the release that made it, then there: primed rebuild --rollback",
        )
    await _near(site, before)
    await switch_to(site, before)
    return before


async def drop(site: Site, number: int) -> None:
    """Take a generation away that nobody reads."""
    there = {one.id: one for one in await site.generations.all()}
    if number not in there:
        raise CannotRebuild(f"There is no generation {number}.", f"There are: {listed(there.values())}.")
    if there[number].state == "live":
        raise CannotRebuild(
            f"Generation {number} is the one that is read.",
            "Switch to another one first: primed rebuild --switch",
        )
    await _drop(site, number)


async def switch_to(site: Site, new: Generation) -> None:
    """The one transaction in which readers and writers change over; then older retired ones are dropped."""
    live = next((one for one in await site.generations.all() if one.state == "live"), None)
    site.voice.begin("switch")

    async def rest(until: Places) -> None:
        await catch_up(site, new.id, until)

    try:
        await site.generations.switch(new.id, live.id if live else None, horizon(site.today), rest)
    except Behind as error:
        raise CannotRebuild(
            str(error), "Nothing was changed. Its log is not the live one's: see PRIMED_KAFKA_BOOTSTRAP."
        ) from error
    except InTheWay as error:
        raise CannotRebuild(str(error), "Nothing was changed. Try again in a minute.") from error
    kept = live.id if live else 0
    for old in await site.generations.all():
        if old.state == "retired" and old.id != kept:
            await _drop_if_free(site, old)


async def catch_up(site: Site, generation: int, until: Places) -> int:
    """Absorb what the log has beyond the generation's positions, as live; answers with how many records."""
    await site.generations.begin_positions(generation, until)
    stood = await site.generations.positions(generation)
    wanted = {place: (stood[place], end) for place, end in until.items() if stood[place] < end}
    records = sum(end - first for first, end in wanted.values())
    if not records:
        return 0
    site.voice.begin("catch up", of=records)
    absorber = Absorber(site.ledger(generation), site.most_dead, lambda taken: None, PATIENCE_S)
    async for batch in site.log.read(wanted, site.at_once):
        await absorber.absorb(batch)
        if absorber.stopped:
            where = ", ".join(f"{topic}-{number} at {at}" for (topic, number), at in absorber.stopped.items())
            raise CannotRebuild(f"It stands still: {where}.", STOPPED)
        site.voice.further(sum(map(len, batch.values())))
    return records


async def _near(site: Site, generation: Generation) -> None:
    """Catch up to the end of the log, again and again, until little is left."""
    for _ in range(ROUNDS):
        ends = await _ends(site, await site.generations.positions(generation.id))
        if await catch_up(site, generation.id, ends) < NEAR:
            return
    raise CannotRebuild(
        "Events come faster than they can be caught up.",
        "Nothing was changed for readers. Run it again when less is fed in; it goes on from here.",
    )


async def _made(site: Site, state: str, ends: Places) -> Generation:
    """A generation whose every share is done, indexed and attached: found as it was left, or begun now."""
    found = [one for one in await site.generations.all() if one.state == state]
    generation = found[0] if found else await site.generations.begin(state, shares(ends, LEAST))
    missing, done = await site.generations.missing(generation.id)
    if found:
        site.voice.note(f"Going on with generation {generation.id}: {len(missing)} shares are missing.")
    if missing:
        site.voice.begin("fold", of=done + sum(share.records for share in missing), done=done)
        await site.crew.do([Order("fill", generation.id, share) for share in missing])
    await _finish(site, generation.id)
    return generation


async def _finish(site: Site, generation: int) -> None:
    kinds = await site.generations.not_indexed(generation)
    site.voice.begin("index", of=len(kinds) + 2)
    await together(_index(site, generation, kind) for kind in kinds)
    await site.generations.open_stocks(generation, site.today)
    site.voice.further(1)
    await site.generations.attach(generation)
    site.voice.further(1)


async def _index(site: Site, generation: int, kind: str) -> None:
    await site.generations.index(generation, kind)
    site.voice.further(1)


async def _tidy(site: Site) -> None:
    """Take away what an earlier start left and nobody can go on with."""
    for one in await site.generations.all():
        if one.state == "building" and one.fold_version != FOLD_VERSION:
            site.voice.note(f"Generation {one.id} was begun by another version of the fold and is dropped.")
            await _drop(site, one.id)


async def _drop(site: Site, number: int) -> None:
    try:
        await site.generations.drop(number)
    except InTheWay as error:
        raise CannotRebuild(str(error), "Try again in a moment.") from error


async def _drop_if_free(site: Site, old: Generation) -> None:
    try:
        await site.generations.drop(old.id)
    except InTheWay as error:
        site.voice.note(f"{error} They stay until: primed rebuild --drop {old.id}")


async def _ends(site: Site, stood: Places) -> dict[TopicPartition, int]:
    """Where each partition ends now; raises `PositionLost` unless all from `stood` on is still there."""
    bounds = await site.log.bounds(TOPICS)
    starts = {place: bound.start for place, bound in bounds.items()}
    ends = {place: bound.end for place, bound in bounds.items()}
    starting(list(bounds), stood, starts, ends)
    return ends


async def _refuse_another_log(site: Site, ends: Places) -> None:
    """The live ledger must not have read further than this log goes."""
    for one in await site.generations.all():
        if one.state == "live":
            starting(list(ends), await site.generations.positions(one.id), dict.fromkeys(ends, 0), ends)


def listed(generations: Iterable[Generation]) -> str:
    """Generations with their states, as sentences name them."""
    return ", ".join(f"{one.id} ({one.state})" for one in generations) or "none"
