"""A process with a carriage over a ledger in Postgres, for tests that kill and freeze it.

Arguments: bootstrap, DSN, topic, group.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Mapping, Sequence

import asyncpg

from eventlog.carriage import Carriage
from eventlog.positions import after
from eventlog.records import PositionMoved, Record, TopicPartition

SCHEMA = """
CREATE TABLE position (topic text, partition int, next_offset bigint, PRIMARY KEY (topic, partition));
CREATE TABLE taken (topic text, partition int, place bigint, value bytea);
"""


class Ledger:
    """Effect and position in one transaction; nothing keeps doubles out, so that one would show."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def load(self, assigned: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        rows = await self._pool.fetch("SELECT * FROM position")
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def absorb(self, batch: Mapping[TopicPartition, Sequence[Record]]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            for place, records in sorted(batch.items()):
                await connection.execute(
                    "INSERT INTO position VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", *place
                )
                at = await connection.fetchval(
                    "SELECT next_offset FROM position WHERE topic = $1 AND partition = $2 FOR UPDATE", *place
                )
                if records[0].offset != at:
                    raise PositionMoved(f"{place} stands at {at}, the batch begins at {records[0].offset}")
            rows = [(r.topic, r.partition, r.offset, r.value) for records in batch.values() for r in records]
            await connection.copy_records_to_table("taken", records=rows)
            await connection.executemany(
                "UPDATE position SET next_offset = $3 WHERE topic = $1 AND partition = $2",
                [(*place, offset) for place, offset in after(batch).items()],
            )


async def main(bootstrap: str, dsn: str, topic: str, group: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        ledger = Ledger(pool)
        carriage = Carriage(
            name="worker",
            group=group,
            bootstrap=bootstrap,
            topics=[topic],
            load_positions=ledger.load,
            absorb=ledger.absorb,
        )
        await carriage.start()
        await carriage.failed


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
