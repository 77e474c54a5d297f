"""An export in several parts: one is kept while the next is found out, apart only where they must be."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from eventlog.records import Message, Placed
from services.ingest.domain.batches import PART_ROWS
from services.ingest.domain.differences import Differences
from services.ingest.domain.edge import Edge
from services.ingest.domain.exports import Coverage, Export, Turn, coverage_text
from services.ingest.domain.imports import Import, State, Step
from services.ingest.domain.quality import Tally, Watched
from services.ingest.domain.rows import Reject, Row, Shown
from services.ingest.exporting import Source, run

SOURCE = Source("cases", ZoneInfo("Europe/London"), "Step")
JUNE = "2026-06-01T00:00:00+00:00"
DAY = dt.date(2026, 5, 1)
JOB = Import(
    id="i1",
    tenant="demo",
    name="steps",
    format="table",
    mapping="steps",
    mapping_text="",
    as_of=JUNE,
    coverage=coverage_text(Coverage()),
    packed_bytes=1,
    place="here",
    sent_by="operator",
    created_at=dt.datetime(2026, 6, 2, tzinfo=dt.UTC),
)


def row(number: int, key: str, kind: str = "review") -> Row:
    said = b'{"kind":"%b","received":"2026-05-01","status":"open"}' % kind.encode()
    return Row(number, shown=Shown(key, said, (("received", DAY),)), key=key, shape="table")


@dataclass
class Log:
    """Counts what it was sent; slow, so that whoever may go on beside it does."""

    sent: list[bytes] = field(default_factory=list)

    async def send(self, messages: Sequence[Message]) -> list[Placed]:
        await asyncio.sleep(0.02)
        self.sent += [message.key or b"" for message in messages]
        return [Placed(message.topic, 0, 0) for message in messages]


@dataclass
class Shelf:
    """Keeps what the store keeps, in memory. `most`: so many steps are taken, then the import is not ours."""

    most: int = 100
    kept: dict[str, list[Turn]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    shelved: list[Export] = field(default_factory=list)
    state: State = "running"

    async def exports(self, tenant: str, source: str) -> Sequence[Export]:
        return self.shelved

    async def turns(self, tenant: str, source: str, keys: Collection[str]) -> Mapping[str, Sequence[Turn]]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    async def keys(
        self, tenant: str, source: str, before: dt.datetime, after: str, limit: int
    ) -> Sequence[str]:
        known = sorted(key for key, turns in self.kept.items() if turns[0].as_of < before)
        return [key for key in known if key > after][:limit]

    async def turn(
        self, job: Import, source: str, step: Step, rejects: Sequence[Reject], found: Differences
    ) -> bool:
        if len(self.steps) == self.most:
            return False
        assert step.after == (self.steps[-1].last_row if self.steps else job.rows_read)
        self.steps.append(step)
        self.rejects += rejects
        for key, turn in found.keep:
            self.kept.setdefault(key, []).append(turn)
        return True

    async def shelve(self, job: Import, source: str, export: Export) -> None:
        self.shelved.append(export)

    async def end(self, job: Import, state: State, error: str | None) -> None:
        self.state = state

    async def advance(self, job: Import, step: Step, rejects: Sequence[Reject]) -> bool:
        raise AssertionError("an export is written down with its turns")

    async def tell(self, job: Import, note: str | None) -> None:
        raise AssertionError("the log is there")


class Nobody:
    """No row names anybody."""

    async def ids(self, tenant: str, hashes: Collection[str]) -> Mapping[str, str]:
        raise AssertionError("no row names anybody")


async def load(rows: Sequence[Row], shelf: Shelf, log: Log, edge: Edge, job: Import = JOB) -> None:
    watched = Watched(iter(rows), Tally("cases", "table"), lambda: 0)
    await run(job, SOURCE, watched, edge, log, shelf, Nobody())


def rows(parts: int) -> list[Row]:
    return [row(number, f"s{number}") for number in range(2, 2 + parts * PART_ROWS)]


async def test_parts_are_kept_one_after_the_other_and_all_of_them(edge: Edge) -> None:
    shelf, log = Shelf(), Log()
    await load(rows(3), shelf, log, edge)
    assert [step.accepted for step in shelf.steps] == [PART_ROWS] * 3
    assert len(set(log.sent)) == len(log.sent) == 3 * PART_ROWS
    assert (shelf.state, len(shelf.shelved)) == ("done", 1)


async def test_an_item_that_the_part_before_shows_is_known_when_the_next_part_is_found_out(
    edge: Edge,
) -> None:
    shelf, log, some = Shelf(), Log(), rows(1)
    again, otherwise = PART_ROWS + 2, PART_ROWS + 3
    await load([*some, row(again, "s2"), row(otherwise, "s3", "contact")], shelf, log, edge)
    assert len(log.sent) == PART_ROWS
    assert shelf.steps[-1].unchanged == 1
    assert [(one.row, one.column) for one in shelf.rejects] == [(otherwise, "Step")]


async def test_cut_off_between_two_parts_it_goes_on_with_the_next_one(edge: Edge) -> None:
    shelf, log = Shelf(most=1), Log()
    await load(rows(3), shelf, log, edge)
    assert (shelf.state, len(shelf.steps)) == ("running", 1)
    shelf.most = 100
    await load(rows(3), shelf, log, edge, replace(JOB, rows_read=shelf.steps[-1].last_row))
    assert sum(step.accepted for step in shelf.steps) == len(shelf.kept) == 3 * PART_ROWS
    assert shelf.state == "done"


async def test_what_a_newer_export_lacks_is_withdrawn_and_what_only_it_holds_is_not(edge: Edge) -> None:
    shelf, log = Shelf(), Log()
    await load([row(2, "a"), row(3, "b")], shelf, log, edge)
    july = replace(JOB, as_of="2026-07-01T00:00:00+00:00")
    shelf.steps.clear()
    await load([row(2, "b"), row(3, "c")], shelf, log, edge, july)
    assert log.sent[2:] == [b"demo/cases/c", b"demo/cases/a"]
    assert [step.withdrawn for step in shelf.steps] == [0, 1]


async def test_a_file_without_any_item_is_not_believed_that_nothing_is_left(edge: Edge) -> None:
    shelf, log = Shelf(), Log()
    await load([row(2, "a")], shelf, log, edge)
    july = replace(JOB, as_of="2026-07-01T00:00:00+00:00")
    shelf.steps.clear()
    await load([], shelf, log, edge, july)
    assert (shelf.state, len(shelf.shelved), len(log.sent)) == ("failed", 1, 1)
    shelf.state = "running"
    days = Coverage("received", DAY, DAY)
    await load([], shelf, log, edge, replace(july, coverage=coverage_text(days)))
    assert (shelf.state, log.sent[1:]) == ("done", [b"demo/cases/a"])
