"""What one record of the log says, or why it cannot be taken."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from msgspec import UNSET

from schemas.envelope import Event
from schemas.registry import TOPIC_OF, Unreadable, read
from services.metrics.domain.book import made
from services.metrics.domain.fact import Fact, fact_of
from services.metrics.domain.frames import framed, micros, pack

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Place(NamedTuple):
    """Where a record stands in the log, for ever the same."""

    topic: str
    partition: int
    offset: int


class ItemId(NamedTuple):
    """The item that an event is about. The topic belongs to it: every line follows from one partition."""

    topic: str
    tenant: str
    subject: str


class Heard(NamedTuple):
    """An event that can be folded, with its place and the moment from which it was known."""

    place: Place
    known_at: dt.datetime
    item: ItemId
    type: str
    time: str
    fact: Fact


class Refused(NamedTuple):
    """A record that nobody can read: kept with its bytes and place, told to `primed.dead-letters`."""

    place: Place
    known_at: dt.datetime
    key: bytes | None
    value: bytes | None
    reason: str
    sentence: str


def hear(place: Place, known_at: dt.datetime, key: bytes | None, value: bytes | None) -> Heard | Refused:
    """Read one record; whatever is wrong with it is an answer, never an exception."""
    found = understand(place.topic, key, value)
    if isinstance(found, Unreadable):
        return Refused(place, known_at, key, value, found.reason, str(found))
    event, tenant = found
    envelope = event.envelope
    item = made(ItemId, (place.topic, tenant, envelope.subject))
    frame = framed(envelope, tenant, place.partition, place.offset, micros(known_at))
    fact = fact_of(frame, event.data, pack(frame))
    return made(Heard, (place, known_at, item, envelope.type, envelope.time, fact))


def understand(topic: str, key: bytes | None, value: bytes | None) -> tuple[Event, str] | Unreadable:
    """The event of a record of this topic with its tenant, or why there is none."""
    try:
        return _take(topic, key, value)
    except Unreadable as refusal:
        return refusal


def moment_of(timestamp_ms: int) -> dt.datetime:
    """The moment of a record's timestamp; a record without one is as old as can be."""
    seconds, milliseconds = divmod(max(timestamp_ms, 0), 1000)
    return _EPOCH + dt.timedelta(0, seconds, milliseconds * 1000)


def _take(topic: str, key: bytes | None, value: bytes | None) -> tuple[Event, str]:
    if key is None:
        raise Unreadable("no-key", "The record has no key; it must be tenant/subject.")
    if value is None:
        raise Unreadable("no-value", "The record has no value; an event cannot be taken away by a tombstone.")
    event = read(value)
    if TOPIC_OF[event.envelope.type] != topic:
        raise Unreadable("wrong-topic", f"{event.envelope.type} does not belong into {topic}.", "type")
    return event, _tenant(event, key)


def _tenant(event: Event, key: bytes) -> str:
    """The tenant that key and envelope agree on; an envelope may leave it to the key."""
    envelope = event.envelope
    tail = f"/{envelope.subject}".encode()
    try:
        tenant = key[: -len(tail)].decode() if key.endswith(tail) else ""
    except UnicodeDecodeError:
        tenant = ""
    if not tenant or not tenant.isprintable() or envelope.tenant not in (UNSET, tenant):
        raise Unreadable("wrong-key", "The record's key is not the tenant/subject of its event.", "subject")
    return tenant
