"""Which type means which data, and the one way from bytes to a checked event and back."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any, get_args

import msgspec
from msgspec import UNSET, Struct, structs

from schemas import commitments, escalations, measures, organisation, packages, purposes, work
from schemas.envelope import Envelope, Event

EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
"""Dates outside these years are refused (docs/ledger.md)."""

WORK_VERBS = (
    "received",
    "allocated",
    "unallocated",
    "started",
    "due-changed",
    "transferred",
    "completed",
    "authorised",
    "reopened",
    "cancelled",
)

PACKAGE_VERBS = ("started", "changed", "ended")

CASE_TYPES: dict[str, type[Struct]] = {
    **{f"primed.work.{verb}.v1": work.Work for verb in WORK_VERBS},
    "primed.work.recorded.v1": work.WorkRecorded,
    **{f"primed.package.{verb}.v1": packages.Package for verb in PACKAGE_VERBS},
    "primed.package.recorded.v1": packages.PackageRecorded,
    "primed.event.retracted.v1": work.Retracted,
}
ORGANISATION_TYPES: dict[str, type[Struct]] = {
    "primed.unit.registered.v1": organisation.UnitRegistered,
    "primed.unit.renamed.v1": organisation.UnitRenamed,
    "primed.unit.moved.v1": organisation.UnitMoved,
    "primed.unit.closed.v1": organisation.UnitClosed,
    "primed.worker.joined.v1": organisation.WorkerJoined,
    "primed.worker.moved.v1": organisation.WorkerMoved,
    "primed.worker.left.v1": organisation.WorkerLeft,
    "primed.role.assigned.v1": organisation.RoleAssigned,
}
METRIC_TYPES: dict[str, type[Struct]] = {
    "primed.measure.changed.v1": measures.MeasureChanged,
    "primed.measure.restated.v1": measures.MeasureRestated,
    "primed.feed.stale.v1": measures.FeedStale,
    "primed.feed.recovered.v1": measures.FeedRecovered,
}
ACTION_TYPES: dict[str, type[Struct]] = {
    "primed.meeting.scheduled.v1": commitments.MeetingScheduled,
    "primed.meeting.started.v1": commitments.MeetingStarted,
    "primed.meeting.commitment-reviewed.v1": commitments.CommitmentReviewed,
    "primed.meeting.decision-recorded.v1": commitments.DecisionRecorded,
    "primed.meeting.closed.v1": commitments.MeetingClosed,
    "primed.commitment.agreed.v1": commitments.CommitmentAgreed,
    "primed.commitment.completed.v1": commitments.CommitmentCompleted,
    "primed.commitment.carried-forward.v1": commitments.CommitmentCarriedForward,
    "primed.commitment.dropped.v1": commitments.CommitmentDropped,
    "primed.purpose.set.v1": purposes.PurposeSet,
    "primed.target.agreed.v1": purposes.TargetAgreed,
    "primed.target.withdrawn.v1": purposes.TargetWithdrawn,
}
ESCALATION_TYPES: dict[str, type[Struct]] = {
    "primed.escalation.raised.v1": escalations.EscalationRaised,
    "primed.escalation.acknowledged.v1": escalations.EscalationAcknowledged,
    "primed.escalation.escalated.v1": escalations.EscalationEscalated,
    "primed.escalation.snoozed.v1": escalations.EscalationSnoozed,
    "primed.escalation.cleared.v1": escalations.EscalationCleared,
    "primed.escalation.closed.v1": escalations.EscalationClosed,
}
TOPIC_TYPES: dict[str, dict[str, type[Struct]]] = {
    "primed.case-events": CASE_TYPES,
    "primed.organisation": ORGANISATION_TYPES,
    "primed.metric-events": METRIC_TYPES,
    "primed.action-events": ACTION_TYPES,
    "primed.escalation-events": ESCALATION_TYPES,
}
TYPES: dict[str, type[Struct]] = {
    name: kind for types in TOPIC_TYPES.values() for name, kind in types.items()
}
TOPIC_OF: dict[str, str] = {name: topic for topic, types in TOPIC_TYPES.items() for name in types}
TYPE_OF_ACTION: dict[type[Struct], str] = {kind: name for name, kind in ACTION_TYPES.items()}
TYPE_OF_ESCALATION: dict[type[Struct], str] = {kind: name for name, kind in ESCALATION_TYPES.items()}

NEEDS_ONE_OF: dict[str, tuple[str, ...]] = {
    "primed.work.allocated.v1": ("worker",),
    "primed.work.transferred.v1": ("team",),
    "primed.work.due-changed.v1": ("due", "start_by"),
}
"""Without one of these fields the event says nothing."""


def _parts(shape: Any) -> set[Any]:
    """The plain types in an annotation, whatever it is wrapped in."""
    inner = [_parts(part) for part in get_args(shape)]
    return {shape}.union(*inner)


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_USUAL_LENGTH = len("2026-11-02T09:30:00+00:00")
_USUAL_MARKS = ("--T::+:", "--T::-:")
_UNSTORABLE = re.compile(rb"\\u00(?:00|1[fF])")
"""Characters that stores cannot keep (NUL) or use between values (unit separator), as JSON writes them."""
_ENVELOPE = msgspec.json.Decoder(Envelope)
_DATA: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()
}
_DATES: dict[type[Struct], tuple[str, ...]] = {
    kind: tuple(field.name for field in structs.fields(kind) if dt.date in _parts(field.type))
    for kind in set(TYPES.values())
}
"""The fields of each type that hold a date."""


class Unreadable(Exception):
    """The event cannot be taken; `reason` is a short label for counting, the message says what to do."""

    def __init__(self, reason: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field


def read(raw: bytes) -> Event:
    """Decode and check one event from its JSON bytes.

    Raises `Unreadable` with a reason in {not-json, wrong-shape, unknown-type, wrong-data, wrong-time,
    wrong-date, missing-field, wrong-subject}.
    """
    if rb"\u00" in raw and _UNSTORABLE.search(raw):
        raise Unreadable("wrong-data", "A text holds a NUL or unit separator character; remove it.", "data")
    try:
        envelope = _ENVELOPE.decode(raw)
    except msgspec.ValidationError as error:
        raise Unreadable("wrong-shape", f"The event's envelope is wrong: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not-json", f"The event is not valid JSON in UTF-8: {error}.") from error
    return checked(envelope)


def checked(envelope: Envelope) -> Event:
    """Decode an event's data, and check what its envelope says beyond its form; raises as `read` does."""
    decoder = _DATA.get(envelope.type)
    if decoder is None:
        raise Unreadable("unknown-type", f"Type {envelope.type!r} is not known; see GET /v1/types.", "type")
    try:
        data = decoder.decode(envelope.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("wrong-data", f"The data of {envelope.type} is wrong: {error}.", "data") from error
    _check_times(envelope)
    _check_dates(data)
    if envelope.type in NEEDS_ONE_OF:
        _check_needed(envelope.type, data)
    if TOPIC_OF[envelope.type] == "primed.case-events":
        _check_subject(envelope)
    return Event(envelope=envelope, data=data)


def write(envelope: Envelope) -> bytes:
    """The event's bytes as they go into the log, HTTP bodies and files."""
    return msgspec.json.encode(envelope)


def data_of(kind: Struct) -> msgspec.Raw:
    """Encode an event's data for an envelope."""
    return msgspec.Raw(msgspec.json.encode(kind))


def instant(text: str) -> dt.datetime:
    """Parse an RFC 3339 time with offset; raises `ValueError` when there is none.

    Python reads other forms of ISO 8601 too (week dates, basic form), whose day could not be read off.
    """
    if not _is_usual(text) and not _RFC3339.fullmatch(text):
        raise ValueError("it must look like 2026-11-02T09:30:00+00:00")
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("it has no offset")
    return moment


def _is_usual(text: str) -> bool:
    """Whether it has the form of nearly all times, digits in pairs between these marks: as the pattern says.

    That between them are digits, and of a true date, the parser sees to.
    """
    return len(text) == _USUAL_LENGTH and text[4:23:3] in _USUAL_MARKS


def _check_times(envelope: Envelope) -> None:
    _check_time("time", envelope.time)
    if envelope.recordedtime is not UNSET and envelope.recordedtime != envelope.time:
        _check_time("recordedtime", envelope.recordedtime)


@lru_cache(maxsize=1024)
def _check_time(field: str, text: str) -> None:
    try:
        moment = instant(text)
    except ValueError as error:
        raise Unreadable(
            "wrong-time", f"{field} {text!r} is not RFC 3339 with an offset ({error}).", field
        ) from error
    if not EARLIEST.year <= moment.year <= LATEST.year:
        raise Unreadable("wrong-date", f"{field} {text!r} lies outside 1990–2100.", field)


def _check_dates(data: Struct) -> None:
    for field in _DATES[type(data)]:
        value = getattr(data, field)
        if value and not EARLIEST <= value <= LATEST:
            raise Unreadable("wrong-date", f"{field} {value} lies outside 1990–2100.", field)


def _check_needed(name: str, data: Struct) -> None:
    needed = NEEDS_ONE_OF[name]
    if not any(_given(field, getattr(data, field)) for field in needed):
        raise Unreadable("missing-field", f"{name} needs {' or '.join(needed)}.", needed[0])


def _given(field: str, value: object) -> bool:
    """Whether a field says something: a date may say null (it clears), a blank text says nothing."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not UNSET and field in ("due", "start_by")


def _check_subject(envelope: Envelope) -> None:
    prefix = envelope.source + "/"
    if not envelope.subject.startswith(prefix) or envelope.subject == prefix:
        raise Unreadable(
            "wrong-subject",
            f"subject must be source + '/' + key, so it must begin with {prefix!r}.",
            "subject",
        )
