"""What the runner of imports does around a file: it says how far it is, and ends what is forsaken."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from eventlog.memory import MemoryLog, MemoryProducer
from schemas.tree import Tree
from services.ingest import stream
from services.ingest.domain.edge import Edge
from services.ingest.domain.imports import Import, State, Step
from services.ingest.domain.rows import Reject, Row
from tests.patience import PATIENCE_S
from tests.unit.services.ingest.test_flow import JOB, Book, Exported


@dataclass
class Queue(Book):
    """A book from which one import can be claimed."""

    waiting: list[Import] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)

    async def claim(self, place: str, most_bytes: int, in_hand: Collection[str]) -> Import | None:
        fit = [job for job in self.waiting if job.packed_bytes <= most_bytes and job.id not in in_hand]
        if fit:
            self.waiting.remove(fit[0])
        return fit[0] if fit else None

    async def forsaken(self, place: str) -> list[str]:
        return [self.left.pop()] if self.left else []

    async def prepare(self, job: Import, share: float) -> None:
        self.told.append(share)
        self.heard.set()


@dataclass
class Several(Queue):
    """A book of several imports at once."""

    over: list[str] = field(default_factory=list)

    async def advance(self, job: Import, step: Step, rejects: Sequence[Reject]) -> bool:
        return True

    async def end(self, job: Import, state: State, error: str | None) -> None:
        self.over.append(job.id)


class Trees:
    async def tree(self, tenant: str) -> Tree:
        return Tree()


async def running(queue: Queue, edge: Edge, reader: Any, until: Callable[[], bool]) -> list[str]:
    dropped: list[str] = []

    @contextlib.contextmanager
    def opened(name: str) -> Iterator[stream.Upload]:
        yield stream.Upload(iter(()), lambda: 25)

    runner = stream.ImportRunner(
        queue,  # type: ignore[arg-type]  # nothing here shows items as they stand
        MemoryProducer(MemoryLog({"primed.case-events": 1})),
        place="here",
        small_bytes=1_000,
        edge=edge,
        readers={"cloudevents": reader},
        opened=opened,
        dropped=dropped.append,
        people=None,  # type: ignore[arg-type]  # and nobody
        trees=Trees(),
        exported=Exported(),
    )
    await runner.start()
    try:
        async with asyncio.timeout(60):
            while not until():
                await asyncio.sleep(0.01)
    finally:
        await runner.stop()
    return dropped


async def test_a_file_that_is_read_through_first_says_how_far_it_is(
    edge: Edge, raw: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TELL_EVERY_S", 0.01)
    queue = Queue(waiting=[replace(JOB, packed_bytes=100)])

    def reader(*asked: Any) -> Iterator[Row]:
        assert queue.heard.wait(PATIENCE_S), "nobody was told while no row had come"
        yield Row(1, (raw(),))

    dropped = await running(queue, edge, reader, lambda: queue.ended is not None)
    assert (queue.ended, dropped) == (("done", None), ["i1"])
    assert set(queue.told) == {0.25}
    assert queue.steps[0].accepted == 1


async def test_a_small_file_does_not_wait_for_a_large_one_and_large_ones_come_one_by_one(
    edge: Edge, raw: Callable[..., bytes]
) -> None:
    large = replace(JOB, id="large", packed_bytes=2_000)
    waiting = [large, replace(large, id="other"), replace(large, id="small", packed_bytes=10)]
    queue, small_came, read = Several(waiting=waiting), threading.Event(), iter((1, 2, 3))

    def reader(*asked: Any) -> Iterator[Row]:
        match next(read):
            case 1:
                assert small_came.wait(PATIENCE_S), "the small one waited for the large one"
            case 2:
                assert [job.id for job in queue.waiting] == ["other"]
                small_came.set()
        yield Row(1, (raw(),))

    dropped = await running(queue, edge, reader, lambda: len(queue.over) == 3)
    assert sorted(queue.over) == sorted(dropped) == ["large", "other", "small"]


async def test_an_upload_that_nobody_went_on_with_is_dropped(edge: Edge) -> None:
    queue = Queue(left=["old"])
    assert await running(queue, edge, None, lambda: not queue.left) == ["old"]
