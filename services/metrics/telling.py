"""The story of telling: what batches marked becomes figures, and figures that differ become metric events.

Marks are written by the batch's own transaction and cleared only after what they touched was evaluated from a
later snapshot, sent and noted. So a change is told at least once, whatever breaks on the way; and the same
figure is not told twice, for what was told last is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from eventlog.codec import key_of
from eventlog.kafka import Producer
from eventlog.records import Message
from schemas.envelope import Envelope
from schemas.measures import GivenFigure, MeasureChanged
from schemas.registry import TOPIC_OF, data_of, write
from services.metrics.agenda import Agenda, Notebook
from services.metrics.answers.asking import Begins, Sources
from services.metrics.answers.figures import evaluate
from services.metrics.answers.standing import Standings
from services.metrics.domain.figures import Key
from services.metrics.domain.periods import parse
from services.metrics.domain.telling import (
    NO_ICONS,
    UNKNOWN,
    Notice,
    Rests,
    Subject,
    Telling,
    Told,
    Value,
    event_of,
    horizon,
    id_of,
    strand_of_subject,
    subject_of,
    value_of,
    value_said,
)
from services.metrics.restating import Found, Restater

TYPE = "primed.measure.changed.v1"
TOPIC = TOPIC_OF[TYPE]
MOST_AT_ONCE = 400
"""Most figures in one round; the rest waits. Today's changes wait for the round under way, so it is short."""

CHUNK = 1000
"""Most messages sent before they are noted."""

What = TypeVar("What")

_SAID = msgspec.json.Decoder(Envelope)
_DATA = msgspec.json.Decoder(MeasureChanged)


@dataclass(frozen=True, slots=True)
class News:
    """A value that differs from what was told last, or a given figure that does: what to send, for whom."""

    tenant: str
    subject: Subject | Notice
    type: str
    data: msgspec.Struct
    value: Value | None = None


