"""One event of an item, as far as the fold needs to know it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from sys import intern
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from schemas.registry import TYPES
from services.metrics.domain.book import made
from services.metrics.domain.frames import Frame, micros

TEXTS = frozenset(
    ("kind", "route", "urgency", "team", "worker", "from_team", "from_work", "person", "outcome")
)
"""The texts of a work event that its item holds."""


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Identity(NamedTuple):
    """What makes two events the same, within tenant and subject."""

    source: str
    id: str


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """One event as the log says it: times in microseconds since 1970, `day` as written in `time`."""

    noun: str
    verb: str
    identity: Identity
    day: dt.date
    at: int
    exact: bool
    recorded: int
    sequence: int
    rules: int | None
    data: Any
    kept: bytes = b""
    """The whole event as it is kept (`frames`)."""
    texts: Mapping[str, str] = _NOTHING
    """The texts that a work event gives, blank ones left out."""

    def text(self, name: str) -> str:
        """A text as it counts: absent, null and blank are the same nothing."""
        return self.texts.get(name, "")


def fact_of(frame: Frame, data: Any, kept: bytes) -> Fact:
    """Take from an event what the fold needs; `data` is its checked data, `kept` are the frame's bytes."""
    noun, verb = _named(frame.type)
    rare = frame.rare or _NOTHING
    moment = dt.datetime.fromisoformat(frame.time)
    at = recorded = micros(moment)
    if frame.recordedtime:
        recorded = micros(dt.datetime.fromisoformat(frame.recordedtime))
    return Fact(
        noun=noun,
        verb=verb,
        identity=made(Identity, (frame.said_by, frame.id)),
        day=moment.date(),
        at=at,
        exact="timeprecision" not in rare,
        recorded=recorded,
        sequence=int(rare["sequence"]) if "sequence" in rare else -1,
        rules=int(rare["rulesversion"]) if "rulesversion" in rare else None,
        data=data,
        kept=kept,
        texts=_texts(frame.data) if noun == "work" else _NOTHING,
    )


def recalled(frame: Frame, kept: bytes) -> Fact:
    """The fact of an event that was heard before and kept."""
    return fact_of(frame, msgspec.convert(frame.data, TYPES[frame.full_type]), kept)


@cache
def _named(short_type: str) -> tuple[str, str]:
    noun, verb, _ = short_type.split(".")
    return noun, verb


def _texts(said: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: intern(value) for name, value in said.items() if name in TEXTS and value and not value.isspace()
    }
