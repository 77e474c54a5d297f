"""What is heard over Kafka and said there: figures, commitments, the organisation; and exceptions."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from eventlog.codec import dead_letter, event_message
from eventlog.event_store import StoredEvent
from eventlog.kafka import Producer
from eventlog.positions import after
from eventlog.postgres import DatabaseUnavailable
from eventlog.records import LogUnavailable, Message, Record, TopicPartition
from runtime.telemetry import counter, log
from schemas import registry
from schemas.commitments import CommitmentAgreed
from schemas.envelope import Event
from schemas.measures import MeasureChanged
from schemas.registry import TOPIC_OF, Unreadable
from schemas.tree import Tree
from services.notify import flow
from services.notify.domain.period import in_words
from services.notify.domain.rule import Figure, Reason
from services.notify.domain.scene import Scene

SERVICE = "notify"
ORGANISATION = "primed.organisation"
HEARD = ("primed.metric-events", "primed.action-events")
TRY_AGAIN_S = 1.0

UNREADABLE = counter(
    "notify_unreadable_records",
    "Records that could not be read and went aside: a sender is wrong, or we are too old.",
    ("topic", "reason"),
)
DECISIONS = counter(
    "notify_decisions",
    "What figures meant for rules, by reason: shows a rule that cries too often, or figures that stopped.",
    ("reason",),
)
WORTH_TELLING = (Reason.BREACHED, Reason.BACK, Reason.NOTHING_LEFT, Reason.RULE_CHANGED)


class NotCaughtUp(Exception):
    """The organisation has not been read to its end yet, so nobody's reach is known; ask again soon."""

    reason = "not-ready"


class Organisation:
    """The tree of each tenant, as the log of the organisation tells it."""

    def __init__(self) -> None:
        self._trees: dict[str, Tree] = {}
        self.whole = asyncio.Event()

    async def hear(self, records: Sequence[Record]) -> None:
        """Take in the next records; one that cannot be read is passed over and counted."""
        for record in records:
            try:
                event = _event(record)
            except Unreadable as error:
                _tell(record, error)
                continue
            tenant = str(event.envelope.tenant)
            self._trees[tenant] = self._trees.get(tenant, Tree()).after(event)

    def tree(self, tenant: str) -> Tree:
        """The tenant's organisation. Raises `NotCaughtUp` while it is still being read."""
        if not self.whole.is_set():
            raise NotCaughtUp(NotCaughtUp.__doc__)
        return self._trees.get(tenant, Tree())


class Batch(Protocol):
    """One transaction over a batch."""

    async def work(self, tenant: str, now: dt.datetime) -> flow.Work: ...
    async def advance(self, positions: Mapping[TopicPartition, int]) -> None: ...


class Books(Protocol):
    """Where batches are taken in."""

    def listen(self, since: Mapping[TopicPartition, int]) -> AbstractAsyncContextManager[Batch]: ...
    async def positions(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]: ...


class Ear:
    """Hears batches: what they mean and how far they were read is written in one transaction."""

    def __init__(
        self, books: Books, producer: Producer, organisation: Organisation, scene: Callable[[str], Scene]
    ) -> None:
        self._books = books
        self._producer = producer
        self._organisation = organisation
        self._scene = scene
        self._continues: dict[TopicPartition, int] = {}

    async def positions(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where to begin; remembered, since in a compacted topic the next record may lie further on."""
        stored = await self._books.positions(places)
        self._continues |= {place: stored.get(place, 0) for place in places}
        return stored

    async def absorb(self, batch: Mapping[TopicPartition, Sequence[Record]]) -> None:
        """One batch; while Kafka or Postgres is away it waits, and nothing of it is lost or done twice."""
        await self._organisation.whole.wait()
        while True:
            try:
                return await self._absorb(batch)
            except (DatabaseUnavailable, LogUnavailable) as error:
                log().warning("batch-waits", why=str(error))
                await asyncio.sleep(TRY_AGAIN_S)

    async def _absorb(self, batch: Mapping[TopicPartition, Sequence[Record]]) -> None:
        events, letters = _read(batch)
        await self._producer.send(letters)
        reasons: Counter[Reason] = Counter()
        async with self._books.listen({place: self._continues.get(place, 0) for place in batch}) as heard:
            for tenant in sorted(events):
                scene = self._scene(tenant)
                work = await heard.work(tenant, scene.now)
                figures = [
                    _figure(event) for event in events[tenant] if isinstance(event.data, MeasureChanged)
                ]
                reasons += await flow.hear(work, scene, figures)
                for made in (event.data for event in events[tenant]):
                    if isinstance(made, CommitmentAgreed) and isinstance(made.escalation, str):
                        await flow.agreed(work, scene, made, made.escalation)
            await heard.advance(after(batch))
        self._continues |= after(batch)
        _count(reasons)


def to_message(stored: StoredEvent) -> Message:
    """An event of the store as it goes into the log, byte for byte."""
    return event_message(stored.data, registry.read(stored.data).envelope)


def _read(batch: Mapping[TopicPartition, Sequence[Record]]) -> tuple[dict[str, list[Event]], list[Message]]:
    events: defaultdict[str, list[Event]] = defaultdict(list)
    letters = []
    for record in (record for records in batch.values() for record in records if record.value is not None):
        try:
            event = _event(record)
            if isinstance(event.data, MeasureChanged):
                _figure(event)
        except Unreadable as error:
            _tell(record, error)
            letters.append(dead_letter(record, error.reason, SERVICE))
        else:
            events[str(event.envelope.tenant)].append(event)
    return events, letters


def _event(record: Record) -> Event:
    if record.value is None:
        raise Unreadable("tombstone", "The record has no value.")
    event = registry.read(record.value)
    if TOPIC_OF[event.envelope.type] != record.topic:
        raise Unreadable("wrong-topic", f"{event.envelope.type} does not belong into {record.topic}.")
    if not isinstance(event.envelope.tenant, str):
        raise Unreadable("no-tenant", "The event names no tenant.")
    return event


def _figure(event: Event) -> Figure:
    told, envelope = event.data, event.envelope
    try:
        in_words(told.period)
    except (ValueError, IndexError) as error:
        raise Unreadable("wrong-data", f"There is no period {told.period!r}.", "data") from error
    if not isinstance(envelope.sequence, str):
        raise Unreadable(
            "missing-field", "A figure needs sequence, which says which telling stands.", "sequence"
        )
    return Figure(
        unit=told.unit,
        measure=told.measure,
        grain=told.grain,
        period=told.period,
        value=told.value,
        denominator=told.denominator if isinstance(told.denominator, int) else None,
        sequence=int(envelope.sequence),
        told_at=registry.instant(envelope.time),
        event=envelope.id,
    )


def _count(reasons: Counter[Reason]) -> None:
    for reason, count in reasons.items():
        DECISIONS.labels(reason).inc(count)
    if told := {reason.value: reasons[reason] for reason in WORTH_TELLING if reasons[reason]}:
        log().info("decided", **told)


def _tell(record: Record, error: Unreadable) -> None:
    UNREADABLE.labels(record.topic, error.reason).inc()
    log().warning(
        "record-unreadable",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=error.reason,
    )
