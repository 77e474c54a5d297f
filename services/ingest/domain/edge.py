"""The edge: an event enters the log exact, checked, stamped with its council and dated as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, structs

from schemas import registry
from schemas.envelope import LONGEST_ID, LONGEST_SUBJECT, Envelope, Event
from schemas.registry import TOPIC_OF, Unreadable
from services.ingest.domain import exact_json
from services.ingest.domain.moments import Zones, localised
from services.ingest.domain.rules import NO_RULES, Rules, check_claim

FEEDER_TOPICS = ("primed.case-events", "primed.organisation")
"""What feeders may say; figures, agreements and exceptions are said by Primed's own services."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What the edge goes by: where each source keeps its clocks, and the council's dated rules."""

    zones: Zones
    rules: Rules = NO_RULES


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """An event as it goes into the log."""

    raw: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an event may not enter: `reason` is a label for counting, `detail` says what to do."""

    id: str | None
    reason: str
    detail: str
    field: str | None = None


def admit(raw: bytes, tenant: str, edge: Edge) -> Admitted | Refused:
    """Check one event from a feeder of `tenant` and write it as the log keeps it."""
    named: str | None = None
    try:
        shown = exact_json.read(raw)
        named = shown["id"][:200] if isinstance(shown.get("id"), str) else None
        return _checked(raw, tenant, edge)
    except Unreadable as error:
        return Refused(named, error.reason, str(error), error.field)


def admit_own(envelope: Envelope, tenant: str, edge: Edge) -> Admitted | Refused:
    """As `admit` for an event that ingest itself made from what a file says, in local time."""
    if not _is_plain(envelope):
        return admit_written(registry.write(envelope), tenant, edge)
    try:
        return _own(registry.checked(envelope), tenant, edge)
    except Unreadable as error:
        return Refused(None, error.reason, str(error), error.field)


def admit_written(raw: bytes, tenant: str, edge: Edge) -> Admitted | Refused:
    """As `admit_own` for such an event as JSON.

    Our encoder writes each name once, whole numbers, and four levels at most; only a text may still hold what
    no text may, and then it is written with a backslash.
    """
    try:
        if b"\\" in raw:
            exact_json.read(raw)
        return _own(registry.read(raw), tenant, edge)
    except Unreadable as error:
        return Refused(None, error.reason, str(error), error.field)


def admit_each(raws: Sequence[bytes], tenant: str, edge: Edge) -> list[Admitted | Refused]:
    """Check each event by itself, in the order given."""
    return [admit(raw, tenant, edge) for raw in raws]


def _checked(raw: bytes, tenant: str, edge: Edge) -> Admitted:
    event = registry.read(raw)
    _check_sender(event.envelope, tenant)
    _check_names(event.envelope)
    _check_rules(event.envelope)
    return _written(event, tenant, edge)


def _written(event: Event, tenant: str, edge: Edge) -> Admitted:
    envelope = event.envelope
    try:
        time = localised(envelope.time, edge.zones.of(envelope.source))
    except ValueError as error:
        raise Unreadable("wrong-date", f"time {envelope.time!r} cannot be taken: {error}.", "time") from error
    return _ruled(Event(envelope=structs.replace(envelope, time=time), data=event.data), tenant, edge)


def _ruled(event: Event, tenant: str, edge: Edge) -> Admitted:
    ruled = edge.rules.fill(event)
    stamped = structs.replace(ruled.envelope, tenant=tenant, data=registry.data_of(ruled.data))
    return Admitted(registry.write(stamped), stamped)


def _is_plain(envelope: Envelope) -> bool:
    """Whether nothing of what differs from event to event is too long or written with a backslash."""
    name, subject = envelope.id, envelope.subject
    fits = len(name) <= LONGEST_ID and len(subject) <= LONGEST_SUBJECT
    return fits and name.isprintable() and subject.isprintable() and b"\\" not in bytes(envelope.data)


def _own(event: Event, tenant: str, edge: Edge) -> Admitted:
    _check_names(event.envelope)
    return _ruled(event, tenant, edge)


def _check_sender(envelope: Envelope, tenant: str) -> None:
    if TOPIC_OF[envelope.type] not in FEEDER_TOPICS:
        raise Unreadable(
            "not-for-feeders", f"{envelope.type} is said by Primed itself and cannot be sent to it.", "type"
        )
    if envelope.tenant is not UNSET and envelope.tenant != tenant:
        raise Unreadable(
            "other-tenant", "The event names another tenant than the token; leave the field out.", "tenant"
        )


def _check_names(envelope: Envelope) -> None:
    key = envelope.subject.removeprefix(envelope.source + "/")
    if envelope.id.strip() and envelope.source.strip() and key.strip():
        return
    for field, text in (("id", envelope.id), ("source", envelope.source), ("subject", key)):
        if not text.strip():
            raise Unreadable("missing-field", f"{field} is blank; every event needs one.", field)


def _check_rules(envelope: Envelope) -> None:
    if (wrong := check_claim(envelope)) is not None:
        raise Unreadable("wrong-rules", wrong, "ruled")
