"""A council with people in roles, and notify over a real database with a clock that a test may set."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec import Raw

from eventlog.postgres import Pool, connect
from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from schemas.envelope import Envelope, Event
from schemas.organisation import RoleAssigned, UnitRegistered
from schemas.tree import Tree
from services.notify import flow
from services.notify.__main__ import shipped
from services.notify.api import deliveries, escalations, inbox, rules, subscriptions, trials
from services.notify.api.office import Office
from services.notify.channels.inbox import Inbox
from services.notify.channels.sender import deliver
from services.notify.clock import tick
from services.notify.domain.address import url_fault
from services.notify.domain.delivery import Channel, Delivered, Delivery, Outcome
from services.notify.domain.rule import Figure
from services.notify.domain.scene import Scene
from services.notify.domain.subscription import secret
from services.notify.history import History
from services.notify.settings import NotifySettings
from services.notify.store.books import Books
from services.notify.store.deliveries import Deliveries
from services.notify.store.reading import Reading

TENANT = "demo"
UNITS: tuple[tuple[str, Any, str, str | None], ...] = (
    ("council", "council", "Demo Council", None),
    ("adults", "directorate", "Adult social care", "council"),
    ("long-term", "service", "Long-term support", "adults"),
    ("north", "team", "North Locality", "long-term"),
    ("south", "team", "South Locality", "long-term"),
    ("front-door", "service", "Front door", "adults"),
)
ROLES: tuple[tuple[str, Any, str], ...] = (
    ("north", "manager", "leah"),
    ("south", "manager", "sam"),
    ("long-term", "head", "ruth"),
    ("adults", "director", "dev"),
)
SETTINGS = NotifySettings()
HOURS = SETTINGS.hours(frozenset({dt.date(2026, 12, 25)}))
MORNING = dt.datetime(2026, 11, 23, 9, 30, tzinfo=HOURS.zone)
"""A Monday."""


def happened(data: Any) -> Event:
    """An event of the organisation, long ago."""
    envelope = Envelope(
        specversion="1.0",
        id="any",
        source="demo/hr",
        type="any",
        subject="demo/hr/any",
        time="2024-04-01T00:00:00+01:00",
        data=Raw(b"{}"),
    )
    return Event(envelope=envelope, data=data)


def organisation() -> Tree:
    """A council with a service of two teams, each with a manager, and a head and a director above."""
    units = [
        UnitRegistered(unit=unit, level=level, name=name, **({"parent": parent} if parent else {}))
        for unit, level, name, parent in UNITS
    ]
    roles = [RoleAssigned(unit=unit, role=role, person=person) for unit, role, person in ROLES]
    return Tree().after_all([happened(data) for data in (*units, *roles)])


@dataclass
class Asker:
    """One person's way to the service."""

    http: httpx2.AsyncClient
    token: str

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        return await self.http.get(path, params=query, headers=self._headers())

    async def send(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, key: str | None = None
    ) -> httpx2.Response:
        headers = self._headers()
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.request(method, path, json=body, headers=headers)

    async def saw(self, path: str, **query: Any) -> Any:
        """The answer of a question that must be answered."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def did(self, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """The answer of a command that must hold."""
        answer = await self.send("POST", path, body, version=version)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Notify:
    """The service without Kafka: figures are told by hand, time passes by hand."""

    pool: Pool
    books: Books
    queue: Deliveries
    http: httpx2.AsyncClient
    issuer: TokenIssuer
    tree: Tree = field(default_factory=organisation)
    now: dt.datetime = MORNING
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    tried: list[str] = field(default_factory=list)
    metrics: httpx2.MockTransport = field(
        default_factory=lambda: httpx2.MockTransport(lambda request: httpx2.Response(503))
    )

    def as_(
        self, role: str, unit: str | None = None, subject: str = "anybody", tenant: str = TENANT
    ) -> Asker:
        """Somebody with this role in this unit."""
        return Asker(self.http, self.issuer.issue(role, unit, tenant, subject, 600))

    def scene(self, tenant: str = TENANT) -> Scene:
        """The world as it is now."""
        tree = self.tree if tenant == TENANT else Tree()
        return Scene(tree, HOURS, self.now, lambda: f"x-{next(self.numbers)}")

    async def told(
        self, value: float | None, *, unit: str = "north", measure: str = "overdue", **about: Any
    ) -> None:
        """A figure is told now."""
        fields = {
            "grain": "month",
            "period": f"{self.now:%Y-%m}",
            "denominator": None,
            "sequence": next(self.numbers),
            "told_at": self.now,
            "event": f"e-{next(self.numbers)}",
        }
        figure = Figure(unit=unit, measure=measure, value=value, **(fields | about))
        async with self.books.open(TENANT, self.now) as work:
            await flow.hear(work, self.scene(), [figure])

    async def pass_time(self, **duration: float) -> None:
        """Time passes, and the clock looks at what is due."""
        self.now += dt.timedelta(**duration)
        await tick(self.books, self.scene(), TENANT)

    async def deliver(self, channel: Channel = "inbox", outcome: Outcome | None = None) -> list[Delivery]:
        """Everything that is due in a channel goes out once; the inbox for real, others with this outcome."""
        claimed = await self.queue.claim(channel, self.now, self.now + dt.timedelta(seconds=60), 100)
        way = Inbox(self.queue) if channel == "inbox" else Told(outcome or Delivered("Taken."))
        for one in claimed:
            await deliver(self.queue, way, one, lambda: self.now, 0.5)
        return claimed

    async def deliver_all(self) -> list[Delivery]:
        """Inboxes until nothing is due."""
        found: list[Delivery] = []
        while claimed := await self.deliver():
            found += claimed
        return found


@dataclass
class Past:
    """The past as the test's metrics tells it."""

    notify: Callable[[], Notify]

    async def series(self, *asked: Any) -> Any:
        return await History("http://metrics", self.notify().metrics).series(*asked)


