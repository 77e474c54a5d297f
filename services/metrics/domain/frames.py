"""The form in which an event is kept with its item: one short frame of MessagePack, and no word lost.

Frames stand one after another, each behind its length, so that a store appends an event without reading
those before it. All that the sender said is in the frame letter for letter, with its place in the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from schemas.envelope import Envelope

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_HEADER = 4
"""Bytes of the length before each frame."""

_RARE = (
    "datacontenttype",
    "dataschema",
    "timeprecision",
    "rulesversion",
    "ruled",
    "sequence",
    "causationid",
    "correlationid",
    "traceparent",
    "tracestate",
)
_rare_values = attrgetter(*_RARE)
_NOTHING_RARE = (UNSET,) * len(_RARE)
_SAME = ""
"""A `recordedtime` that equals `time`."""
_TO_THE_KEY = "tenant"
"""Stands among the rare attributes of an event that left its tenant to the record's key."""
_FAMILY = "primed."


class Frame(Struct, frozen=True, array_like=True, gc=False):
    """One event with its place; `source` is as much of the subject, where that begins with it."""

    partition: int
    offset: int
    known_at: int
    tenant: str
    subject: str
    source: str | int
    type: str
    id: str
    time: str
    data: dict[str, Any]
    recordedtime: str | None
    rare: dict[str, str] | None

    @property
    def said_by(self) -> str:
        """The source in full."""
        return self.subject[: self.source] if isinstance(self.source, int) else self.source

    @property
    def full_type(self) -> str:
        """The type as in the envelope."""
        return _FAMILY + self.type

    @property
    def recorded(self) -> str:
        """When the source recorded it; what says nothing of it was recorded when it happened."""
        return self.recordedtime or self.time


_PACKER = msgspec.msgpack.Encoder()
_UNPACKER = msgspec.msgpack.Decoder(Frame)


def framed(envelope: Envelope, tenant: str, partition: int, offset: int, known_at: int) -> Frame:
    """The frame of a checked event; `known_at` in microseconds since 1970."""
    subject, source, recorded = envelope.subject, envelope.source, envelope.recordedtime
    return Frame(
        partition,
        offset,
        known_at,
        tenant,
        subject,
        len(source) if subject.startswith(source) else source,
        envelope.type.removeprefix(_FAMILY),
        envelope.id,
        envelope.time,
        msgspec.json.decode(envelope.data),
        None if recorded is UNSET else _SAME if recorded == envelope.time else recorded,
        _rare(envelope),
    )


def _rare(envelope: Envelope) -> dict[str, str] | None:
    """The attributes that few events bear, as texts."""
    values = _rare_values(envelope)
    if values == _NOTHING_RARE and envelope.tenant is not UNSET:
        return None
    rare = {name: str(value) for name, value in zip(_RARE, values, strict=True) if value is not UNSET}
    if envelope.tenant is UNSET:
        rare[_TO_THE_KEY] = ""
    return rare


def pack(frame: Frame) -> bytes:
    """The frame as bytes behind its length."""
    packed = _PACKER.encode(frame)
    return len(packed).to_bytes(_HEADER, "big") + packed


def unpack(kept: bytes) -> Iterator[tuple[Frame, bytes]]:
    """Every frame with its own bytes, in the order in which they were put together."""
    start = 0
    while start < len(kept):
        body = start + _HEADER
        end = body + int.from_bytes(kept[start:body], "big")
        yield _UNPACKER.decode(kept[body:end]), kept[start:end]
        start = end


def mentions(kept: bytes, id_: str) -> bool:
    """Whether the text stands anywhere in these frames: in MessagePack the same text is the same bytes."""
    return _PACKER.encode(id_) in kept


def spoken(frame: Frame) -> dict[str, Any]:
    """The event as its JSON object: what was absent is absent, what was null is null."""
    rare: dict[str, Any] = dict(frame.rare or {})
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": frame.id,
        "source": frame.said_by,
        "type": frame.full_type,
        "subject": frame.subject,
        "time": frame.time,
    }
    if _TO_THE_KEY in rare:
        del rare[_TO_THE_KEY]
    else:
        event["tenant"] = frame.tenant
    if frame.recordedtime is not None:
        event["recordedtime"] = frame.recorded
    if "rulesversion" in rare:
        rare["rulesversion"] = int(rare["rulesversion"])
    return event | rare | {"data": frame.data}


def micros(moment: dt.datetime) -> int:
    """Whole microseconds since 1970, so that instants compare without floats."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment_at(microseconds: int) -> dt.datetime:
    """The moment so many microseconds after the beginning of 1970."""
    return _EPOCH + dt.timedelta(microseconds=microseconds)
