"""Where lines stand does not matter to any answer: in the journal, in chunks, in both, opened or not."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from eventlog.postgres import Pool, connect
from eventlog.records import Record
from schemas.tree import Tree
from services.metrics.answers.asking import Ask, Cuts, Sources
from services.metrics.answers.figures import figures
from services.metrics.answers.trail import explain
from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.periods import parse
from services.metrics.domain.spc import Rules
from services.metrics.domain.trail import BEGINNING, Page
from services.metrics.domain.units import EVERYTHING, Span, Teams
from services.metrics.flow import NotNow, absorb
from services.metrics.store import dump, settling
from services.metrics.store.catalogue import load
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.settling import PostgresShelves, Shelving
from services.metrics.store.snapshots import PostgresReadings
from tests.casebook import EPOCH_MS, PLACES, batches, council, log_of, said, table
from tests.conftest import Stack

TODAY = dt.date(2026, 8, 20)
PERIODS = ("2026-04", "2026-05", "2026-06", "2026-W22", "2026-07")
UNITS = ("unassigned",)
LOG = log_of(council(60))
LATE = dt.datetime.fromtimestamp(EPOCH_MS / 1000 + len(LOG) / 2000, dt.UTC)
"""A moment at which half of the log was known."""
STOCKS = tuple(name for name, account in ACCOUNTS.items() if account.nature == "stock")
FLOWS = tuple(name for name, account in ACCOUNTS.items() if account.nature != "stock")
SPANS = (Span(dt.date(2026, 4, 10), dt.date(2026, 6, 20), EVERYTHING),)
NORTH = (Span(dt.date(2026, 5, 1), dt.date(2026, 5, 31), Teams(frozenset({"north"}))),)


class Ledger:
    """A ledger under a test's hand."""

    def __init__(self, dsn: str, pool: Pool) -> None:
        self.dsn, self.book, self.shelves = dsn, PostgresLedger(pool), PostgresShelves(pool)
        self.sources = Sources(PostgresReadings(pool), load(), lambda tenant: Tree(), Rules())

    async def absorb(self, log: Sequence[Record], size: int = 40) -> None:
        for one in batches(log, size):
            await absorb(one, self.book, 500)

    async def settle(self) -> None:
        while await self.shelves.settle():
            pass

    async def open(self) -> None:
        while await self.shelves.open(TODAY, 7):
            pass


@asynccontextmanager
async def ledger_of(dsn: str) -> AsyncIterator[Ledger]:
    pool = await connect(dsn, "metrics", max_size=4)
    try:
        ledger = Ledger(dsn, pool)
        await ledger.book.prepare()
        await ledger.book.stand(PLACES)
        yield ledger
    finally:
        await pool.close()


async def answers(ledger: Ledger, known: dt.datetime | None = None) -> dict[str, Any]:
    """Everything that can be asked, as it would be shown."""
    sources, found = ledger.sources, {}
    ask = Ask("demo", "unassigned", TODAY, TODAY, known)
    for period in PERIODS:
        made = await figures(sources, ask, sources.catalogue.ids(), UNITS, parse(period))
        found[f"figures {period}"] = made.what
    for measure in ("open", "overdue", "completed_on_time_percent", "received", "median_days_to_complete"):
        for everything in (False, True):
            told = await explain(sources, ask, measure, parse("2026-06"), Page(500), everything=everything)
            found[f"explain {measure} {everything}"] = told.what
    async with sources.readings.snapshot("demo", known) as snapshot:
        for by in (("account", "team"), ("account", "worker"), ("month", "kind"), ("day",), ("due",), ()):
            found[f"flows by {by}"] = await snapshot.sums(Cuts(FLOWS, SPANS, by))
            found[f"north by {by}"] = await snapshot.sums(Cuts(FLOWS, NORTH, by))
            for day in (dt.date(2026, 5, 31), dt.date(2026, 6, 14), TODAY):
                standing = (Span(BEGINNING, day, EVERYTHING),)
                found[f"stocks by {by} {day}"] = await snapshot.sums(Cuts(STOCKS, standing, by))
        found["subjects"] = await snapshot.sums(Cuts(("open",), standing, ("subject", "due", "worker")))
        found["traced"] = await snapshot.traced(Cuts(("received", "open"), SPANS, ()), LATE, 50)
        found["begins"] = await snapshot.begins(["received"])
        found["feeds"] = await snapshot.feeds(TODAY)
        found["events"] = [
            await snapshot.event(record.topic, record.partition, record.offset) for record in LOG[::9]
        ]
        found["item"] = await snapshot.item("demo/cases/7")
    return found


