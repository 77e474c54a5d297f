"""A switch and what may befall it: killed inside, a worker frozen over it; who listens hears on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import psutil
import pytest

from tests.asking import eventually
from tests.casebook import council
from tests.integration.metrics import test_process
from tests.integration.metrics.test_process import Process, World
from tests.integration.metrics.test_said import UNITS, figures, listen, quiet
from tests.rebuilding import World as Rebuilding

world = test_process.world

pytestmark = [pytest.mark.real, pytest.mark.faults, pytest.mark.timeout(400)]

FIGURE = f"{UNITS[0]}/received/month/2026-04"
TOO_MUCH = 7
PATIENCE_S = 90.0


@contextlib.asynccontextmanager
async def owner(world: World) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(world.dsn, server_settings={"search_path": "metrics"})
    try:
        yield connection
    finally:
        await connection.close()


async def falsify(world: World) -> None:
    """Let the ledger that is read say too much, as if an earlier release had counted wrongly."""
    async with owner(world) as connection:
        done = await connection.execute(
            """WITH one AS (
                SELECT month.ctid, month.tableoid FROM month JOIN word ON word.id = account
                WHERE text = 'received' AND month = '2026-04-01' AND amount > 0 LIMIT 1
            ), more AS (
                UPDATE month SET amount = amount + $1, amounts[1] = amounts[1] + $1
                FROM one WHERE month.ctid = one.ctid AND month.tableoid = one.tableoid
                RETURNING tenant, team, account
            )
            INSERT INTO mark (tenant, team, account, since)
            SELECT tenant, team, account, '2026-04-01' FROM more""",
            TOO_MUCH,
        )
    assert done == "INSERT 0 1"


async def killed_inside_the_switch(world: World) -> None:
    """Kill a rebuild when its switch has changed which generation is live, and is not committed."""
    own = {"PRIMED_KAFKA_BOOTSTRAP": world.stack.bootstrap, "PRIMED_POSTGRES_DSN": world.dsn}
    command = [sys.executable, "-m", "services.metrics.rebuilding", "rebuild", "--switch", "--workers", "1"]
    async with owner(world) as holding, owner(world) as watching:
        async with holding.transaction():
            await holding.execute("LOCK TABLE mark IN SHARE ROW EXCLUSIVE MODE")
            child = subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
            waiting = 0
            while not waiting:
                assert child.poll() is None, "it ended before it could be killed"
                await asyncio.sleep(0.1)
                waiting = await watching.fetchval(
                    """SELECT count(*) FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO mark%DISTINCT%'
                        AND datname = current_database()"""
                )
            for one in [*psutil.Process(child.pid).children(recursive=True), psutil.Process(child.pid)]:
                one.kill()
            child.wait()
        states = await watching.fetch("SELECT state FROM generation ORDER BY id")
    assert [row["state"] for row in states] == ["live", "building"]


@contextlib.contextmanager
def frozen(process: Process) -> Iterator[None]:
    """Stop the worker where it stands."""
    assert process.child is not None
    process.child.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.child.send_signal(signal.SIGCONT)


async def test_what_a_switch_changes_is_told_and_who_listens_hears_on(world: World) -> None:
    events, rebuilding = (
        council(60, seed=31),
        Rebuilding(world.stack, world.dsn, world.producer, world.tenant),
    )
    heard: dict[str, dict[str, Any]] = {}
    ids: list[int] = []

    def value() -> int:
        return int(heard[FIGURE]["data"]["data"]["value"]) if FIGURE in heard else -1

    async def until_told(right: int) -> None:
        await asyncio.to_thread(eventually, value, lambda found: found == right, PATIENCE_S)

    world.process.start()
    await world.process.ready()
    listening = asyncio.create_task(listen(world, heard, ids))
    try:
        await world.tell(events[:150])
        await world.until_dumped(events[:150], PATIENCE_S)
        await quiet(ids)
        right = value()
        assert right > 0
        await falsify(world)
        await until_told(right + TOO_MUCH)
        await killed_inside_the_switch(world)
        assert value() == right + TOO_MUCH
        with frozen(world.process):
            assert (await rebuilding.run("rebuild", "--switch"))["result"]["generation"] == 2
        await until_told(right)
        await world.tell(events[150:])
        await world.until_dumped(events, PATIENCE_S)
        assert (await rebuilding.run("rollback"))["result"] == {"generation": 1, "live": True}
        await world.until_dumped(events, PATIENCE_S)
        assert not (await rebuilding.run("verify"))["result"]["equal"], "the one gone back to was falsified"
        assert (await rebuilding.run("rebuild", "--switch"))["result"] == {"generation": 3, "live": True}
        await quiet(ids)
        await all_is_said(world, heard)
        assert not listening.done()
    finally:
        listening.cancel()


async def all_is_said(world: World, heard: dict[str, dict[str, Any]]) -> None:
    """Every figure that is not what was heard last would be one that nobody told."""
    periods = sorted({subject.rsplit("/", 1)[1] for subject in heard})
    for subject, value in (await figures(world, periods)).items():
        said = heard.get(subject)
        assert (said["data"]["data"]["value"] == value) if said else not value, subject
