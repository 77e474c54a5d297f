"""What happened, as events for the log: this service is the source, the stream's version the sequence."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from schemas.envelope import Envelope
from schemas.escalations import EscalationRaised
from schemas.registry import TYPE_OF_ESCALATION, data_of
from services.notify.domain.command import Change
from services.notify.domain.escalation import EscalationEvent, Known

SOURCE = "primed/notify"


def said(
    change: Change, tenant: str, correlation: str | None
) -> Iterator[tuple[Envelope, EscalationEvent, Known]]:
    """Each new event in its envelope, with the state after it."""
    for version, event, after in change.steps():
        cause = event.cause if isinstance(event, EscalationRaised) else UNSET
        envelope = Envelope(
            specversion="1.0",
            id=f"escalation/{event.escalation}/{version}",
            source=SOURCE,
            type=TYPE_OF_ESCALATION[type(event)],
            subject=f"{SOURCE}/escalation/{event.escalation}",
            time=change.at.isoformat(timespec="milliseconds"),
            datacontenttype="application/json",
            tenant=tenant,
            sequence=str(version),
            causationid=cause,
            correlationid=correlation or UNSET,
            data=data_of(event),
        )
        yield envelope, event, after
