"""Joins the rooms of notify; alone reads settings, the clock, chance and new ids."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from contextlib import AsyncExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import yaml
from fastapi import FastAPI

from eventlog.carriage import Carriage
from eventlog.following import Follower
from eventlog.kafka import KafkaProducer
from eventlog.migrations import connected
from eventlog.outbox import Relay
from eventlog.postgres import Pool, reachable
from runtime import process, telemetry
from runtime.auth import token_reader
from runtime.holidays import bank_holidays
from runtime.http import application
from runtime.staff import Directory, Person, StaffFileWrong
from services.notify.api import deliveries, escalations, inbox, rules, subscriptions, trials
from services.notify.api.office import Office
from services.notify.channels.email import Email, Post, Server
from services.notify.channels.inbox import Inbox
from services.notify.channels.key import webhook_key
from services.notify.channels.sender import LEASE, Sender, deliver
from services.notify.channels.webhook import Webhook
from services.notify.clock import Clock
from services.notify.domain.address import url_fault
from services.notify.domain.delivery import Delivery, Outcome
from services.notify.domain.message import Notice
from services.notify.domain.rule import Rule, faults
from services.notify.domain.scene import Scene
from services.notify.domain.subscription import TRIAL, secret
from services.notify.history import History
from services.notify.settings import NotifySettings
from services.notify.store.books import Books
from services.notify.store.deliveries import Deliveries
from services.notify.store.reading import Reading
from services.notify.stream import HEARD, ORGANISATION, Ear, Organisation, to_message

PORT = 4


class Rooms:
    """Everything of the service, made once and joined."""

    def __init__(self, settings: NotifySettings, producer: KafkaProducer, pool: Pool) -> None:
        self.settings, self.producer, self.pool = settings, producer, pool
        self.zone = ZoneInfo(settings.zone)
        self.hours = settings.hours(bank_holidays(settings.bank_holidays, self.now()))
        self.key = webhook_key(settings.webhook_key, settings.keys)
        self.directory = Directory(settings.staff_file)
        self.books = Books(pool, shipped(settings.rules_file))
        self.reading, self.queue = Reading(pool), Deliveries(pool)
        self.organisation = Organisation()
        self.follower = Follower(
            settings.kafka_bootstrap, [ORGANISATION], start="beginning", hear=self.organisation.hear
        )
        self.organisation.whole = self.follower.caught_up
        self.ear = Ear(self.books, producer, self.organisation, self.scene)
        self.carriage = Carriage(
            name="notify",
            group=settings.consumer_group,
            bootstrap=settings.kafka_bootstrap,
            topics=HEARD,
            load_positions=self.ear.positions,
            absorb=self.ear.absorb,
        )
        self.relay = Relay(pool, producer, to_message)
        self.webhook = Webhook(self.queue, self.secret, settings.allowed_networks, self.now)

    def now(self) -> dt.datetime:
        """The council's clock."""
        return dt.datetime.now(self.zone)

    def scene(self, tenant: str) -> Scene:
        """The world as it is now."""
        return Scene(self.organisation.tree(tenant), self.hours, self.now(), new_id)

    def secret(self, subscription: str) -> str:
        """What signs the notices of a subscription."""
        return secret(self.key, subscription)

    def person(self, staff: str) -> Person:
        """Somebody by their id; while the staff file is broken, everybody is shown as their id."""
        try:
            return self.directory.person(staff)
        except StaffFileWrong as error:
            telemetry.log().warning("staff-file-wrong", why=str(error))
            return Person(id=staff, name=staff)

    def parts(self) -> list[process.Part]:
        """What runs beside HTTP, in the order of its start."""
        post = Post(self.settings.mail_from, self.zone, self.settings.dashboard_url)
        email = Email(Server.at(self.settings.smtp_url), post, self.person)
        chance = random.SystemRandom().random
        return [
            self.follower,
            self.relay,
            self.carriage,
            Clock(self.books, self.scene, self.has_heard_all, self.settings.tick_s),
            Sender("inbox", Inbox(self.queue), self.queue, self.now, chance),
            Sender("email", email, self.queue, self.now, chance),
            Sender("webhook", self.webhook, self.queue, self.now, chance),
        ]

    def has_heard_all(self) -> bool:
        """Whether every figure told so far was taken in."""
        whole = self.organisation.whole.is_set()
        return whole and self.carriage.ready and not any(self.carriage.lag().values())

    async def attempt(self, tenant: str, subscription: str) -> Outcome:
        """Try a subscription once, with an attempt on record like any other."""
        now, name = self.now(), new_id()
        notice = Notice(event=name, type=TRIAL, escalation="", unit="", at=now)
        delivery = Delivery(tenant, f"trial-{name}", "webhook", subscription, notice, 0, now)
        await self.queue.queue_trial(delivery, now + LEASE)
        return await deliver(self.queue, self.webhook, delivery, self.now, 0.0)

    def application(self) -> FastAPI:
        """The HTTP surface, with its checks."""
        office = Office(self.books, self.organisation.tree, self.scene, self.now)
        hooks = subscriptions.Webhooks(
            lambda url: url_fault(url, self.settings.allowed_networks), self.secret, self.attempt, new_id
        )
        return application(
            "notify",
            token_reader(self.settings),
            [
                rules.router(office, self.reading),
                trials.router(office, self.reading, History(self.settings.metrics_url)),
                escalations.router(office, self.reading),
                inbox.router(office, self.reading, lambda staff: self.person(staff).name, self.zone),
                subscriptions.router(office, self.reading, hooks),
                deliveries.router(office, self.reading),
            ],
            checks={
                "kafka": self.producer.reachable,
                "postgres": lambda: reachable(self.pool),
                "figures": self.carriage.well,
                "organisation": self.follower.well,
                "relay": self.relay.well,
            },
            body_limit=self.settings.body_limit_bytes,
        )


def new_id() -> str:
    """A fresh id."""
    return uuid.uuid4().hex


def shipped(path: Path) -> list[Rule]:
    """The rules of a file. Raises `ValueError` with what is wrong and where."""
    try:
        found = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8"))["rules"], list[Rule])
    except (yaml.YAMLError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path} must hold 'rules:' with rules below it: {error}.") from error
    for rule in found:
        if wrong := faults(rule):
            raise ValueError(f"{path}: rule {rule.id}: {' '.join(wrong)}")
    return found


async def main() -> int:
    """Serve until told to stop."""
    settings = NotifySettings()
    telemetry.configure("notify", settings.log_level)
    async with AsyncExitStack() as stack:
        producer = await KafkaProducer.start(settings.kafka_bootstrap, timeout_s=settings.kafka_timeout_s)
        stack.push_async_callback(producer.close)
        pool = await connected(settings.postgres_dsn, "notify", max_size=settings.database_connections)
        stack.push_async_callback(pool.close)
        rooms = Rooms(settings, producer, pool)
        async with rooms.books.open(settings.tenant, rooms.now()):
            telemetry.log().info("rules-ready", tenant=settings.tenant)
        return await process.serve(
            rooms.application(), rooms.parts(), settings.bind, settings.port_base + PORT
        )


if __name__ == "__main__":
    process.run(main)
