"""A rebuild in the hands of a test: the session's log, a database of its own, a worker beside it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from eventlog.kafka import KafkaProducer
from eventlog.postgres import Pool, connect
from eventlog.records import Message, PositionMoved
from eventlog.stretches import Stretches, stretches
from services.metrics.store.ledger import PostgresLedger
from services.metrics.stream import TOPICS, Absorber
from tests.casebook import TOPIC, table
from tests.conftest import Stack
from tests.ledgerbook import everything
from tests.patience import PATIENCE_S


@dataclass
class World:
    """A log that the session shares, and a database of this test's own."""

    stack: Stack
    dsn: str
    producer: KafkaProducer
    tenant: str

    async def tell(self, events: Iterable[dict[str, Any]]) -> None:
        said = ({**event, "tenant": self.tenant} for event in events)
        await self.producer.send(
            [
                Message(TOPIC, f"{self.tenant}/{one['subject']}".encode(), json.dumps(one).encode())
                for one in said
            ]
        )

    async def run(self, *words: str, dsn: str = "", **environment: str) -> dict[str, Any]:
        """One run of the rebuild; answers with its last words."""
        own = {"PRIMED_KAFKA_BOOTSTRAP": self.stack.bootstrap, "PRIMED_POSTGRES_DSN": dsn or self.dsn}
        command = [sys.executable, "-m", "services.metrics.rebuilding", *words, "--workers", "1"]
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            check=False,
            env={**os.environ, **own, **environment},
            capture_output=True,
            text=True,
        )
        said = [json.loads(line) for line in done.stdout.splitlines()]
        assert said, done.stderr
        good = said[-1].get("result", {}).get("equal", "result" in said[-1])
        assert done.returncode == (0 if good else 1), done.stderr
        last: dict[str, Any] = said[-1]
        return last

    async def generations(self) -> list[tuple[int, str]]:
        return [(one[0], one[1]) for one in await table(self.dsn, "generation", "id, state")]


@asynccontextmanager
async def world_of(stack: Stack, dsn: str) -> AsyncIterator[World]:
    """A world with a tenant of its own in the session's log."""
    producer = await KafkaProducer.start(stack.bootstrap, timeout_s=PATIENCE_S)
    try:
        yield World(stack, dsn, producer, stack.new_name("council"))
    finally:
        await producer.close()


@dataclass
class Worker:
    """What a worker of metrics does with the log, in our hands."""

    pool: Pool
    log: Stretches
    ledger: PostgresLedger
    absorber: Absorber

    async def to_the_end(self) -> None:
        """Absorb all that is there; a moved position is asked for again, as the carriage does."""
        ends = {place: bound.end for place, bound in (await self.log.bounds(TOPICS)).items()}
        while True:
            stand = await self.absorber.load_positions(list(ends))
            wanted = {place: (stand[place], end) for place, end in ends.items() if stand[place] < end}
            if not wanted:
                return
            try:
                async for batch in self.log.read(wanted, 300):
                    await self.absorber.absorb(batch)
            except PositionMoved:
                continue


@asynccontextmanager
async def worker(world: World) -> AsyncIterator[Worker]:
    pool = await connect(world.dsn, "metrics", max_size=4)
    try:
        async with stretches(world.stack.bootstrap) as log:
            ledger = PostgresLedger(pool)
            await ledger.prepare()
            yield Worker(pool, log, ledger, Absorber(ledger, 500, lambda taken: None))
    finally:
        await pool.close()


async def whole(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a ledger holds but the numbers of its generations."""
    found = await everything(dsn)
    columns = 'topic, partition, "offset", n, tenant, source, fault, day, amount'
    return found | {"fault": await table(dsn, "fault", columns)}
