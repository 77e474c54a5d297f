"""The audit: equal where all is as the log gives it, and the first differences where anything is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from services.metrics.store.packing import pack, unpack
from tests.casebook import council, said
from tests.conftest import Stack
from tests.rebuilding import World, worker, world_of

pytestmark = pytest.mark.real


@pytest.fixture
async def world(stack: Stack, database: str) -> AsyncIterator[World]:
    """A live ledger with some history."""
    async with world_of(stack, database) as made:
        await made.tell(council(60, seed=21))
        await made.tell([said("received", "known", 3, 1, team="north", kind="review")])
        async with worker(made) as live:
            await live.to_the_end()
        yield made


async def tampered(world: World, sql: str, *arguments: Any) -> None:
    connection = await asyncpg.connect(world.dsn, server_settings={"search_path": "metrics"})
    done = await connection.execute(sql, *arguments)
    await connection.close()
    assert not done.endswith(" 0"), "nothing was tampered with"


async def verdict(world: World, *words: str) -> dict[str, Any]:
    """What an audit says; it leaves with 1 when something differs."""
    result: dict[str, Any] = (await world.run("verify", *words))["result"]
    return result


def sentences(found: dict[str, Any]) -> list[str]:
    return [one["said"] for one in found["differences"]]


async def test_a_ledger_that_is_what_the_log_gives_is_equal(world: World) -> None:
    found = await verdict(world)
    assert found["equal"]
    assert found["said"].startswith("equal: generation 1 holds what ")
    assert found["differences"] == []
    assert "There is no generation 7." in (await world.run("verify", "--generation", "7"))["stopped"]


async def test_a_line_that_was_changed_is_shown_as_it_stands_and_as_it_should(world: World) -> None:
    connection = await asyncpg.connect(world.dsn, server_settings={"search_path": "metrics"})
    rows = await connection.fetch("SELECT id, body FROM journal")
    number = await connection.fetchval(
        """SELECT no FROM item JOIN word ON word.id = item.tenant
        WHERE subject = 'demo/cases/known' AND text = $1""",
        world.tenant,
    )
    word = await connection.fetchval("SELECT id FROM word WHERE text = 'received'")
    await connection.close()
    for row in rows:
        lines = unpack(row["body"])
        mine = (lines.item == number) & (lines.account == word)
        if mine.any():
            lines.amount[mine] = 5
            await tampered(world, "UPDATE journal SET body = $2 WHERE id = $1", row["id"], pack(lines))
    found = await verdict(world)
    assert not found["equal"]
    (only,) = found["differences"]
    assert only["stands"].startswith('{"account":"received","amount":5,"day":"2026-04-04","detail":{},')
    assert only["gives"] == only["stands"].replace('"amount":5', '"amount":1')
    assert only["said"].startswith(
        f"A line is wrong: received of team north on 2026-04-04, {world.tenant}, by the event at "
    )
    assert only["said"].endswith(": amount is 5 and should be 1.")


async def test_a_balance_that_was_changed_is_found(world: World) -> None:
    await tampered(
        world,
        """UPDATE month SET amount = amount + 1, amounts[1] = amounts[1] + 1 FROM word
        WHERE word.id = month.account AND word.text = 'completed'""",
    )
    found = await verdict(world)
    assert not found["equal"]
    assert any(line.startswith("The sums of completed of team ") for line in sentences(found))


async def test_items_and_faults_that_were_changed_are_found(world: World) -> None:
    await tampered(world, "UPDATE item SET state = 'completed' WHERE subject = 'demo/cases/known'")
    await tampered(world, "DELETE FROM fault WHERE partition = (SELECT min(partition) FROM fault)")
    found = await verdict(world)
    assert not found["equal"]
    assert any("items first heard of from offset 0 on" in line for line in sentences(found))
    assert any("the faults of its events" in line for line in sentences(found))


async def test_what_is_rebuilt_may_be_audited_before_it_is_read(world: World) -> None:
    made = (await world.run("rebuild"))["result"]["generation"]
    assert (await verdict(world, "--generation", str(made)))["equal"]
    await tampered(world, f"DELETE FROM chunk_{made} WHERE ctid = (SELECT min(ctid) FROM chunk_{made})")
    found = await verdict(world, "--generation", str(made))
    assert not found["equal"]
    assert all(line.startswith("A line is missing: ") for line in sentences(found))
    assert all(one["gives"] and one["stands"] is None for one in found["differences"])
    assert (await verdict(world))["equal"], "the live one is as it was"


async def test_an_opening_that_was_changed_is_found(world: World) -> None:
    made = (await world.run("rebuild", "--switch"))["result"]["generation"]
    connection = await asyncpg.connect(world.dsn, server_settings={"search_path": "metrics"})
    row = await connection.fetchrow(
        """SELECT opening.* FROM opening JOIN word ON word.id = opening.team
        WHERE text = 'north' AND length(body) > 200 AND tenant = (SELECT id FROM word WHERE text = $1)
        ORDER BY account, begins DESC LIMIT 1""",
        world.tenant,
    )
    account = await connection.fetchval("SELECT text FROM word WHERE id = $1", row["account"])
    await connection.close()
    lines = unpack(row["body"])
    await tampered(
        world,
        f"""UPDATE opening_{made} SET body = $4
        WHERE account = $1 AND team = $2 AND begins = $3 AND tenant = $5""",
        *(row[name] for name in ("account", "team", "begins")),
        pack(lines.of(slice(1, None))),
        row["tenant"],
    )
    stood = int(lines.amount.sum())
    found = await verdict(world)
    assert sentences(found) == [
        f"The opening of {account} of team north on {row['begins']}, {world.tenant}, is "
        f"{stood - int(lines.amount[0])} and should be {stood}: it is not what the settled lines before "
        "that day come to."
    ]


async def test_a_feed_that_was_changed_is_found(world: World) -> None:
    await tampered(
        world,
        """UPDATE feed SET last_day = '2026-01-01'
        FROM word WHERE word.id = feed.tenant AND word.text = $1""",
        world.tenant,
    )
    (said,) = sentences(await verdict(world))
    assert said.startswith(f"Feed demo/cases, {world.tenant}: ")
    assert "newest day 2026-01-01 is noted; the log says " in said


async def test_an_audit_does_not_mind_events_that_come_meanwhile(world: World) -> None:
    events = council(40, seed=22)
    async with worker(world) as live:

        async def feed() -> None:
            for start in range(0, len(events), 20):
                await world.tell(events[start : start + 20])
                await live.to_the_end()

        feeding = asyncio.create_task(feed())
        found = [await verdict(world) for _ in range(2)]
        await feeding
    assert [one["said"][:5] for one in found] == ["equal", "equal"]
