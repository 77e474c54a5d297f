"""The story of an export: a file that shows items as they stand says just what differs from what was known.

Row by row as in `flow`; then what the export covers and does not hold is withdrawn; then the export itself is
known, so that one which comes later, and is older, is put where it belongs. Killed at any point it goes on
from its last batch: what was sent and not written down is sent again under the ids it had.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from schemas.registry import instant
from services.ingest.ahead import made_ahead, read_ahead
from services.ingest.domain.batches import parts
from services.ingest.domain.differences import Differences, Teller, of_gone, of_rows
from services.ingest.domain.edge import Edge
from services.ingest.domain.exports import OF_PERIOD, Coverage, Export, Turn, coverage_said, coverage_text
from services.ingest.domain.held import Held
from services.ingest.domain.imports import Import, Step
from services.ingest.domain.people import named
from services.ingest.domain.quality import Watched
from services.ingest.domain.rows import Reject, Row, UnreadableFile
from services.ingest.flow import Book, Log, send


class Shelf(Book, Protocol):
    """What the exports of each source have shown so far."""

    async def exports(self, tenant: str, source: str) -> Sequence[Export]: ...
    async def turns(
        self, tenant: str, source: str, keys: Collection[str]
    ) -> Mapping[str, Sequence[Turn]]: ...
    async def keys(
        self, tenant: str, source: str, before: dt.datetime, after: str, limit: int
    ) -> Sequence[str]:
        """The keys, in their order, of the next items known from before a moment; nothing behind the last."""

    async def turn(
        self, job: Import, source: str, step: Step, rejects: Sequence[Reject], found: Differences
    ) -> bool:
        """Write down a step with its turns; False when somebody cancelled the import or runs it elsewhere."""

    async def shelve(self, job: Import, source: str, export: Export) -> None:
        """The export was loaded whole."""


class People(Protocol):
    """The random ids by which the log knows people."""

    async def ids(self, tenant: str, hashes: Collection[str]) -> Mapping[str, str]:
        """The id of each keyed hash, made where there is none; nothing of somebody who was erased."""


PAGE = 500
KEYS = 10_000
"""Keys of a source that are looked through at once for those that a file lacks."""
NOTHING_LEFT = (
    "It holds no items at all, which is not taken for an empty system. Look at the export; where nothing is "
    "left indeed, import it with the days that it covers, as received:1990-01-01.. does."
)


@dataclass(frozen=True, slots=True)
class Source:
    """Whose items a file shows, and where it keeps its clocks; `column` is the one that tells items apart."""

    name: str
    zone: ZoneInfo
    column: str = ""


async def run(
    job: Import, source: Source, watched: Watched, edge: Edge, log: Log, shelf: Shelf, people: People
) -> None:
    """Bring a file of items as they stand into the log from where its import stopped."""
    loading = _Loading(job, source, edge, log, shelf, people, await shelf.exports(job.tenant, source.name))
    try:
        if await loading.rows(watched) and await loading.gone():
            await shelf.shelve(job, source.name, loading.export)
            await shelf.end(job, "done", None)
    except UnreadableFile as error:
        await shelf.end(
            job,
            "failed",
            f"{error} {loading.at:,} rows before this point are dealt with; none was withdrawn.",
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a part comes to; `kept` is set when the log and the shelf have it."""

    step: Step
    rejects: Sequence[Reject]
    found: Differences
    kept: asyncio.Event = field(default_factory=asyncio.Event)