async def unsettled(dsn: str) -> dict[dt.datetime | None, dict[str, Any]]:
    """The answers of a ledger all of which is in the journal."""
    async with ledger_of(dsn) as ledger:
        await ledger.absorb(LOG)
        return {known: await answers(ledger, known) for known in (None, LATE)}


async def same(ledger: Ledger, expected: dict[dt.datetime | None, dict[str, Any]]) -> None:
    for known, those in expected.items():
        found = await answers(ledger, known)
        for name, answer in those.items():
            assert found[name] == answer, (name, known)


async def test_settled_opened_or_half_and_half_answers_are_the_same(stack: Stack) -> None:
    expected = await unsettled(stack.new_database())
    assert expected[None]["explain open False"].lines
    assert expected[LATE]["explain open False"] != expected[None]["explain open False"]
    async with ledger_of(stack.new_database()) as ledger:
        await ledger.absorb(LOG[: len(LOG) // 2])
        await ledger.settle()
        await ledger.open()
        await ledger.absorb(LOG[len(LOG) // 2 :])
        assert await table(ledger.dsn, "journal", "1")
        assert await table(ledger.dsn, "opening", "1")
        await same(ledger, expected)
        await ledger.settle()
        assert not await table(ledger.dsn, "journal", "1")
        await same(ledger, expected)
        await ledger.open()
        await same(ledger, expected)


async def test_an_event_that_posted_nothing_is_found_as_well(database: str) -> None:
    begun = [said("received", "1", 3, 1, team="north"), said("started", "1", 4, 2)]
    log = log_of([*begun, said("started", "1", 6, 3), said("received", "2", 3, 1, team="north")])
    async with ledger_of(database) as ledger:
        await ledger.absorb(log)
        await ledger.settle()
        async with ledger.sources.readings.snapshot("demo", None) as snapshot:
            found = [await snapshot.event(one.topic, one.partition, one.offset) for one in log]
            beyond = await snapshot.event(log[0].topic, log[0].partition, 99)
    assert [event[0].id for event in found if event] == ["1:1", "1:2", "1:3", "2:1"]
    assert [bool(event[1]) for event in found if event] == [True, True, False, True]
    assert beyond is None


async def test_late_lines_take_openings_away_and_settling_makes_them_anew(database: str) -> None:
    events = [said("received", str(number), 3, 1, team="north", kind="review") for number in range(9)]
    closed = [said("completed", str(number), 40, 2, outcome="met") for number in range(4)]
    late = said("received", "late", 5, 1, team="north", kind="review")
    async with ledger_of(database) as ledger:
        await ledger.absorb(log_of([*events, *closed]))
        await ledger.settle()
        await ledger.open()
        opened = await table(database, "opening", "account, team, begins, counts")
        assert {begins for _, _, begins, _ in opened} == {dt.date(2026, 7, 1), dt.date(2026, 8, 1)}
        log = log_of([*events, *closed, late])
        await ledger.absorb([record for record in log if b"/late" in (record.key or b"")])
        assert len(await table(database, "opening", "1")) == len(opened)
        assert await standing(ledger) == 6
        await ledger.settle()
        assert len(await table(database, "opening", "1")) < len(opened)
        assert await standing(ledger) == 6
        await ledger.open()
        assert len(await table(database, "opening", "1")) == len(opened)
        assert await standing(ledger) == 6


async def standing(ledger: Ledger) -> int:
    """How many lines explain what is open."""
    ask = Ask("demo", "unassigned", TODAY, TODAY)
    told = (await explain(ledger.sources, ask, "open", parse("2026-08"), Page(50), everything=False)).what
    assert told.sum == told.figure.value == len(told.lines)
    return len(told.lines)


async def test_stocks_that_stand_for_years_are_opened_each_year(database: str) -> None:
    old = [
        {**said("received", str(number), 3, 1, team="north"), "time": f"{2021 + number}-03-01T09:00:00+00:00"}
        for number in range(5)
    ]
    ended = {**said("completed", "0", 3, 2), "time": "2023-05-01T09:00:00+01:00"}
    async with ledger_of(database) as ledger:
        await ledger.absorb(log_of([*old, ended]))
        await ledger.settle()
        await ledger.open()
        assert await standing(ledger) == 4
        years = await table(
            database, "opening JOIN metrics.word ON word.id = account", "begins", "text = 'open'"
        )
        assert [begins.year for (begins,) in years[:5]] == [2022, 2023, 2024, 2025, 2026]
        ask = Ask("demo", "unassigned", dt.date(2022, 6, 1), TODAY)
        told = await explain(ledger.sources, ask, "open", parse("2022-06"), Page(50), everything=False)
        assert [line.subject for line in told.what.lines] == ["demo/cases/0", "demo/cases/1"]
        first = dt.datetime.fromtimestamp(EPOCH_MS / 1000 - 1, dt.UTC)
        before = await explain(
            ledger.sources,
            Ask("demo", "unassigned", TODAY, TODAY, first),
            "open",
            parse("2026-08"),
            Page(5),
            everything=False,
        )
        assert (before.what.figure.value, before.what.lines) == (0, ())


async def test_small_chunks_grow_together_and_the_dump_stays(stack: Stack, database: str) -> None:
    unsettled = stack.new_database()
    async with ledger_of(unsettled) as ledger:
        await ledger.absorb(LOG)
    async with ledger_of(database) as ledger:
        for start in range(0, len(LOG), 20):
            await ledger.absorb(LOG[start : start + 20])
            await ledger.settle()
        assert await dump.balances(database) == await dump.balances(unsettled) != []
        chunks = await table(database, "chunk", "account, team, month, lines")
    fullest = max(sum(lines for *key, lines in chunks if key == one) for *one, _ in chunks)
    most = max(sum(1 for *key, _ in chunks if key == one) for *one, _ in chunks)
    assert most <= fullest.bit_length()
    assert fullest > 40


async def test_scattered_chunks_are_put_together(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "to_merge", lambda fresh, small: [])
    async with ledger_of(database) as ledger:
        for start in range(0, len(LOG), 20):
            await ledger.absorb(LOG[start : start + 20])
            await ledger.settle()
        before = await dump.balances(database)
        scattered = await table(database, "chunk", "1")
        assert await ledger.shelves.tidy() > 0
        assert await ledger.shelves.tidy() == 0
        assert len(await table(database, "chunk", "1")) < len(scattered)
        assert await dump.balances(database) == before != []


async def test_a_step_that_breaks_off_leaves_everything_as_it_was(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ledger_of(database) as ledger:
        await ledger.absorb(LOG)
        before = await dump.balances(database)

        async def broken(*_: Any) -> None:
            raise ConnectionError

        with monkeypatch.context() as patched:
            patched.setattr(Shelving, "_put_spots", broken)
            with pytest.raises(NotNow):
                await ledger.shelves.settle()
        assert not await table(database, "chunk", "1")
        assert await dump.balances(database) == before
        both = await asyncio.gather(*(ledger.shelves.settle() for _ in range(3)), return_exceptions=True)
        assert sorted(one for one in both if isinstance(one, int))[-1] > 0
        assert all(isinstance(one, int | NotNow) for one in both)
        assert await dump.balances(database) == before
