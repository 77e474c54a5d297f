"""What happened, as events for the log: this service is the source, the stream's version the sequence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from msgspec import UNSET, Struct

from schemas.envelope import Envelope
from schemas.registry import TYPE_OF_ACTION, data_of

SOURCE = "primed/actions"

Noun = Literal["meeting", "commitment", "target", "purpose"]


def said(
    events: Sequence[Struct],
    stream: tuple[Noun, str],
    before: int,
    tenant: str,
    at: dt.datetime,
    correlation: str | None,
) -> list[Envelope]:
    """The envelopes of the events after version `before`; `time` keeps the local time and its offset."""
    noun, key = stream
    return [
        Envelope(
            specversion="1.0",
            id=f"{noun}/{key}/{version}",
            source=SOURCE,
            type=TYPE_OF_ACTION[type(event)],
            subject=f"{SOURCE}/{noun}/{key}",
            time=at.isoformat(timespec="milliseconds"),
            datacontenttype="application/json",
            tenant=tenant,
            sequence=str(version),
            correlationid=correlation or UNSET,
            data=data_of(event),
        )
        for version, event in enumerate(events, before + 1)
    ]