@dataclass
class Told:
    """A channel of which the test says what comes of it."""

    outcome: Outcome

    async def send(self, delivery: Delivery) -> Outcome:
        return self.outcome


def at_once(folder: Path) -> Path:
    """A file with the rules that ship, without the two minutes that let a loading feed pass."""
    found = folder / "rules.yaml"
    found.write_text(NotifySettings().rules_file.read_text().replace("PT2M", "PT0S"))
    return found


@pytest.fixture
async def notify(database: str, tmp_path: Path) -> AsyncIterator[Notify]:
    """The HTTP surface and the flow over a fresh database."""
    settings = NotifySettings(home=tmp_path, postgres_dsn=database)
    pool = await connect(database, "notify", max_size=8)
    books, queue, reading = Books(pool, shipped(at_once(tmp_path))), Deliveries(pool), Reading(pool)
    there: list[Notify] = []

    async def attempt(tenant: str, subscription: str) -> Outcome:
        there[0].tried.append(f"{tenant}/{subscription}")
        return Delivered("The receiver answered 204.")

    def scene(tenant: str) -> Scene:
        return there[0].scene(tenant)

    office = Office(books, lambda tenant: scene(tenant).tree, scene, lambda: there[0].now)
    hooks = subscriptions.Webhooks(
        lambda url: url_fault(url, []),
        lambda name: secret(b"k" * 32, name),
        attempt,
        lambda: f"s-{next(there[0].numbers)}",
    )
    names = {"leah": "Leah Brook", "ruth": "Ruth Adeyemi"}
    routers = [
        rules.router(office, reading),
        trials.router(office, reading, Past(lambda: there[0])),
        escalations.router(office, reading),
        inbox.router(office, reading, lambda person: names.get(person, person), HOURS.zone),
        subscriptions.router(office, reading, hooks),
        deliveries.router(office, reading),
    ]
    app = application("notify", token_reader(settings), routers, checks={})
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://notify") as http:
        there.append(Notify(pool, books, queue, http, TokenIssuer(settings.keys)))
        yield there[0]
    await pool.close()
