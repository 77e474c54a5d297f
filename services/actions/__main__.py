"""Joins the rooms of actions; alone reads settings, the clock and new ids."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import AsyncExitStack
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from eventlog.carriage import Carriage
from eventlog.kafka import KafkaProducer
from eventlog.migrations import connected
from eventlog.outbox import Relay
from eventlog.postgres import Pool, reachable
from runtime import process, telemetry
from runtime.auth import token_reader
from runtime.http import application
from runtime.staff import Directory
from services.actions.api import calendar, commitments, history, meetings, purposes, targets
from services.actions.api.desk import Desk
from services.actions.settings import ActionsSettings
from services.actions.store.books import PostgresBooks
from services.actions.store.shelf import PostgresShelf
from services.actions.stream import ESCALATIONS, SERVICE, Escalations, Organisation, to_message

ROUTED = (purposes, targets, meetings, commitments, history, calendar)
PORT = 3
"""Above the port base."""


class Rooms:
    """Everything of the service, made once and joined."""

    def __init__(self, settings: ActionsSettings, producer: KafkaProducer, pool: Pool) -> None:
        self.settings, self.producer, self.pool = settings, producer, pool
        self.zone = ZoneInfo(settings.zone)
        self.books = PostgresBooks(pool)
        self.organisation = Organisation(settings.kafka_bootstrap)
        self.relay = Relay(pool, producer, to_message)
        self.carriage = Carriage(
            name=SERVICE,
            group="primed-actions",
            bootstrap=settings.kafka_bootstrap,
            topics=[ESCALATIONS],
            load_positions=self.books.positions,
            absorb=Escalations(self.books, producer).absorb,
        )

    def now(self) -> dt.datetime:
        """The council's local time, in whole milliseconds, as events write it."""
        moment = dt.datetime.now(self.zone)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def application(self) -> FastAPI:
        """The HTTP surface, with its checks."""
        directory = Directory(self.settings.staff_file)
        desk = Desk(
            books=self.books,
            shelf=PostgresShelf(self.pool),
            tree=self.organisation.tree,
            staff=directory.people,
            now=self.now,
            new_id=lambda noun: f"{noun[0]}-{secrets.token_hex(8)}",
        )
        return application(
            SERVICE,
            token_reader(self.settings),
            [each.router(desk) for each in ROUTED],
            checks={
                "postgres": lambda: reachable(self.pool),
                "kafka": self.producer.reachable,
                "organisation": self.organisation.follower.well,
                "escalations": self.carriage.well,
                "outbox": self.relay.well,
            },
            body_limit=self.settings.body_limit_bytes,
        )


async def main() -> int:
    """Serve until told to stop."""
    settings = ActionsSettings()
    telemetry.configure(SERVICE, settings.log_level)
    async with AsyncExitStack() as stack:
        producer = await KafkaProducer.start(settings.kafka_bootstrap, timeout_s=settings.kafka_timeout_s)
        stack.push_async_callback(producer.close)
        pool = await connected(settings.postgres_dsn, SERVICE, max_size=settings.database_connections)
        stack.push_async_callback(pool.close)
        rooms = Rooms(settings, producer, pool)
        parts: list[process.Part] = [rooms.organisation.follower, rooms.carriage, rooms.relay]
        return await process.serve(rooms.application(), parts, settings.bind, settings.port_base + PORT)


if __name__ == "__main__":
    process.run(main)