class _Loading:
    """One export on its way: what it is, who tells it, and which items it holds."""

    def __init__(
        self,
        job: Import,
        source: Source,
        edge: Edge,
        log: Log,
        shelf: Shelf,
        people: People,
        exports: Sequence[Export],
    ) -> None:
        assert job.as_of is not None, "an export without as-of is refused when it is sent"
        self.export = Export(instant(job.as_of), coverage_said(job.coverage))
        self.at = job.rows_read
        self._job, self._source, self._log, self._shelf = job, source.name, log, shelf
        self._others = [one for one in exports if one.as_of != self.export.as_of]
        self._teller = Teller(job.tenant, source.name, source.zone, edge, source.column)
        self._newer = max((one.as_of for one in exports if one.as_of > self.export.as_of), default=None)
        self._people = people
        self._held = Held()

    async def rows(self, watched: Watched) -> bool:
        """Say what differs, part by part; False when the import is no longer ours.

        While one part waits for Kafka and Postgres, what the next one comes to is found out.
        """
        async with (
            read_ahead(parts(iter(watched))) as coming,
            made_ahead(self._said(coming, watched)) as ready,
        ):
            async for said in ready:
                if not await self._done(said.step, said.rejects, said.found):
                    return False
                said.kept.set()
        return True

    async def _said(self, coming: AsyncIterator[list[Row]], watched: Watched) -> AsyncGenerator[_Said]:
        """What each part comes to that was not dealt with before the import was cut off."""
        after, keys, kept = self.at, set[str](), asyncio.Event()
        async for part in coming:
            self._cover(part[0])
            twice = self._hold(part)
            fresh = await self._named([row for row in part if row.number > after])
            before, keys = keys, {row.shown.key for row in fresh if row.shown is not None}
            if not keys.isdisjoint(before):
                await kept.wait()  # what the part before shows of these items must be known first
            if fresh:
                said = await self._differing(fresh, keys, after, twice, watched)
                after, kept = said.step.last_row, said.kept
                yield said

    def _cover(self, first: Row) -> None:
        """What the file covers where its rows were to say it: those that follow say it no more."""
        if self.export.coverage != OF_PERIOD:
            return
        if first.covers is None:
            raise UnreadableFile(
                "Its reporting periods leave gaps or cannot be read, so they do not say what the file "
                "covers; import it again with a coverage, as reported:2026-04-01..2027-03-31, or none."
            )
        self.export = Export(self.export.as_of, Coverage("reported", *first.covers))

    async def _named(self, rows: list[Row]) -> list[Row]:
        """The rows with people's random ids, before anything of them is kept or sent."""
        hashes = {row.person for row in rows if row.person is not None}
        if not hashes:
            return rows
        ids = await self._people.ids(self._job.tenant, hashes)
        return [row if row.person is None else named(row, ids.get(row.person)) for row in rows]

    def _hold(self, part: Sequence[Row]) -> set[int]:
        """Remember which items the file holds; answers with the rows whose item it held before."""
        return {row.number for row in part if row.key is not None and not self._held.add(row.key)}

    async def _differing(
        self, part: Sequence[Row], keys: Collection[str], after: int, twice: set[int], watched: Watched
    ) -> _Said:
        shown = [(row.number, row.shown) for row in part if row.shown is not None]
        known = await self._turns(keys)
        found = await asyncio.to_thread(of_rows, shown, known, self._others, self.export, self._teller)
        rejects = sorted(
            [*(row.reject for row in part if row.reject is not None), *found.rejects],
            key=lambda reject: reject.row,
        )
        watched.tally.shown(part, rejects, twice)
        step = Step(
            after=after,
            last_row=part[-1].number,
            accepted=len(part) - len(rejects),
            refused=len(rejects),
            events=len(found.events),
            unchanged=found.unchanged,
            bytes_read=watched.position(),
            placed=found.changed if self._newer else 0,
            older_than=self._newer,
            quality=watched.tally.take(),
            covers=coverage_text(self.export.coverage),
        )
        return _Said(step, rejects, found)

    async def gone(self) -> bool:
        """Withdraw what the export covers and does not hold; False when the import is no longer ours."""
        if self.export.coverage is None:
            return True
        if self.export.coverage == Coverage() and not self._held:
            raise UnreadableFile(NOTHING_LEFT)
        after = ""
        where = self._job.tenant, self._source, self.export.as_of
        while keys := await self._shelf.keys(*where, after, KEYS):
            after = keys[-1]
            missing = [key for key in keys if key not in self._held]
            if not await self._withdraw(missing):
                return False
        return True

    async def _withdraw(self, missing: Sequence[str]) -> bool:
        for at in range(0, len(missing), PAGE):
            known = await self._turns(missing[at : at + PAGE])
            found = of_gone(known, self._others, self.export, self._teller)
            step = Step(self.at, self.at, 0, 0, len(found.events), withdrawn=found.changed)
            if found.keep and not await self._done(step, (), found):
                return False
        return True

    async def _done(self, step: Step, rejects: Sequence[Reject], found: Differences) -> bool:
        await send(found.events, self._job, self._log, self._shelf)
        if not await self._shelf.turn(self._job, self._source, step, rejects, found):
            return False
        self.at = step.last_row
        return True

    async def _turns(self, keys: Collection[str]) -> Mapping[str, Sequence[Turn]]:
        return await self._shelf.turns(self._job.tenant, self._source, keys)
