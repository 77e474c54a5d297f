"""What is on its way: claimed for a while, and recorded after it was sent."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

import msgspec

from eventlog.postgres import Pool, Row, statements, transaction
from services.notify.domain.delivery import (
    After,
    Channel,
    Delivered,
    Delivery,
    Gone,
    Hopeless,
    Outcome,
    Postponed,
)
from services.notify.domain.message import Message, Notice

SQL = statements("services.notify.store", "deliveries.sql")


class Deliveries:
    """The queue of deliveries, the inbox, and where subscribers listen."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(
        self, channel: Channel, now: dt.datetime, until: dt.datetime, most: int
    ) -> list[Delivery]:
        """Take what is due; nobody else takes it before `until`."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["claim"], channel, now, until, most)
        return [_delivery(row) for row in rows]

    async def record(self, delivery: Delivery, outcome: Outcome, after: After, at: dt.datetime) -> None:
        """Keep the attempt and what follows from it; a receiver that is gone is not written to again."""
        key, number = (delivery.tenant, delivery.id), delivery.attempts + 1
        async with transaction(self._pool) as connection:
            result = _result(outcome)
            await connection.execute(SQL["record_attempt"], *key, number, at, result, outcome.detail)
            await connection.execute(SQL["settle"], *key, after.state, number, after.next_at)
            if isinstance(outcome, Gone):
                receiver = (delivery.tenant, delivery.receiver)
                await connection.execute(SQL["disable"], *receiver, outcome.detail)
                await connection.execute(SQL["give_up_queue"], *receiver)

    async def put(self, tenant: str, message: Message) -> None:
        """Lay a message into its person's inbox; the same one twice is one."""
        body = msgspec.json.encode(message).decode()
        key = (tenant, message.id, message.person)
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["put_into_inbox"], *key, message.at, body)

    async def address(self, tenant: str, subscription: str) -> str | None:
        """Where a subscriber listens; None when the subscription is no more."""
        async with transaction(self._pool) as connection:
            url: str | None = await connection.fetchval(SQL["address"], tenant, subscription)
        return url

    async def queue_trial(self, delivery: Delivery, until: dt.datetime) -> None:
        """A delivery that is being sent already, to try a subscription."""
        content = msgspec.json.encode(delivery.content).decode()
        key = (delivery.tenant, delivery.id, delivery.receiver, delivery.content.escalation)
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["queue_trial"], *key, None, content, delivery.created, until)


def _delivery(row: Row) -> Delivery:
    kind: type[Message] | type[Notice] = Notice if row["channel"] == "webhook" else Message
    return Delivery(
        tenant=row["tenant"],
        id=row["id"],
        channel=row["channel"],
        receiver=row["receiver"],
        content=msgspec.json.decode(row["content"], type=kind),
        attempts=row["attempts"],
        created=row["created"],
    )


def _result(outcome: Outcome) -> str:
    match outcome:
        case Delivered():
            return "delivered"
        case Postponed():
            return "postponed"
        case Hopeless():
            return "hopeless"
        case Gone():
            return "gone"
        case _:
            assert_never(outcome)
