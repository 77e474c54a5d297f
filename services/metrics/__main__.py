"""Joins the rooms of metrics; alone reads settings and the clock."""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from eventlog.bulk import BulkProducer
from eventlog.carriage import Carriage
from eventlog.migrations import connected
from eventlog.postgres import Pool, reachable
from runtime import process, telemetry
from runtime.auth import token_reader
from runtime.holidays import bank_holidays
from runtime.http import application
from schemas.working_days import WorkingDays
from services.metrics.answers.asking import Sources
from services.metrics.answers.restatements import Past
from services.metrics.api import restatements, routers, stream
from services.metrics.api.desk import Desk
from services.metrics.closing import Closer
from services.metrics.domain.closing import Calendar
from services.metrics.domain.measures import Catalogue
from services.metrics.domain.spc import Rules
from services.metrics.domain.taking import Taken
from services.metrics.explaining import RestatementHerald
from services.metrics.feeding import FeedHerald
from services.metrics.letters import LetterCarrier
from services.metrics.live import Live
from services.metrics.publisher import Duty, Publisher
from services.metrics.restating import Restater
from services.metrics.settings import MetricsSettings
from services.metrics.settling import Settler
from services.metrics.store.catalogue import load
from services.metrics.store.given import PostgresGiven
from services.metrics.store.graves import PostgresGraves
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.settling import PostgresShelves
from services.metrics.store.snapshots import PostgresReadings
from services.metrics.store.telling import PostgresNotebook
from services.metrics.store.words import Words
from services.metrics.stream import TOPICS, Absorber, Agreements, FreshnessNote, Organisation
from services.metrics.stream import last_sent as read_tail
from services.metrics.telling import Teller
from services.metrics.watching import Watch

PORT, SECOND_WORKER = 2, 22
"""Above the port base: worker 1, and worker 2 with the others after it."""

FAR_BEHIND = 2_000
"""Records of lag from which on figures are told less often."""

GARBAGE_AFTER = 1_000_000
"""A batch makes very many objects and no cycles: looking for them each 700 takes a sixth of the time."""

TURN_S = 0.001
"""So soon a thread that settles hands over: a round of telling awaits forty answers, 5 ms each are long."""


