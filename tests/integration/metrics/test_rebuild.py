"""The ledger made anew from the log: the same byte for byte, while events flow, from whatever was left."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import asyncpg
import pytest

from eventlog.records import Message
from services.metrics.domain.shares import shares
from services.metrics.store import dump
from services.metrics.store.filling import Filling
from services.metrics.store.generations import PostgresGenerations
from services.metrics.store.ledger import FoldVersionDiffers
from services.metrics.store.reading import NotLive
from services.metrics.stream import TOPICS
from tests.casebook import TOPIC, council, table
from tests.conftest import Stack
from tests.messes import messes
from tests.rebuilding import World, whole, worker, world_of

pytestmark = pytest.mark.real


@pytest.fixture
async def world(stack: Stack, database: str) -> AsyncIterator[World]:
    async with world_of(stack, database) as made:
        yield made


async def test_a_rebuilt_ledger_is_the_live_one_line_for_line(world: World) -> None:
    await world.tell([*council(90), *messes(60, seed=15)])
    await world.producer.send([Message(TOPIC, f"{world.tenant}/demo/cases/1".encode(), b"{")])
    async with worker(world) as live:
        await live.to_the_end()
    anew = world.stack.new_database()
    assert "result" in await world.run("rebuild", "--switch", dsn=anew)
    stood, made = await whole(world.dsn), await whole(anew)
    for name in stood:
        assert made[name] == stood[name], name
    assert {"received", "open", "packages", "spend_started"} <= {line[2] for line in stood["line"]}
    assert stood["fault"]
    assert stood["dead_letter"]
    bytes_of_live = await dump.balances(world.dsn)
    assert sorted(bytes_of_live, key=str.encode) == bytes_of_live
    assert await dump.balances(anew) == bytes_of_live
    june = dt.date(2026, 5, 31)
    until_june = await dump.balances(anew, as_at=june)
    assert until_june == await dump.balances(world.dsn, as_at=june) != bytes_of_live
    known = stood["line"][len(stood["line"]) // 2][-1]
    assert await dump.balances(anew, as_known=known) == await dump.balances(world.dsn, as_known=known)


async def test_events_that_come_meanwhile_are_in_the_rebuilt_ledger_and_go_on(world: World) -> None:
    events = council(150, seed=11)
    parts = [events[start : start + 40] for start in range(0, len(events), 40)]
    async with worker(world) as live:
        await world.tell(parts[0])
        await live.to_the_end()

        async def feed() -> None:
            for part in parts[1:]:
                await world.tell(part)
                await live.to_the_end()
                await asyncio.sleep(0.3)

        feeding = asyncio.create_task(feed())
        last = await world.run("rebuild", "--switch")
        await feeding
        await live.to_the_end()
    assert last == {"result": {"generation": 2, "live": True}}
    assert await world.generations() == [(1, "retired"), (2, "live")]
    anew = world.stack.new_database()
    await world.run("rebuild", "--switch", dsn=anew)
    await world.run("drop", "--generation", "1")
    stood, made = await whole(world.dsn), await whole(anew)
    for name in stood:
        assert stood[name] == made[name], name


async def test_going_back_catches_up_first_and_one_generation_is_kept(world: World) -> None:
    events = council(60, seed=12)
    async with worker(world) as live:
        await world.tell(events[:100])
        await live.to_the_end()
        await world.run("rebuild", "--switch")
        await world.tell(events[100:])
        await live.to_the_end()
        now = await dump.balances(world.dsn)
        assert await world.run("rollback") == {"result": {"generation": 1, "live": True}}
        assert await dump.balances(world.dsn) == now
        assert await world.generations() == [(1, "live"), (2, "retired")]
        await world.tell([events[0] | {"id": "one more"}])
        await live.to_the_end()
    marked = {row[0] for row in await table(world.dsn, "mark", "tenant")}
    words = dict(await table(world.dsn, "word", "id, text"))
    assert world.tenant in {words[tenant] for tenant in marked}
    await world.run("rebuild", "--switch")
    assert await world.generations() == [(1, "retired"), (3, "live")]
    assert await table(world.dsn, "position", "DISTINCT generation") == [(1,), (3,)]


async def test_shares_that_are_done_are_not_done_again(world: World) -> None:
    await world.tell(council(40, seed=13))
    async with worker(world) as live:
        await live.to_the_end()
        ends = {place: bound.end for place, bound in (await live.log.bounds(TOPICS)).items()}
        plan = shares(ends, 10)
        assert len(plan) > 3
        generations = PostgresGenerations(live.pool)
        building = await generations.begin("building", plan)
        with pytest.raises(NotLive, match=r"2 is not made to its end. To go on with it: primed rebuild"):
            assert not [line async for line in dump.told(world.dsn, generation=building.id)]
        filling = Filling(live.pool)
        empty = next(share for share in shares(dict.fromkeys(ends, 0), 1))
        assert not await filling.write(building.id, empty._replace(number=99)), "no such share"
    last = await world.run("rebuild")
    assert last == {"result": {"generation": building.id, "live": False}}
    stands = await dump.balances(world.dsn)
    assert stands == [line async for line in dump.told(world.dsn, generation=building.id)]
    with pytest.raises(NotLive, match=r"no generation 9\. There are: 1 \(live\), 2 \(building\)"):
        assert not [line async for line in dump.told(world.dsn, generation=9)]
    assert not (await table(world.dsn, "share", "1", "NOT done"))
    connection = await asyncpg.connect(world.dsn)
    await connection.execute("DELETE FROM metrics.journal_1")  # what is live no longer matters to it
    await connection.close()
    assert (await world.run("rebuild", "--switch"))["result"]["generation"] == building.id
    anew = world.stack.new_database()
    await world.run("rebuild", "--switch", dsn=anew)
    assert await dump.balances(world.dsn) == await dump.balances(anew)


async def test_a_ledger_of_another_fold_is_replaced(world: World) -> None:
    await world.tell(council(20, seed=14))
    async with worker(world) as live:
        await live.to_the_end()
        now = await dump.balances(world.dsn)
        connection = await asyncpg.connect(world.dsn)
        await connection.execute("UPDATE metrics.generation SET fold_version = 0")
        await connection.close()
        with pytest.raises(FoldVersionDiffers, match=r"version 0 of the fold.*run `primed rebuild`"):
            await live.ledger.prepare()
        assert "result" in await world.run("rebuild", "--switch")
        await live.ledger.prepare()
        assert await dump.balances(world.dsn) == now
    said = await world.run("rollback")
    assert "Generation 1 was made by version 0 of the fold" in said["stopped"]
    assert await world.generations() == [(1, "retired"), (2, "live")]


async def test_a_reader_of_the_tables_is_waited_for_and_never_broken_off(world: World) -> None:
    async with worker(world) as live:
        await live.to_the_end()
    assert "result" in await world.run("rebuild", "--switch")
    assert await world.generations() == [(1, "retired"), (2, "live")]
    reading = await asyncpg.connect(world.dsn)
    try:
        async with reading.transaction():
            await reading.fetch("SELECT no FROM metrics.item LIMIT 1")
            refused = await world.run("drop", "--generation", "1")
            assert refused["stopped"] == "Tables of generation 1 are being read."
        assert "result" in await world.run("drop", "--generation", "1")
    finally:
        await reading.close()
    assert await world.generations() == [(2, "live")]


async def test_what_is_not_there_or_not_possible_is_said(world: World) -> None:
    async with worker(world) as live:
        await live.to_the_end()
        said = await world.run("drop", "--generation", "7")
        assert said == {"stopped": "There is no generation 7.", "do": "There are: 1 (live)."}
        assert "is the one that is read" in (await world.run("drop", "--generation", "1"))["stopped"]
        assert "no generation to go back to" in (await world.run("rollback"))["stopped"]
        async with PostgresGenerations(live.pool).alone() as mine:
            assert mine
            assert "Another rebuild or verify" in (await world.run("rebuild"))["stopped"]
        connection = await asyncpg.connect(world.dsn)
        await connection.execute("UPDATE metrics.position SET next_offset = 10000000 WHERE partition = 3")
        await connection.close()
        said = await world.run("rebuild", "--switch")
        assert "this is not the log that was read before" in said["stopped"]
    assert await world.generations() == [(1, "live")]


async def test_a_log_that_nobody_can_read_for_long_stops_it(world: World) -> None:
    key = f"{world.tenant}/demo/cases/1".encode()
    await world.producer.send([Message(TOPIC, key, b"{")] * 7)
    said = await world.run("rebuild", PRIMED_DEAD_LETTERS_IN_A_ROW="5")
    assert "More than 5 records in a row could not be read in primed.case-events" in said["stopped"]
    assert "PRIMED_DEAD_LETTERS_IN_A_ROW" in said["do"]
