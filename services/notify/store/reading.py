"""What the API lists and shows, and what it changes without a decision: read marks and subscriptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from eventlog.postgres import Pool, Row, statements, transaction
from services.notify.domain.message import Message, Received
from services.notify.domain.overview import Place, Shown
from services.notify.domain.rule import Rule
from services.notify.domain.subscription import Subscription

SQL = statements("services.notify.store", "reading.sql")


class Reading:
    """Lists and pages."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def escalations(
        self,
        tenant: str,
        units: Sequence[str] | None,
        states: Sequence[str] | None,
        person: str | None,
        after: Place | None,
        limit: int,
    ) -> list[Shown]:
        """Exceptions of these units, and those about which `person` was asked, the newest first."""
        at, last = after or (None, None)
        asked = (tenant, units, states, at, last, person, limit)
        async with transaction(self._pool) as connection:
            return [_shown(row) for row in await connection.fetch(SQL["escalations"], *asked)]

    async def escalation(self, tenant: str, exception: str) -> Shown | None:
        """One exception."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["escalation"], tenant, exception)
        return _shown(row) if row else None

    async def inbox(
        self, tenant: str, person: str, after: Place | None, limit: int
    ) -> tuple[list[Received], int]:
        """The person's messages, the newest first, and how many are unread."""
        at, last = after or (None, None)
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["inbox"], tenant, person, at, last, limit)
            unread: int = await connection.fetchval(SQL["unread"], tenant, person)
        return [_received(row) for row in rows], unread

    async def mark_read(self, tenant: str, person: str, message: str, at: dt.datetime) -> bool:
        """Whether there was such a message in the person's inbox."""
        async with transaction(self._pool) as connection:
            return await connection.fetchval(SQL["mark_read"], tenant, person, message, at) is not None

    async def deliveries(
        self,
        tenant: str,
        units: Sequence[str] | None,
        exception: str | None,
        state: str | None,
        before: int | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Deliveries with every attempt, the newest first."""
        asked = (tenant, units, exception, state, before, limit)
        async with transaction(self._pool) as connection:
            return [dict(row) for row in await connection.fetch(SQL["deliveries"], *asked)]

    async def rules(self, tenant: str) -> list[tuple[Rule, int]]:
        """The rules that stand, with their versions."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["rules"], tenant)
        return [(msgspec.json.decode(row["body"], type=Rule), row["version"]) for row in rows]

    async def subscribe(self, tenant: str, new: Subscription) -> None:
        """Keep a subscription; the same id twice is one."""
        row = (new.id, new.url, new.events, new.unit, new.by, new.at)
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["subscribe"], tenant, *row)

    async def subscriptions(self, tenant: str, by: str | None) -> list[Subscription]:
        """Subscriptions of one subscriber, or of all."""
        async with transaction(self._pool) as connection:
            return [Subscription(**row) for row in await connection.fetch(SQL["subscriptions"], tenant, by)]

    async def subscription(self, tenant: str, by: str | None, which: str) -> Subscription | None:
        """One subscription."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["subscription"], tenant, by, which)
        return Subscription(**row) if row else None

    async def unsubscribe(self, tenant: str, which: str, why: str) -> None:
        """End a subscription; what waits for it is given up."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["unsubscribe"], tenant, which, why)
            await connection.execute(SQL["end_queue"], tenant, which)


def _shown(row: Row) -> Shown:
    rule = msgspec.json.decode(row["rule"], type=Rule) if row["rule"] else None
    return Shown(msgspec.json.decode(row["body"]), list(row["commitments"]), rule)


def _received(row: Row) -> Received:
    return Received(msgspec.json.decode(row["body"], type=Message), row["read_at"] is not None)
