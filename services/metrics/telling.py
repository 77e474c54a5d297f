"""The story of telling: what batches marked becomes figures, and figures that differ become metric events.

Marks are written by the batch's own transaction and cleared only after what they touched was evaluated from a
later snapshot, sent and noted. So a change is told at least once, whatever breaks on the way; and the same
figure is not told twice, for what was told last is known.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from eventlog.codec import event_message, key_of
from eventlog.kafka import Producer
from eventlog.records import Message
from schemas.envelope import Envelope
from schemas.measures import MeasureChanged
from schemas.registry import TOPIC_OF, data_of, write
from services.metrics.answers.asking import Sources
from services.metrics.answers.figures import evaluate
from services.metrics.domain.batch import Mark
from services.metrics.domain.figures import Key
from services.metrics.domain.periods import parse
from services.metrics.domain.telling import (
    Rests,
    Subject,
    Telling,
    Told,
    Units,
    Value,
    event_of,
    horizon,
    id_of,
    key_of_subject,
    subject_of,
    touched,
    value_of,
    value_said,
)

TYPE = "primed.measure.changed.v1"
TOPIC = TOPIC_OF[TYPE]
MOST_AT_ONCE = 500
"""Most figures in one round; the rest waits, newest first, so that history never holds up today."""

CHUNK = 1000
"""Most messages sent before they are noted."""

What = TypeVar("What")

_SAID = msgspec.json.Decoder(Envelope)
_DATA = msgspec.json.Decoder(MeasureChanged)


class Notebook(Protocol):
    """Where marks wait and tellings are noted."""

    async def marks(self, after: int) -> Sequence[tuple[int, Mark]]: ...
    async def mark_all(self, since: dt.date) -> None: ...
    async def clear(self, revisions: Collection[int]) -> None: ...
    async def revisions(self, count: int) -> Sequence[int]: ...
    async def told(self) -> Sequence[Telling]: ...
    async def tell(self, tellings: Sequence[Telling]) -> None: ...
    async def forget(self, subjects: Collection[tuple[str, Subject]]) -> None: ...
    async def known_until(self) -> dt.datetime | None: ...


@dataclass(frozen=True, slots=True)
class News:
    """A value that differs from what was told last."""

    tenant: str
    subject: Subject
    value: Value


class Teller:
    """One teller at a time: it knows what was told last, and what still has to be looked at."""

    def __init__(self, notebook: Notebook, sources: Sources, producer: Producer) -> None:
        self._notebook, self._sources, self._producer = notebook, sources, producer
        self._told: dict[tuple[str, Subject], Told] = {}
        self._waiting: set[tuple[str, Key]] = set()
        self._held: list[int] = []
        self._units: dict[str, Units] = {}
        self._day: dt.date | None = None

    async def begin(self, last_sent: Mapping[bytes, int]) -> None:
        """Learn what was told; send again what the topic lacks (`last_sent`: its newest revision by key)."""
        lacking: list[Message] = []
        for telling in await self._notebook.told():
            with contextlib.suppress(msgspec.ValidationError):  # in a form of long ago: then it is told anew
                value = value_said(_DATA.decode(_SAID.decode(telling.payload).data))
                self._told[telling.tenant, telling.subject] = Told(telling.revision, value)
            message = _message(telling)
            if last_sent.get(message.key or b"", -1) < telling.revision:
                lacking.append(message)
        for some in _chunks(lacking):
            await self._producer.send(some)

    async def round(self, now: dt.datetime) -> int:
        """Look at what was marked, newest periods first; answers how many events were sent."""
        today = now.date()
        if today != self._day:
            await self._begin_day(today)
        await self._look(today)
        chosen = heapq.nlargest(MOST_AT_ONCE, self._waiting, key=lambda pair: pair[1].period.last)
        sent = 0
        for tenant in {tenant for tenant, _ in chosen}:
            sent += await self._tell(tenant, [key for whose, key in chosen if whose == tenant], now)
        self._waiting.difference_update(chosen)
        if self._held and not self._waiting:
            await self._notebook.clear(self._held)
            self._held = []
        return sent

    @property
    def behind(self) -> int:
        """Figures that still have to be looked at."""
        return len(self._waiting)

    async def _begin_day(self, today: dt.date) -> None:
        """A new day, or a start: lines posted ahead come true, periods begin, old ones are taken away."""
        first, catalogue = horizon(today), self._sources.catalogue
        gone = [
            (tenant, subject)
            for tenant, subject in self._told
            if parse(subject.period).last < first or catalogue.get(subject.measure) is None
        ]
        for some in _chunks(gone):
            await self._producer.send([_tombstone(tenant, subject) for tenant, subject in some])
            await self._notebook.forget(some)
            for key in some:
                del self._told[key]
        if self._day is None:
            await self._look_at_everything(today)
        else:
            await self._notebook.mark_all(today - dt.timedelta(today.weekday()))
        self._day = today

    async def _look_at_everything(self, today: dt.date) -> None:
        """All that has lines, and all that was told: its lines may count elsewhere now."""
        await self._notebook.mark_all(horizon(today))
        self._waiting |= {(tenant, key_of_subject(subject)) for tenant, subject in self._told}

    async def _look(self, today: dt.date) -> None:
        """Turn new marks into figures to look at; when units moved, every figure may have changed."""
        if self._units_moved():
            await self._look_at_everything(today)
        found = await self._notebook.marks(max(self._held, default=0))
        self._held += [revision for revision, _ in found]
        for tenant in {mark.tenant for _, mark in found}:
            marks = (mark for _, mark in found if mark.tenant == tenant)
            keys = touched(marks, self._sources.catalogue, self._units_of(tenant), today)
            self._waiting |= {(tenant, key) for key in keys}

    def _units_moved(self) -> bool:
        trees = {tenant: self._sources.tree_of(tenant) for tenant in self._units}
        moved = [
            tenant
            for tenant, tree in trees.items()
            if tree.histories is not self._units[tenant].tree.histories
        ]
        for tenant in moved:
            self._units[tenant] = Units(trees[tenant])
        return bool(moved)

    def _units_of(self, tenant: str) -> Units:
        if tenant not in self._units:
            self._units[tenant] = Units(self._sources.tree_of(tenant))
        return self._units[tenant]

    async def _tell(self, tenant: str, keys: Sequence[Key], now: dt.datetime) -> int:
        today, catalogue = now.date(), self._sources.catalogue
        keyed = [(key, catalogue[key.measure]) for key in keys]
        async with self._sources.readings.snapshot(tenant, None) as snapshot:
            figures = await evaluate(snapshot, keyed, self._sources.rollup(tenant), today, today)
            fresh = await snapshot.freshness()
        found = ((subject_of(one.key), value_of(one, catalogue[one.key.measure], today)) for one in figures)
        news = [
            News(tenant, subject, value) for subject, value in found if self._is_news(tenant, subject, value)
        ]
        if news:
            until = fresh.fresh_at or await self._notebook.known_until() or now
            for some in _chunks(news):
                await self._send(some, Rests(until.isoformat(), dict(fresh.positions)), now)
        return len(news)

    def _is_news(self, tenant: str, subject: Subject, value: Value) -> bool:
        """A first nothing in a period that is over is no news: nobody counted there."""
        told = self._told.get((tenant, subject))
        if told is None:
            return bool(value.value or value.numerator or value.denominator) or not value.over
        return told.value != value

    async def _send(self, news: Sequence[News], rests: Rests, now: dt.datetime) -> None:
        """Send, then note: what is noted was sent; what was sent and not noted is sent again as newer."""
        revisions = await self._notebook.revisions(len(news))
        tellings = [
            self._telling(one, revision, rests, now) for one, revision in zip(news, revisions, strict=True)
        ]
        await self._producer.send([_message(telling) for telling in tellings])
        await self._notebook.tell(tellings)
        for one, revision in zip(news, revisions, strict=True):
            self._told[one.tenant, one.subject] = Told(revision, one.value)

    def _telling(self, news: News, revision: int, rests: Rests, now: dt.datetime) -> Telling:
        before = self._told.get((news.tenant, news.subject))
        data = event_of(news.subject, news.value, before.value if before else None, rests)
        envelope = Envelope(
            specversion="1.0",
            id=id_of(news.tenant, news.subject, revision),
            source="primed/metrics",
            type=TYPE,
            subject=news.subject.text(),
            time=now.isoformat(timespec="milliseconds"),
            tenant=news.tenant,
            sequence=str(revision),
            datacontenttype="application/json",
            data=data_of(data),
        )
        return Telling(news.tenant, news.subject, revision, write(envelope))


def _chunks(many: Sequence[What]) -> Iterator[Sequence[What]]:
    """In parts that Kafka acknowledges well within its time, so that what was sent is soon noted."""
    return (many[start : start + CHUNK] for start in range(0, len(many), CHUNK))


def _message(telling: Telling) -> Message:
    return event_message(telling.payload, _SAID.decode(telling.payload))


def _tombstone(tenant: str, subject: Subject) -> Message:
    return Message(TOPIC, key_of(tenant, subject.text()), None, ())
