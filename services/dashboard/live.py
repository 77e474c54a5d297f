"""What changed, told to open pages as it happens: a page hears a name and fetches its own part anew.

No figure is sent here: a page asks for it with its reader's token, so there is one way to see a figure.
Memory is bounded: a slow page keeps one waiting word for each thing that changed, however often it changed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from eventlog.records import Record
from runtime import telemetry
from runtime.auth import Principal, needs
from runtime.http import Problem, not_found
from runtime.telemetry import log
from schemas import registry
from schemas.envelope import Event
from schemas.tree import Tree

TOPICS = ("primed.metric-events", "primed.escalation-events", "primed.action-events")
PING_S = 15.0
GATHER_S = 0.05
"""A page hears of one thing at most so often; what changes meanwhile is told together."""
READERS = ("practitioner", "manager", "head", "director", "finance", "analyst", "operator", "service")

CONNECTIONS = telemetry.gauge("dashboard_live_connections", "Open live pages: how many people look on.")
UNREAD = telemetry.counter(
    "dashboard_live_unreadable_total", "Events that could not be read: pages miss these changes.", ("topic",)
)


@dataclass(eq=False)
class Window:
    """One open page: whose it is, what it looks at, and what it has not heard yet."""

    principal: Principal
    unit: str
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, name: str, what: dict[str, str]) -> None:
        """Remember one thing that changed; the newest word about it stands."""
        self.waiting[name] = what
        self.wake.set()


class Hub:
    """Hears the topics and tells the windows; `most` in all, `each` for one person."""

    def __init__(
        self, *, most: int, each: int, life_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._each = most, each
        self._windows: set[Window] = set()
        self._people: Counter[tuple[str, str]] = Counter()
        self._numbers = itertools.count(int(time.time() * 1000))
        self.life_s = life_s
        self.clock = clock
        self.trees: dict[str, Tree] = {}

    async def hear_organisation(self, records: Sequence[Record]) -> None:
        """Keep the tree of each tenant, by which it is decided who may see and hear what."""
        for event in _readable(records):
            tenant = str(event.envelope.tenant)
            self.trees[tenant] = self.tree(tenant).after(event)

    def tree(self, tenant: str) -> Tree:
        """The tenant's organisation, as far as it was read."""
        return self.trees.get(tenant, Tree())

    async def hear(self, records: Sequence[Record]) -> None:
        """Tell every window what concerns it."""
        if self._windows:
            for event in _readable(records):
                self._tell(event)

    def _tell(self, event: Event) -> None:
        unit = str(getattr(event.data, "unit", ""))
        tenant = str(event.envelope.tenant)
        path = [above.id for above in self.tree(tenant).path(unit)]
        for window in self._windows:
            if tenant != window.principal.tenant or window.unit not in path:
                continue
            for name in _names(event, unit, window.unit):
                window.tell(name, {"unit": unit, "measure": str(getattr(event.data, "measure", ""))})

    def sees(self, principal: Principal, unit: str) -> bool:
        """Whether the unit lies within this person's scope."""
        return self.tree(principal.tenant).covers(principal.unit, unit)

    @contextmanager
    def window(self, principal: Principal, unit: str) -> Iterator[Window]:
        """A place among the open pages. Raises a 503 problem when there is none left."""
        person = (principal.tenant, principal.subject)
        if len(self._windows) >= self._most or self._people[person] >= self._each:
            raise Problem(
                503,
                "Too many live pages",
                "The page works without live updates; close another window of it and load it again.",
                headers={"Retry-After": "30"},
            )
        window = Window(principal, unit)
        self._windows.add(window)
        self._people[person] += 1
        CONNECTIONS.set(len(self._windows))
        try:
            yield window
        finally:
            self._windows.discard(window)
            self._people[person] -= 1
            if not self._people[person]:
                del self._people[person]
            CONNECTIONS.set(len(self._windows))

    def number(self) -> str:
        """An id for the next message; it only rises."""
        return str(next(self._numbers))


def _names(event: Event, unit: str, looked_at: str) -> list[str]:
    """What a page that looks at one unit calls this change."""
    kind = event.envelope.type.split(".")[1]
    if kind == "measure":
        return [f"measure-{event.data.measure}"] if unit == looked_at else ["below"]
    if kind == "escalation":
        return ["exceptions"]
    return {
        "commitment": ["commitments"],
        "meeting": ["meetings", "commitments"],
        "purpose": ["purposes"],
    }.get(kind, [])


def _readable(records: Sequence[Record]) -> Iterator[Event]:
    for record in records:
        if record.value is None:
            continue
        try:
            yield registry.read(record.value)
        except registry.Unreadable as error:
            UNREAD.labels(record.topic).inc()
            log().warning("live-event-unreadable", topic=record.topic, reason=error.reason)


async def messages(hub: Hub, window: Window, draining: asyncio.Event, again: bool) -> AsyncIterator[str]:
    """What one window hears, until it is closed, has lived its time, or the process leaves."""
    until = hub.clock() + hub.life_s
    yield "retry: 1000\n\n"
    if again:
        yield _message(hub, "everything", {})
    while not draining.is_set() and hub.clock() < until:
        yield _message(hub, "tick", {}) if not await _woken(window, draining) else ""
        waiting, window.waiting = window.waiting, {}
        window.wake.clear()
        for name, what in waiting.items():
            yield _message(hub, name, what)
        if waiting:
            await asyncio.sleep(GATHER_S)


async def _woken(window: Window, draining: asyncio.Event) -> bool:
    """Wait for something to tell, at most until the next ping is due."""
    waits = [asyncio.ensure_future(window.wake.wait()), asyncio.ensure_future(draining.wait())]
    try:
        done, _ = await asyncio.wait(waits, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
    return bool(done)


def _message(hub: Hub, name: str, what: dict[str, Any]) -> str:
    return f"id: {hub.number()}\nevent: {name}\ndata: {json.dumps(what)}\n\n"


class LivePage(StreamingResponse):
    """Server-sent events for one page, whose place among the open pages is given back however it ends.

    The place is taken when the answer begins, not before: a page that has already been left is never read
    from, and a place that only a reader gives back would be lost.
    """

    def __init__(self, hub: Hub, who: Principal, unit: str, draining: asyncio.Event, again: bool) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(self._told(), media_type="text/event-stream", headers=headers)
        self._hub, self._who, self._unit = hub, who, unit
        self._draining, self._again = draining, again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; raises a 503 problem when no place is left."""
        with self._hub.window(self._who, self._unit) as self._window:
            await super().__call__(scope, receive, send)

    async def _told(self) -> AsyncIterator[str]:
        async for message in messages(self._hub, self._window, self._draining, self._again):
            if message:
                yield message


router = APIRouter()


@router.get("/live", response_class=StreamingResponse)
async def live(
    request: Request,
    unit: Annotated[str, Query(max_length=200)],
    who: Annotated[Principal, needs(*READERS)],
) -> LivePage:
    """Server-sent events: what changed in a unit, by name; `everything` after a connection was lost."""
    hub: Hub = request.app.state.hub
    if not hub.sees(who, unit):
        raise not_found()
    draining = request.app.state.readiness.draining
    return LivePage(hub, who, unit, draining, again="last-event-id" in request.headers)
