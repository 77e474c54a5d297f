"""Joins the rooms of ingest; alone reads settings, the clock and new ids."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial

from fastapi import FastAPI

from eventlog.bulk import BulkProducer
from eventlog.migrations import connected
from eventlog.postgres import Pool, reachable
from runtime import process, telemetry
from runtime.auth import token_reader
from runtime.holidays import bank_holidays
from runtime.http import application
from runtime.kept_key import kept_key
from schemas.working_days import WorkingDays
from services.ingest.api import dead_letters, events, imports, mappings, people, quality, trying, types
from services.ingest.api.bodies import Room
from services.ingest.api.desk import Desk
from services.ingest.api.uploading import Receiver
from services.ingest.domain.cld.identity import hidden
from services.ingest.domain.edge import Edge
from services.ingest.domain.rules import NO_RULES, BadRules, Rules, parse
from services.ingest.formats import readers
from services.ingest.formats.opening import Unpacking, chunks, format_of
from services.ingest.formats.trying import Trials
from services.ingest.formats.twice import Twice
from services.ingest.settings import MIB, IngestSettings
from services.ingest.store.dead_letters import DeadLetters
from services.ingest.store.exported import ExportedItems
from services.ingest.store.exports import ExportBook
from services.ingest.store.mappings import Mappings, usual_steps
from services.ingest.store.organisation import Organisation
from services.ingest.store.pseudonyms import Pseudonyms
from services.ingest.store.quality import QualityBook
from services.ingest.store.replays import Replays
from services.ingest.store.spool import Spool
from services.ingest.stream import ImportRunner, Upload

TURN_S = 0.001
"""So long a thread that reads a file may keep others waiting: five times less than Python's own, since each
answer of Kafka, and each request, else waits that long for its turn."""


def now() -> dt.datetime:
    """The clock of ingest."""
    return dt.datetime.now(dt.UTC)


class Rooms:
    """Everything of the service, made once and joined."""

    def __init__(self, settings: IngestSettings, producer: BulkProducer, pool: Pool) -> None:
        self.settings, self.producer, self.pool = settings, producer, pool
        self.edge = Edge(settings.zones, rules(settings))
        self.book = ExportBook(pool, now, settings.import_rejects)
        self.mappings = Mappings(pool, now)
        self.unpacking = Unpacking(settings.import_unpacked_mib * MIB, settings.import_ratio)
        self.spool = Spool(
            settings.home / "imports",
            each_bytes=settings.import_limit_mib * MIB,
            all_bytes=settings.import_folder_mib * MIB,
        )
        self.key = kept_key(settings.persons_key, settings.keys, "persons.key")
        self.people = Pseudonyms(pool, now, lambda: secrets.token_hex(16))
        self.readers = readers(self.key)
        self.organisation = Organisation(settings.kafka_bootstrap)
        self.exported = ExportedItems(pool, time.monotonic)
        self.runner = ImportRunner(
            self.book,
            producer,
            place=settings.place,
            small_bytes=settings.import_small_mib * MIB,
            edge=self.edge,
            readers=self.readers,
            opened=self.opened,
            dropped=self.spool.drop,
            trees=self.organisation,
            exported=self.exported,
            people=self.people,
        )

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[Upload]:
        """An upload's unpacked bytes."""
        with self.spool.open(name) as file:

            def begin() -> Iterator[bytes]:
                file.seek(0)
                return chunks(file, self.unpacking)

            yield Upload(Twice(begin), file.tell)

    def receiver(self) -> Receiver:
        """Takes uploads in."""
        return Receiver(
            uploads=self.spool,
            mappings=self.mappings,
            formats=self.readers.keys(),
            chunks=lambda file: chunks(file, self.unpacking),
            format_of=format_of,
            new_id=lambda: uuid.uuid4().hex,
            clock=now,
            place=self.settings.place,
        )

    def trials(self) -> Trials:
        """Tries mappings on files. People are named under a key of its own, for nothing of it is kept."""
        unpacking = Unpacking(self.settings.bodies_limit_bytes, self.settings.import_ratio)
        return Trials(readers(secrets.token_bytes(32)), unpacking, usual_steps())

    def application(self) -> FastAPI:
        """The HTTP surface, with its checks."""
        settings = self.settings
        room = Room(settings.bodies_limit_bytes)
        limits = events.Limits(
            settings.event_limit_bytes, settings.batch_limit_bytes, settings.batch_limit_events
        )
        desk = Desk(self.book, self.spool, self.receiver(), now, self.runner.call)
        letters = DeadLetters(settings.kafka_bootstrap)
        office = dead_letters.Office(letters, Replays(self.pool), self.producer, self.edge, room, now)
        return application(
            "ingest",
            token_reader(settings),
            [
                events.router(self.producer, self.edge, limits, room, self.exported),
                imports.router(desk),
                mappings.router(self.mappings, room),
                trying.router(self.mappings, self.trials(), room),
                types.router(),
                quality.router(QualityBook(self.pool), now),
                people.router(self.people, partial(hidden, self.key, "person"), now),
                dead_letters.router(office),
            ],
            checks={"kafka": self.producer.reachable, "postgres": lambda: reachable(self.pool)},
            streamed=("/v1/events", "/v1/imports", "/v1/imports/", "/v1/mappings/"),
            direct=("/v1/events",),
            body_limit=settings.body_limit_bytes,
        )


def rules(settings: IngestSettings) -> Rules:
    """The council's own dated rules; raises `BadRules`, also for a file that is not there."""
    if settings.due_rules_file is None:
        return NO_RULES
    calendar = WorkingDays(bank_holidays(settings.bank_holidays, now()))
    try:
        return parse(settings.due_rules_file.read_text(encoding="utf-8"), calendar)
    except (OSError, UnicodeDecodeError, BadRules) as error:
        raise BadRules(
            f"{settings.due_rules_file} cannot be used as PRIMED_DUE_RULES_FILE: {error}"
        ) from error


async def main() -> int:
    """Serve until told to stop."""
    settings = IngestSettings()
    telemetry.configure("ingest", settings.log_level)
    sys.setswitchinterval(TURN_S)
    async with AsyncExitStack() as stack:
        producer = BulkProducer(settings.kafka_bootstrap, timeout_s=settings.kafka_timeout_s)
        stack.push_async_callback(producer.close)
        pool = await connected(settings.postgres_dsn, "ingest")
        stack.push_async_callback(pool.close)
        rooms = Rooms(settings, producer, pool)
        rooms.spool.open_folder(await rooms.book.unfinished(settings.place))
        parts: list[process.Part] = [rooms.organisation.follower, rooms.runner]
        return await process.serve(rooms.application(), parts, settings.bind, settings.port_base + 1)


if __name__ == "__main__":
    process.run(main)
