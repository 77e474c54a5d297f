"""One message on its way through one channel: what an attempt came to, and when to try again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from services.notify.domain.message import Message, Notice

Channel = Literal["inbox", "email", "webhook"]
State = Literal["waiting", "delivered", "given_up"]

PAUSES = tuple(dt.timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400))
"""Pauses after the first, second… attempt; the last one repeats."""

PATIENCE = dt.timedelta(days=1)
"""How long a message is tried before it is given up; its attempts stay on record."""

JITTER = 0.2
"""Each pause is shortened or lengthened by up to this share, so that receivers are not hit in step."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for one receiver, a person or a subscription; a repeat keeps its `id`."""

    tenant: str
    id: str
    channel: Channel
    receiver: str
    content: Message | Notice
    attempts: int
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """The channel has taken it; for e-mail and webhooks, the other side said so."""

    detail: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """It may work later; `after` is how long the other side asked us to wait, if it did."""

    detail: str
    after: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Hopeless:
    """It will never work: trying again would only annoy."""

    detail: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver says that it is no more (410): its subscription ends."""

    detail: str


Outcome = Delivered | Postponed | Hopeless | Gone


@dataclass(frozen=True, slots=True)
class After:
    """What follows an attempt: the delivery's state, and when to try again while it waits."""

    state: State
    next_at: dt.datetime | None


def follow(outcome: Outcome, attempts: int, created: dt.datetime, now: dt.datetime, chance: float) -> After:
    """What follows attempt number `attempts` (counted from 1); `chance` is in [0, 1)."""
    if isinstance(outcome, Delivered):
        return After("delivered", None)
    if isinstance(outcome, Hopeless | Gone):
        return After("given_up", None)
    pause = PAUSES[min(attempts, len(PAUSES)) - 1] * (1 - JITTER + 2 * JITTER * chance)
    next_at = now + max(pause, outcome.after or dt.timedelta(0))
    return After("waiting", next_at) if next_at <= created + PATIENCE else After("given_up", None)
