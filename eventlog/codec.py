"""From events to messages and back to places: keys, headers and the partition of a key."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack_from

from msgspec import UNSET

from eventlog.records import Message, Record
from schemas.envelope import Envelope
from schemas.registry import TOPIC_OF

DEAD_LETTERS = "primed.dead-letters"


def event_message(raw: bytes, envelope: Envelope) -> Message:
    """The message for one event; `raw` goes into the log byte for byte.

    Raises `ValueError` when the envelope has no tenant, `KeyError` when its type has no topic.
    """
    if envelope.tenant is UNSET:
        raise ValueError(f"Event {envelope.id!r} has no tenant; set it before the event goes into the log.")
    return Message(topic=TOPIC_OF[envelope.type], key=key_of(envelope.tenant, envelope.subject), value=raw)


def key_of(tenant: str, subject: str) -> bytes:
    """The key of a subject's events: all of them share a partition and so stay in order."""
    return f"{tenant}/{subject}".encode()


def dead_letter(record: Record, reason: str, service: str) -> Message:
    """The dead letter of a record that cannot be read: the same key and bytes, with place and reason."""
    headers = (
        ("primed-reason", reason.encode()),
        ("primed-topic", record.topic.encode()),
        ("primed-partition", str(record.partition).encode()),
        ("primed-offset", str(record.offset).encode()),
        ("primed-service", service.encode()),
    )
    return Message(topic=DEAD_LETTERS, key=record.key, value=record.value, headers=headers)


@lru_cache(maxsize=1024)  # events of one item come together
def partition_of(key: bytes, partitions: int) -> int:
    """The partition that every Kafka client picks for this key: murmur2, as in Kafka's own Java client."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """32-bit murmur2 with Kafka's seed, unsigned."""
    mix, mask = 0x5BD1E995, 0xFFFFFFFF
    length = len(data)
    whole = length - length % 4
    hashed = (0x9747B28C ^ length) & mask
    for taken in unpack_from(f"<{length // 4}I", data):
        word = taken * mix & mask
        word = (word ^ (word >> 24)) * mix & mask
        hashed = (hashed * mix & mask) ^ word
    if whole < length:
        hashed = (hashed ^ int.from_bytes(data[whole:], "little")) * mix & mask
    hashed = (hashed ^ (hashed >> 13)) * mix & mask
    return hashed ^ (hashed >> 15)
