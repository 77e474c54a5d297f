"""How a file goes into the log: batch by batch, from where it stopped, with patience."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from eventlog.memory import MemoryLog, MemoryProducer
from services.ingest import flow
from services.ingest.domain.edge import Edge
from services.ingest.domain.imports import Import, State, Step
from services.ingest.domain.quality import Count, Tally, Watched
from services.ingest.domain.rows import HIDDEN, Reject
from services.ingest.formats import READERS

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
JOB = Import(
    "i1", "demo", "lines", "cloudevents", None, None, None, None, 9, "here", "f-1", AT, state="running"
)


@dataclass
class Book:
    """A book in memory that moves on as the real one does; `cancel_after` steps somebody cancels."""

    job: Import = JOB
    steps: list[Step] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str | None] = field(default_factory=list)
    ended: tuple[State, str | None] | None = None
    cancel_after: int = 10**9

    async def advance(self, job: Import, step: Step, rejects: Sequence[Reject]) -> bool:
        if len(self.steps) >= self.cancel_after or step.after != self.job.rows_read:
            return False
        self.job = replace(self.job, rows_read=step.last_row)
        self.steps.append(step)
        self.rejects += rejects
        return True

    async def tell(self, job: Import, note: str | None) -> None:
        self.notes.append(note)

    async def end(self, job: Import, state: State, error: str | None) -> None:
        self.ended = (state, error)


@dataclass
class Exported:
    """The items that exports show."""

    items: set[tuple[str, str]] = field(default_factory=set)

    async def sources(self, tenant: str) -> set[str]:
        return {source for source, _ in self.items}

    async def shown(self, tenant: str, items: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return self.items & set(items)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog({"primed.case-events": 1})


@pytest.fixture
def lines(raw: Callable[..., bytes]) -> Callable[[int], list[bytes]]:
    return lambda count: [raw(id=f"e{n}") + b"\n" for n in range(1, count + 1)]


def read(chunks: Iterator[bytes]) -> Watched:
    return Watched(READERS["cloudevents"](chunks, None, None), Tally(), lambda: 7)


async def run(book: Book, chunks: Sequence[bytes], edge: Edge, log: MemoryLog) -> None:
    await flow.run(book.job, read(iter(chunks)), edge, MemoryProducer(log), book, Exported())


def ids(log: MemoryLog) -> list[str]:
    return [json.loads(record.value or b"")["id"] for record in log.read(("primed.case-events", 0), 0, 10**6)]


async def test_a_file_goes_in_whole_with_its_progress_written_down(
    log: MemoryLog, edge: Edge, lines: Any
) -> None:
    book = Book()
    await run(book, lines(1_200), edge, log)
    assert ids(log) == [f"e{n}" for n in range(1, 1_201)]
    assert [(step.after, step.last_row, step.accepted) for step in book.steps] == [
        (0, 500, 500),
        (500, 1_000, 500),
        (1_000, 1_200, 200),
    ]
    assert book.ended == ("done", None)


async def test_an_import_that_was_killed_goes_on_after_its_last_row(
    log: MemoryLog, edge: Edge, lines: Any
) -> None:
    book = Book(replace(JOB, rows_read=1_000))
    await run(book, lines(1_200), edge, log)
    assert ids(log) == [f"e{n}" for n in range(1_001, 1_201)]
    assert book.ended == ("done", None)


async def test_bad_rows_are_told_and_the_good_ones_kept(
    log: MemoryLog, edge: Edge, raw: Callable[..., bytes]
) -> None:
    book = Book()
    secret = raw(id="e2", data={"person": "x" * 300})
    await run(book, [raw(), b"\n\nnonsense\n", secret, b"\n", raw(id="e3", time="2025-03-04")], edge, log)
    assert ids(log) == ["e1"]
    assert [(one.row, one.column, one.value) for one in book.rejects] == [
        (3, "", HIDDEN),
        (4, "data", HIDDEN),
        (5, "time", HIDDEN),
    ]
    assert all(one.reason and one.remedy for one in book.rejects)
    assert [(step.accepted, step.refused) for step in book.steps] == [(1, 3)]


async def test_what_was_read_before_a_file_breaks_off_is_kept(log: MemoryLog, edge: Edge, lines: Any) -> None:
    def broken() -> Any:
        yield from lines(3)
        raise flow.UnreadableFile("The gzip data ends early.")

    book = Book()
    await flow.run(JOB, read(broken()), edge, MemoryProducer(log), book, Exported())
    assert ids(log) == ["e1", "e2", "e3"]
    assert book.ended == ("failed", "The gzip data ends early. 3 rows before this point are dealt with.")


async def test_an_import_waits_while_the_log_is_away(
    log: MemoryLog, edge: Edge, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        log.away = len(pauses) < 6

    producer = MemoryProducer(log)

    class Away:
        async def send(self, messages: Any) -> Any:
            if log.away:
                raise flow.LogUnavailable("away")
            return [log.append(message) for message in messages]

    log.away = True
    monkeypatch.setattr(flow.asyncio, "sleep", sleep)
    book = Book()
    await flow.run(JOB, read(iter(lines(2))), edge, Away(), book, Exported())
    await producer.close()
    assert pauses == [0.5, 1.0, 2.0, 5.0, 5.0, 5.0]
    assert [note is None for note in book.notes] == [False, True]
    assert ids(log) == ["e1", "e2"]


async def test_a_cancelled_import_stops_where_it_is(log: MemoryLog, edge: Edge, lines: Any) -> None:
    book = Book(cancel_after=1)
    await run(book, lines(2_000), edge, log)
    assert book.job.rows_read == 500
    assert book.ended is None


async def test_an_import_that_runs_elsewhere_too_is_left_to_the_other(
    log: MemoryLog, edge: Edge, lines: Any
) -> None:
    book = Book(replace(JOB, rows_read=500))
    await flow.run(JOB, read(iter(lines(900))), edge, MemoryProducer(log), book, Exported())
    assert (book.steps, book.ended) == ([], None)


async def test_each_step_tells_what_its_own_rows_are_worth_and_how_far_the_upload_was_read(
    log: MemoryLog, edge: Edge, lines: Any
) -> None:
    book = Book(replace(JOB, rows_read=500))
    await run(book, [*lines(1_200), b"nonsense\n"], edge, log)
    first, second = book.steps
    assert (first.bytes_read, second.bytes_read) == (7, 7)
    assert Count("demo/cases", "work.received", "team", "valid", 500) in first.quality
    assert Count("demo/cases", "work.received", "team", "valid", 200) in second.quality
    assert Count("(not told)", "", "(row)", "unreadable", 1, (1_201,)) in second.quality


async def test_events_of_an_item_that_exports_show_are_refused_with_a_remedy(
    log: MemoryLog, edge: Edge, raw: Callable[..., bytes]
) -> None:
    book, shown = Book(), Exported({("demo/cases", "7")})
    lines = [raw(), raw(id="e2", subject="demo/cases/8"), raw(id="e3")]
    chunks = iter([b"\n".join(lines)])
    await flow.run(JOB, read(chunks), edge, MemoryProducer(log), book, shown)
    assert ids(log) == ["e2"]
    assert [(one.row, one.column) for one in book.rejects] == [(1, "source"), (3, "source")]
    assert "source of their own" in book.rejects[0].remedy
    assert (book.steps[0].accepted, book.steps[0].refused) == (1, 2)
    assert {(one.field, one.result, one.rows) for one in book.steps[0].quality if one.result != "valid"} == {
        ("source", "duplicate", 2)
    }
