"""The events of an item as they are kept, and told again without a difference (docs/ledger.md §1)."""

from __future__ import annotations

import msgspec

from schemas.registry import TOPIC_OF
from services.metrics.domain.fact import recalled
from services.metrics.domain.frames import Frame, moment_at, spoken, unpack
from services.metrics.domain.hearing import Heard, ItemId, Place


def keep(heard: Heard) -> bytes:
    """The event in its kept form; those of an item are put one behind the other, in the order of the log."""
    return heard.fact.kept


def recall(kept: bytes) -> list[Heard]:
    """Every event that was kept, as it was heard."""
    return [_heard(frame, own) for frame, own in unpack(kept)]


def body(heard: Heard) -> bytes:
    """The event as JSON, as it stood in the log but for spaces and the order of its names."""
    ((frame, _),) = unpack(heard.fact.kept)
    return msgspec.json.encode(spoken(frame))


def _heard(frame: Frame, own: bytes) -> Heard:
    topic = TOPIC_OF[frame.full_type]
    return Heard(
        Place(topic, frame.partition, frame.offset),
        moment_at(frame.known_at),
        ItemId(topic, frame.tenant, frame.subject),
        frame.full_type,
        frame.time,
        recalled(frame, own),
    )
