"""An item is fed by the rows of exports or by single events, never by both (docs/ledger.md, "mixed feed").

Where an item has rows its single events do not count, so they are refused while their sender still listens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from schemas.envelope import Envelope
from services.ingest.domain.edge import Admitted, Refused

Item = tuple[str, str]
"""A source, and the key of one of its items."""

REASON = "mixed-feed"
FED = ("primed.work.", "primed.package.")
OF_ROWS = ".recorded.v1"


def item_of(envelope: Envelope) -> Item | None:
    """The item that a single event tells of; None for rows, withdrawals and the organisation."""
    if not envelope.type.startswith(FED) or envelope.type.endswith(OF_ROWS):
        return None
    return envelope.source, envelope.subject.removeprefix(envelope.source + "/")


def told_singly(events: Iterable[Admitted | Refused], sources: Collection[str]) -> set[Item]:
    """The items of these sources of which single events tell."""
    items = (item_of(event.envelope) for event in events if isinstance(event, Admitted))
    return {item for item in items if item is not None and item[0] in sources}


def without(events: Sequence[Admitted | Refused], shown: Collection[Item]) -> list[Admitted | Refused]:
    """The events, with those refused that tell singly of an item which exports show."""
    return [
        refused(event) if isinstance(event, Admitted) and item_of(event.envelope) in shown else event
        for event in events
    ]


def refused(event: Admitted) -> Refused:
    """Why such an event may not enter."""
    source = event.envelope.source
    return Refused(
        event.envelope.id,
        REASON,
        f"Exports of {source!r} show this item row by row, so its single events would not count: leave it to "
        "the exports, or send single events under a source of their own.",
        "source",
    )
