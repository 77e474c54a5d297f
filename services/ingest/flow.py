"""The story of ingest: an event is admitted, sent, and answered for only when the log has it; a file is the
same, row by row, with its progress written down after each batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Protocol

from eventlog.codec import event_message
from eventlog.records import LogUnavailable, Message, Placed
from services.ingest.ahead import read_ahead
from services.ingest.domain.batches import batches
from services.ingest.domain.edge import Admitted, Edge, Refused, admit_each
from services.ingest.domain.imports import Import, State, Step
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.quality import Watched
from services.ingest.domain.rows import Reject, Row, UnreadableFile
from services.ingest.mixing import Exported, from_a_thread, unmixed

PATIENCE_S = (0.5, 1.0, 2.0, 5.0)
"""Pauses between tries while the log is away; the last one repeats."""

INLINE = 50
"""Events that are checked at once; more go to a thread, so that single events do not wait behind them."""

Reader = Callable[[Iterator[bytes], AnyMapping | None, str | None], Iterator[Row]]
"""A file format: bytes, mapping and as-of in; rows out."""


class Log(Protocol):
    """The event log. `send` returns when every message is kept; raises `LogUnavailable` in bounded time."""

    async def send(self, messages: Sequence[Message]) -> list[Placed]: ...


class Book(Protocol):
    """Where the progress of imports is written down, so that a killed import goes on where it was."""

    async def advance(self, job: Import, step: Step, rejects: Sequence[Reject]) -> bool:
        """Write down one batch; False when somebody cancelled the import or runs it elsewhere."""

    async def tell(self, job: Import, note: str | None) -> None:
        """Say what an import waits for."""

    async def end(self, job: Import, state: State, error: str | None) -> None:
        """The import is over."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some events: how many the log holds, how many stood twice, who is refused."""

    accepted: int
    duplicates: int
    refused: tuple[tuple[int, Refused], ...]


async def take(raws: Sequence[bytes], tenant: str, edge: Edge, log: Log, exported: Exported) -> Taken:
    """Admit each event by itself, send the good ones, answer when the log has acknowledged all of them."""
    beside = len(raws) > INLINE
    checking = (raws, tenant, edge)
    told = await asyncio.to_thread(admit_each, *checking) if beside else admit_each(*checking)
    found = await unmixed(told, tenant, exported)
    good = [event for event in found if isinstance(event, Admitted)]
    distinct = list({event.raw: event for event in good}.values())
    if distinct:
        await log.send([event_message(event.raw, event.envelope) for event in distinct])
    refused = tuple((index, event) for index, event in enumerate(found) if isinstance(event, Refused))
    return Taken(len(distinct), len(good) - len(distinct), refused)


async def run(job: Import, watched: Watched, edge: Edge, log: Log, book: Book, exported: Exported) -> None:
    """Bring a file into the log from where it stopped: batch by batch, each written down once it is kept.

    Killed between the two, a batch is sent again; its events have the ids they had, so they count once.
    """
    left = dropwhile(lambda row: row.number <= job.rows_read, watched)
    asked = from_a_thread(job.tenant, exported)
    prepared, after = batches(left, job.tenant, edge, watched.tally, asked), job.rows_read
    try:
        async with read_ahead(prepared) as coming:
            async for batch in coming:
                await send(batch.events, job, log, book)
                step = replace(batch.step(after), bytes_read=watched.position())
                if not await book.advance(job, step, batch.rejects):
                    return
                after = batch.last_row
    except UnreadableFile as error:
        await book.end(job, "failed", f"{error} {after:,} rows before this point are dealt with.")
        return
    await book.end(job, "done", None)


async def send(events: Sequence[Admitted], job: Import, log: Log, book: Book) -> None:
    """Send with patience: an import waits while the log is away, holding one batch and no more."""
    messages = [event_message(event.raw, event.envelope) for event in events]
    tries = 0
    while messages:
        try:
            await log.send(messages)
            break
        except LogUnavailable:
            if tries == 0:
                await book.tell(job, "Kafka cannot be reached; the import waits and goes on by itself.")
            await asyncio.sleep(PATIENCE_S[min(tries, len(PATIENCE_S) - 1)])
            tries += 1
    if tries:
        await book.tell(job, None)
