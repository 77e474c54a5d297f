"""What is heard and said over Kafka: the organisation, exceptions, and the events that the outbox tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventlog.codec import dead_letter, event_message
from eventlog.event_store import StoredEvent
from eventlog.following import Follower
from eventlog.kafka import Producer
from eventlog.records import Message, Record, TopicPartition
from runtime.telemetry import counter, log
from schemas.envelope import Event
from schemas.registry import TOPIC_OF, Unreadable, read
from schemas.tree import Tree
from services.actions.flow import Books, hear

SERVICE = "actions"
ESCALATIONS = "primed.escalation-events"
ORGANISATION = "primed.organisation"

UNREADABLE = counter(
    "actions_unreadable_records",
    "Records that could not be read, by topic and reason: a sender is wrong, or we are too old.",
    ("topic", "reason"),
)


class NotCaughtUp(Exception):
    """Nobody's reach is known yet."""

    reason = "not-ready"


class Organisation:
    """The tree of each tenant, as the log of the organisation tells it; read whole at each start."""

    def __init__(self, bootstrap: str) -> None:
        self.follower = Follower(bootstrap, [ORGANISATION], start="beginning", hear=self.hear)
        self._trees: dict[str, Tree] = {}

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
        """The tenant's organisation. Raises `NotCaughtUp` until it was read to its end."""
        if not self.follower.caught_up.is_set():
            raise NotCaughtUp("The organisation is still being read, so nobody's reach is known; ask again.")
        return self._trees.get(tenant, Tree())


class Escalations:
    """Exceptions, taken in batch by batch, each with its position."""

    def __init__(self, books: Books, producer: Producer) -> None:
        self._books, self._producer = books, producer

    async def absorb(self, batch: Mapping[TopicPartition, Sequence[Record]]) -> None:
        """Take one batch in; what cannot be read goes to the dead letters before its position is kept."""
        events: list[Event] = []
        letters: list[Message] = []
        for record in (record for records in batch.values() for record in records):
            try:
                events.append(_event(record))
            except Unreadable as error:
                _tell(record, error)
                letters.append(dead_letter(record, error.reason, SERVICE))
        positions = {place: (some[0].offset, some[-1].offset + 1) for place, some in batch.items() if some}
        await hear(self._books, positions, events, lambda: self._producer.send(letters))


def to_message(stored: StoredEvent) -> Message:
    """An event of the store as it goes into the log, byte for byte."""
    return event_message(stored.data, read(stored.data).envelope)


def _event(record: Record) -> Event:
    if record.value is None:
        raise Unreadable("tombstone", "The record has no value.")
    event = read(record.value)
    if TOPIC_OF[event.envelope.type] != record.topic:
        raise Unreadable("wrong-topic", f"{event.envelope.type} does not belong into {record.topic}.")
    if not isinstance(event.envelope.tenant, str):
        raise Unreadable("no-tenant", "The event names no tenant.")
    return event


def _tell(record: Record, error: Unreadable) -> None:
    UNREADABLE.labels(record.topic, error.reason).inc()
    log().warning(
        "record-unreadable",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=error.reason,
    )
