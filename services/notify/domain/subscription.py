"""Who hears what by webhook, and the secret with which it is signed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from schemas.registry import ESCALATION_TYPES

EVENTS = tuple(sorted(ESCALATION_TYPES))
"""What can be subscribed to; without a choice, all of it."""

TRIAL = "primed.subscription.tried.v1"
"""The type of the notice with which a subscriber tries the way."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who hears what by webhook."""

    id: str
    url: str
    events: list[str]
    unit: str | None
    by: str
    at: dt.datetime
    state: str
    why: str | None


def secret(key: bytes, subscription: str) -> str:
    """The signing secret, derived from the service's key, so that the database holds none."""
    drawn = hmac.digest(key, f"primed/webhook/{subscription}".encode(), hashlib.sha256)
    return "whsec_" + base64.b64encode(drawn).decode("ascii")


def unknown_events(events: list[str]) -> list[str]:
    """Those that nobody ever tells."""
    return [name for name in events if name not in EVENTS]
