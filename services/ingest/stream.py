"""Files stream into the log in the background, the oldest first, cut off or not: one of any size, and beside
it a small one, so that a few hundred rows never wait for a return of a whole council."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from eventlog.postgres import DatabaseUnavailable
from eventlog.records import LogRefused
from runtime.background import Background
from runtime.telemetry import log
from schemas.registry import instant
from schemas.tree import Tree
from services.ingest import exporting
from services.ingest.domain.edge import Edge
from services.ingest.domain.imports import Import
from services.ingest.domain.mapping import AnyMapping, parse, zone_of
from services.ingest.domain.mapping import Mapping as EventMapping
from services.ingest.domain.organisation import OrganisationMapping, news
from services.ingest.domain.quality import NOBODY, Tally, Watched
from services.ingest.exporting import People, Shelf, Source
from services.ingest.flow import Log, Reader, run
from services.ingest.mixing import Exported

ANY_SIZE = 2**62
LOOK_EVERY_S = 2.0
"""How often to look for work that nobody told of, e.g. of a process that was killed."""
TELL_EVERY_S = 0.5
"""How often to say how far a file is read through before its first row."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that is open: its unpacked bytes, and how many of the packed ones were read."""

    chunks: Iterator[bytes]
    position: Callable[[], int]


class Queue(Shelf, Protocol):
    """A book from which the next import can be claimed."""

    async def claim(self, place: str, most_bytes: int, in_hand: Collection[str]) -> Import | None:
        """The oldest import of a place, of at most so many bytes, not in hand; one of a feed at once."""

    async def forsaken(self, place: str) -> Collection[str]:
        """Uploads that nobody went on with, and that are over now."""

    async def prepare(self, job: Import, share: float) -> None:
        """Say how much of the file was read through before its first row is taken."""


class Trees(Protocol):
    """Knows the organisation of each tenant."""

    async def tree(self, tenant: str) -> Tree: ...


class ImportRunner(Background):
    """A part of the process: claims imports of its place and runs them, at most two beside each other."""

    name = "imports"

    def __init__(
        self,
        queue: Queue,
        event_log: Log,
        *,
        place: str,
        small_bytes: int,
        edge: Edge,
        readers: Mapping[str, Reader],
        opened: Callable[[str], AbstractContextManager[Upload]],
        dropped: Callable[[str], None],
        people: People,
        trees: Trees,
        exported: Exported,
    ) -> None:
        super().__init__()
        self._queue, self._log = queue, event_log
        self._place, self._small_bytes, self._edge = place, small_bytes, edge
        self._claiming, self._in_hand = asyncio.Lock(), set[str]()
        self._readers, self._opened, self._dropped = readers, opened, dropped
        self._people, self._trees, self._exported = people, trees, exported

    async def run(self) -> None:
        """Claim and load; cut off, an import goes on after the last batch that was written down."""
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(self._lane(ANY_SIZE))
            if self._small_bytes:
                lanes.create_task(self._lane(self._small_bytes))

    async def _lane(self, most_bytes: int) -> None:
        """One import after the other, of those that have at most so many bytes."""
        while True:
            try:
                while job := await self._claimed(most_bytes):
                    try:
                        await self._take(job)
                    finally:
                        self._in_hand.discard(job.id)
                        self.call()  # one of the same feed may go on in the other lane
                for name in await self._queue.forsaken(self._place):
                    self._dropped(name)
            except DatabaseUnavailable as error:
                log().warning("imports-wait-for-postgres", message=str(error))
            await self.called(LOOK_EVERY_S)

    async def _claimed(self, most_bytes: int) -> Import | None:
        """The next import; one that the other lane runs is not taken for one that was cut off."""
        async with self._claiming:
            job = await self._queue.claim(self._place, most_bytes, self._in_hand)
            if job is not None:
                self._in_hand.add(job.id)
            return job

    async def _take(self, job: Import) -> None:
        log().info("import-running", id=job.id, format=job.format, after_row=job.rows_read)
        book = self._queue
        try:
            with self._opened(job.id) as upload:
                await self._load(job, upload)
        except FileNotFoundError:
            await book.end(job, "failed", "The upload is no longer on disk; send the file again.")
        except LogRefused as error:
            await book.end(job, "failed", f"Kafka does not take an event of this file: {error}")
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a file that breaks the reader must not break every later import
            log().error("import-broke", id=job.id, error=type(error).__name__)
            await book.end(
                job, "failed", f"The file cannot be read ({type(error).__name__}); report this id."
            )
        self._dropped(job.id)
        log().info("import-over", id=job.id)

    async def _load(self, job: Import, upload: Upload) -> None:
        """A file of events, or one that shows items as they stand."""
        mapping = None if job.mapping_text is None else parse(job.mapping_text)
        rows = self._readers[job.format](upload.chunks, mapping, job.as_of)
        tree = await self._trees.tree(job.tenant)
        if isinstance(mapping, OrganisationMapping):
            rows = news(rows, mapping.source, tree)
        watched = Watched(rows, _tally(job, mapping, tree), upload.position)
        async with self._told_of(job, watched):
            if mapping is None or isinstance(mapping, EventMapping | OrganisationMapping):
                await run(job, watched, self._edge, self._log, self._queue, self._exported)
                return
            source = Source(mapping.source, zone_of(mapping), mapping.key_column)
            await exporting.run(job, source, watched, self._edge, self._log, self._queue, self._people)

    @asynccontextmanager
    async def _told_of(self, job: Import, watched: Watched) -> AsyncIterator[None]:
        """While it runs, say how far the file is read through as long as no row comes of it."""

        async def tell() -> None:
            while not watched.begun:
                await asyncio.sleep(TELL_EVERY_S)
                if not watched.begun:
                    share = min(watched.position() / max(job.packed_bytes, 1), 1.0)
                    await self._queue.prepare(job, round(share, 4))

        telling = asyncio.create_task(tell(), name="import-preparing")
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait({telling})
            if not telling.cancelled() and (error := telling.exception()) is not None:
                log().warning("import-preparing-untold", id=job.id, error=type(error).__name__)


def _tally(job: Import, mapping: AnyMapping | None, tree: Tree) -> Tally:
    """Counts of this import's quality; nothing that it shows can have happened after its as-of.

    Teams are held against the organisation where there is one; without it nobody knows which are wrong.
    """
    day = job.created_at if job.as_of is None else instant(job.as_of)
    known = (lambda team: tree.unit(team) is not None) if tree.histories else None
    shape = job.format if job.mapping is None else f"{job.format}/{job.mapping}"
    source = NOBODY if mapping is None else mapping.source
    return Tally(source, shape, day.date(), known, after=job.rows_read)