class Teller:
    """One teller at a time: it knows what was told last, and what still has to be looked at."""

    def __init__(
        self, notebook: Notebook, sources: Sources, producer: Producer, restater: Restater | None = None
    ) -> None:
        self._notebook, self._sources, self._producer = notebook, sources, producer
        self.restater = restater
        self._standings = Standings(sources)
        self._told: dict[tuple[str, Subject], Told] = {}
        self._noticed: dict[tuple[str, str], Telling] = {}
        self._agenda = Agenda(notebook, sources)
        self._sending = (
            asyncio.Lock()
        )  # revisions are noted in their order: who listens reads on from the last
        self._day: dt.date | None = None

    async def begin(self, last_sent: Mapping[bytes, int]) -> None:
        """Learn what was told; send again what the topic lacks (`last_sent`: its newest revision by key).

        Where the topic has more, it was sent and never noted: whatever stands there is told once more.
        """
        told, notices = await self._notebook.told(), await self._notebook.notices()
        lacking = []
        for telling in (*told, *notices):
            message = _message(telling)
            sent = last_sent.get(message.key or b"", -1)
            if sent < telling.revision:
                lacking.append(message)
            if isinstance(telling.subject, Subject):
                value = _value_of(telling) if sent <= telling.revision else None
                self._told[telling.tenant, telling.subject] = Told(telling.revision, value or UNKNOWN)
        self._noticed = {(one.tenant, one.subject.text()): one for one in notices}
        for some in _chunks(lacking):
            await self._producer.send(some)
        if self.restater:
            await self.restater.begin(notices)

    async def round(self, now: dt.datetime) -> int:
        """Look at what was marked, the present first; answers how many events were sent."""
        today = now.date()
        if today != self._day:
            await self._begin_day(today)
        await self._agenda.moved(today, self._told, self._standings.forget)
        for tenant, since in (await self._agenda.look(today)).items():
            self._standings.earlier(tenant, since)
        chosen = self._agenda.first(MOST_AT_ONCE, today)
        sent = 0
        for tenant in {tenant for tenant, _ in chosen}:
            sent += await self._tell(tenant, [key for whose, key in chosen if whose == tenant], now)
        await self._agenda.done(chosen, today)
        return sent

    @property
    def behind(self) -> int:
        """Figures that still have to be looked at."""
        return len(self._agenda)

    @property
    def tenants(self) -> Collection[str]:
        """Whose figures are told."""
        return self._agenda.tenants

    def noticed(self, tenant: str, about: str) -> Telling | None:
        """What was told last of a feed, or of a given figure that changed."""
        return self._noticed.get((tenant, about))

    def look_at(self, tenant: str, keys: Iterable[Key]) -> None:
        """Look at these figures again: something about them has changed that no line says."""
        self._agenda.add(tenant, keys)

    async def _begin_day(self, today: dt.date) -> None:
        """A new day, or a start: lines posted ahead come true, periods begin, old ones are taken away."""
        first, catalogue = horizon(today), self._sources.catalogue
        gone: list[tuple[str, Subject | Notice]] = [
            (tenant, subject)
            for tenant, subject in self._told
            if parse(subject.period).last < first or catalogue.get(subject.measure) is None
        ]
        gone += [
            (tenant, one.subject)
            for (tenant, _), one in self._noticed.items()
            if isinstance(one.subject, Notice) and one.subject.period and one.subject.period.last < first
        ]
        for some in _chunks(gone):
            await self._producer.send([_tombstone(tenant, subject) for tenant, subject in some])
            await self._notebook.forget(some)
        for tenant, subject in gone:
            if isinstance(subject, Subject):
                del self._told[tenant, subject]
            else:
                del self._noticed[tenant, subject.text()]
        self._standings.forget()
        if self._day is None:
            await self._agenda.everything(today, self._told)
        else:
            await self._agenda.begin_day(today)
        self._day = today

    async def _tell(self, tenant: str, keys: Sequence[Key], now: dt.datetime) -> int:
        today, catalogue = now.date(), self._sources.catalogue
        keyed = [(key, catalogue[key.measure]) for key in keys]
        async with self._sources.readings.snapshot(tenant, None) as snapshot:
            figures = await evaluate(snapshot, keyed, self._sources.rollup(tenant), today, today)
            plain = [
                Found(subject_of(one.key), value_of(one, catalogue[one.key.measure], today))
                for one in figures
            ]
            found = await self._judged(snapshot, tenant, plain, today)
            fresh = await snapshot.freshness()
        given = await self.restater.given(tenant, found) if self.restater else {}
        until = fresh.fresh_at or await self._notebook.known_until() or now
        rests = Rests(until.isoformat(), dict(fresh.positions))
        if self.restater:
            self.restater.look(tenant, found, given, rests)
        changed = [one for one in found if self._is_news(tenant, *one)]
        news = [
            News(tenant, subject, TYPE, self._event(tenant, subject, value, rests, given.get(subject)), value)
            for subject, value in changed
        ]
        await self.tell(news, now)
        return len(news)

    async def tell(self, news: Sequence[News], now: dt.datetime) -> None:
        """Send news as events, and note them."""
        for some in _chunks(news):
            async with self._sending:
                await self._send(some, now)

    async def _judged(
        self, snapshot: Begins, tenant: str, found: Sequence[Found], today: dt.date
    ) -> list[Found]:
        """The values with how their series stand; while the past of one waits, it stands as it was told."""
        fresh = dict(found)

        def said(subject: Subject) -> Value | None:
            told = self._told.get((tenant, subject))
            return fresh.get(subject) or (told.value if told else None)

        strands = [strand_of_subject(tenant, subject) for subject, _ in found]
        looked_at = Counter(strands)
        for (subject, value), strand in zip(found, strands, strict=True):
            if value.over and self._is_news(tenant, subject, value):
                self._standings.forget(strand)
                self._agenda.stir(strand)
        judged = []
        for (subject, value), strand in zip(found, strands, strict=True):
            told = self._told.get((tenant, subject))
            icons = told.value.icons if told else NO_ICONS
            if self._agenda.some_of(strand) <= looked_at[strand]:
                icons = await self._standings.of(snapshot, strand, today, said)
            judged.append(Found(subject, value._replace(icons=icons)))
        return judged

    def _is_news(self, tenant: str, subject: Subject, value: Value) -> bool:
        """A first nothing in a period that is over is no news: nobody counted there.

        How the series stands is news with its newest periods only: else each change would tell all of it.
        """
        told = self._told.get((tenant, subject))
        if told is None:
            return bool(value.value or value.numerator or value.denominator) or not value.over
        if value.over:
            return told.value._replace(icons=value.icons) != value
        return told.value != value

    def _event(
        self, tenant: str, subject: Subject, value: Value, rests: Rests, given: GivenFigure | None
    ) -> MeasureChanged:
        before = self._told.get((tenant, subject))
        return event_of(subject, value, before.value if before else None, rests, given)

    async def _send(self, news: Sequence[News], now: dt.datetime) -> None:
        """Send and note, side by side: what a crash leaves out, `begin` of the next teller makes up for."""
        revisions = await self._notebook.revisions(len(news))
        tellings = [telling_of(one, revision, now) for one, revision in zip(news, revisions, strict=True)]
        both = (
            self._producer.send([_message(telling) for telling in tellings]),
            self._notebook.tell(tellings),
        )
        for failed in await asyncio.gather(*both, return_exceptions=True):
            if isinstance(failed, BaseException):
                raise failed
        for one, telling in zip(news, tellings, strict=True):
            if isinstance(one.subject, Notice):
                self._noticed[one.tenant, one.subject.text()] = telling
            elif one.value is not None:
                self._told[one.tenant, one.subject] = Told(telling.revision, one.value)


def _value_of(telling: Telling) -> Value | None:
    """What was told; None in a form of long ago."""
    with contextlib.suppress(msgspec.ValidationError):
        return value_said(_DATA.decode(_SAID.decode(telling.payload).data))
    return None


def telling_of(news: News, revision: int, now: dt.datetime) -> Telling:
    """The event as it is sent."""
    envelope = Envelope(
        specversion="1.0",
        id=id_of(news.tenant, news.subject, revision),
        source="primed/metrics",
        type=news.type,
        subject=news.subject.text(),
        time=now.isoformat(timespec="milliseconds"),
        tenant=news.tenant,
        sequence=str(revision),
        datacontenttype="application/json",
        data=data_of(news.data),
    )
    return Telling(news.tenant, news.subject, revision, write(envelope))


def _chunks(many: Sequence[What]) -> Iterator[Sequence[What]]:
    """In parts that Kafka acknowledges well within its time, so that what was sent is soon noted."""
    return (many[start : start + CHUNK] for start in range(0, len(many), CHUNK))


def _message(telling: Telling) -> Message:
    return Message(TOPIC, key_of(telling.tenant, telling.subject.text()), telling.payload)


def _tombstone(tenant: str, subject: Subject | Notice) -> Message:
    return Message(TOPIC, key_of(tenant, subject.text()), None, ())
