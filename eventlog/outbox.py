"""The relay: tells the log what the event store holds, in order, at least once, skipping no late commit.

A reader of "position > last" loses events whose transaction began earlier and committed later. So the order
is (transaction, position), and only what is older than every open transaction is read:
`xid < pg_snapshot_xmin`.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from eventlog.event_store import StoredEvent, stored
from eventlog.kafka import Producer
from eventlog.postgres import CONNECT_TIMEOUT_S, Connection, Pool, Row, is_away, statements
from eventlog.records import LogUnavailable, Message

BATCH = 500
SHORTEST_WAIT_S = 0.005
LONGEST_WAIT_S = 0.2
TRY_AGAIN_S = 1.0
"""After an outage, or when another process holds the relay."""

FINISH_S = 2.0
COMMANDS_KEPT = dt.timedelta(days=30)
HOUSEKEEPING_S = 3600.0

log = structlog.get_logger("eventlog.outbox")


class RelayLost(Exception):
    """The relay's place lies in the future of this database: it was restored without its transaction ids.

    Set the relay's row to ('0', 0) to tell everything again; readers know events by their identity.
    """


class Relay:
    """One relay for one event store; of several processes, the one with the advisory lock works."""

    name = "relay"

    def __init__(
        self,
        pool: Pool,
        producer: Producer,
        to_message: Callable[[StoredEvent], Message],
        *,
        name: str = "outbox",
    ) -> None:
        self._pool = pool
        self._producer = producer
        self._to_message = to_message
        self._relay = name
        self._sql = statements("eventlog", "event_store_statements.sql")
        self._running: asyncio.Task[None] | None = None
        self._leaving = asyncio.Event()
        self._tidied_at = float("-inf")
        self._trouble: str | None = "The relay has not started yet."
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.leading = False

    async def start(self) -> None:
        """Begin telling in the background."""
        self._running = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Finish the batch under way, so that it need not be told twice; then leave."""
        self._leaving.set()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=FINISH_S)
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def behind(self) -> tuple[int, float]:
        """How many events are not told yet, and for how many seconds the oldest has waited."""
        async with self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
            row = await connection.fetchrow(self._sql["behind"], self._relay)
        return (row["events"], row["seconds"] or 0.0) if row else (0, 0.0)

    async def well(self) -> str | None:
        """A check for /readyz: None, or what keeps events from being told."""
        return self._trouble

    async def _run(self) -> None:
        try:
            while not self._leaving.is_set():
                await self._try()
                await self._pause(TRY_AGAIN_S)
        except Exception as error:  # noqa: BLE001 - whatever stops the relay must stop the process, through `failed`
            self.failed.set_exception(error)

    async def _try(self) -> None:
        """Lead for as long as Postgres and Kafka let us; an outage of either is waited out."""
        try:
            async with self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
                if await connection.fetchval(self._sql["lock_relay"], self._relay):
                    await self._lead(connection)
                self._trouble = None
        except LogUnavailable as error:
            self._say(f"Events wait because the log is away: {error}")
        except Exception as error:
            if not is_away(error):
                raise
            self._say(f"Events wait because Postgres is away ({type(error).__name__}).")
        finally:
            self.leading = False

    async def _lead(self, connection: Connection) -> None:
        await connection.execute(self._sql["begin_relay"], self._relay)
        cursor = await connection.fetchrow(self._sql["cursor"], self._relay)
        assert cursor is not None
        if cursor["lost"]:
            raise RelayLost(RelayLost.__doc__)
        place: tuple[str, int] = (cursor["xid_text"], cursor["pos"])
        self.leading, wait = True, SHORTEST_WAIT_S
        while not self._leaving.is_set():
            rows = await connection.fetch(self._sql["unsent"], *place, BATCH)
            if rows:
                place, wait = await self._tell(connection, rows), SHORTEST_WAIT_S
            self._trouble = None
            if len(rows) < BATCH:
                await self._tidy(connection)
                await self._pause(wait)
                wait = min(LONGEST_WAIT_S, wait * 1.5)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._leaving.wait()

    async def _tell(self, connection: Connection, rows: Sequence[Row]) -> tuple[str, int]:
        """Send, then record: killed in between, the batch is sent again."""
        await self._producer.send([self._to_message(stored(row)) for row in rows])
        place = (rows[-1]["xid_text"], rows[-1]["pos"])
        await connection.execute(self._sql["sent"], self._relay, *place)
        return place

    async def _tidy(self, connection: Connection) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tidied_at > HOUSEKEEPING_S:
            self._tidied_at = now
            await connection.execute(self._sql["forget_commands"], COMMANDS_KEPT)

    def _say(self, trouble: str) -> None:
        if self._trouble != trouble:
            log.warning("relay-waits", why=trouble)
        self._trouble = trouble