class Rooms:
    """Everything of the service, made once and joined."""

    def __init__(
        self, settings: MetricsSettings, measures: Catalogue, producer: BulkProducer, pool: Pool
    ) -> None:
        self.settings, self.producer, self.pool = settings, producer, pool
        self.zone, words = ZoneInfo(settings.zone), Words(pool)
        self.ledger = PostgresLedger(pool, words, settings.items_remembered)
        self.organisation = Organisation(settings.kafka_bootstrap, self.ledger)
        readings, since = PostgresReadings(pool, words), settings.feed_complete_from
        self.watch = Watch(readings, lambda: self.organisation.tenants, since, self.today)
        rules = Rules.nhse() if settings.spc == "nhse" else Rules()
        self.agreements = Agreements(settings.kafka_bootstrap, self.agreed)
        told = self.organisation.tree, rules, self.watch.complete, self.agreements.aims
        self.sources = Sources(readings, measures, *told)
        self.calendar = Calendar(self.zone, WorkingDays(bank_holidays(settings.bank_holidays, self.now())))
        self.given, notebook = PostgresGiven(pool), PostgresNotebook(pool)
        self.live = Live(notebook)
        self.letters = LetterCarrier(PostgresGraves(pool), producer)
        self.publisher = Publisher(
            notebook.leading,
            lambda: Teller(notebook, self.sources, producer, Restater(self.given)),
            self.last_sent,
            self.now,
            settings.tell_every_ms / 1000,
            self.live.call,
            self.far_behind,
            self.duties,
        )
        pace = settings.settle_lines, settings.settle_every_s
        self.settler = Settler(PostgresShelves(pool), self.now, *pace, self.far_behind)
        self.absorber = Absorber(self.ledger, settings.dead_letters_in_a_row, self.absorbed)
        self.carriage = Carriage(
            name="metrics",
            group="primed-metrics",
            bootstrap=settings.kafka_bootstrap,
            topics=TOPICS,
            load_positions=self.absorber.load_positions,
            absorb=self.absorber.absorb,
            max_records=settings.batch_records,
        )
        self.freshness = FreshnessNote(self.carriage, self.absorber, self.ledger, self.now)

    def now(self) -> dt.datetime:
        """The council's local time."""
        return dt.datetime.now(self.zone)

    def far_behind(self) -> bool:
        """Whether there is much that the ledger has not taken in yet."""
        return sum(self.carriage.lag().values()) > FAR_BEHIND

    def today(self) -> dt.date:
        """The council's day."""
        return self.now().date()

    def duties(self, teller: Teller) -> Sequence[Duty]:
        """What the one who tells looks after besides: feeds, figures to give, those changed since."""
        return (
            FeedHerald(self.sources, teller, self.settings.feed_cadences),
            RestatementHerald(self.sources, self.past, teller),
            Closer(self.sources, self.given, self.calendar, self.organisation.tree_known, teller),
        )

    @property
    def past(self) -> Past:
        """What is needed to look back."""
        return Past(self.given, self.organisation.tree_known)

    def absorbed(self, taken: Taken) -> None:
        """A batch is in the ledger: whoever passes it on may begin."""
        if taken.lines:
            self.publisher.call()
        if taken.refused:
            self.letters.call()

    def agreed(self) -> None:
        """Another target holds: the figures that it is about are looked at."""
        self.publisher.call()

    async def last_sent(self) -> Mapping[bytes, int]:
        """What the topic of metric events holds."""
        return await read_tail(self.settings.kafka_bootstrap)

    @property
    def parts(self) -> Sequence[process.Part]:
        """What runs beside HTTP, in the order of starting."""
        followers = self.organisation.follower, self.agreements.follower
        told: list[process.Part] = [self.letters, self.publisher, self.live]
        return [*followers, self.watch, self.carriage, self.freshness, *told, self.settler]

    def application(self) -> FastAPI:
        """The HTTP surface, with its checks."""
        desk = Desk(self.sources, self.now, self.zone, self.settings.feed_cadences, self.watch.health)
        return application(
            "metrics",
            token_reader(self.settings),
            [*routers(desk), restatements.router(desk, self.past), stream.router(desk, self.live)],
            checks={
                "postgres": lambda: reachable(self.pool),
                "kafka": self.carriage.well,
                "ledger": self.absorber.well,
                "organisation": self.organisation.follower.well,
                "agreements": self.agreements.follower.well,
                "telling": self.publisher.well,
                "settling": self.settler.well,
            },
            body_limit=self.settings.body_limit_bytes,
        )


async def main(worker: int) -> int:
    """Serve until told to stop."""
    settings = MetricsSettings()
    telemetry.configure("metrics", settings.log_level)
    gc.set_threshold(GARBAGE_AFTER, 20, 50)
    sys.setswitchinterval(TURN_S)
    measures = load(settings.measures_file)  # first of all: what is wrong with it is said at once
    async with AsyncExitStack() as stack:
        producer = BulkProducer(settings.kafka_bootstrap, timeout_s=settings.kafka_timeout_s)
        stack.push_async_callback(producer.close)
        pool = await connected(settings.postgres_dsn, "metrics", max_size=settings.database_connections)
        stack.push_async_callback(pool.close)
        rooms = Rooms(settings, measures, producer, pool)
        await rooms.ledger.prepare()
        port = settings.port_base + (PORT if worker == 1 else SECOND_WORKER + worker - 2)
        return await process.serve(rooms.application(), rooms.parts, settings.bind, port)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m services.metrics")
    parser.add_argument("--worker", type=int, default=1, help="Number of this worker, from 1.")
    chosen: int = parser.parse_args().worker
    process.run(lambda: main(chosen))
