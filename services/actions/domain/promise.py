"""What a commitment promises: who, what, by when, and how often the day was moved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from msgspec import UnsetType

from schemas.commitments import CommitmentAgreed


@dataclass(frozen=True, slots=True)
class Carried:
    """One carrying forward: the deadline moved `from_` → `to` on `day`."""

    from_: dt.date
    to: dt.date
    day: dt.date
    reason: str
    meeting: str | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What was agreed; `deadline` is the present one."""

    commitment: str
    unit: str
    text: str
    owner: str
    deadline: dt.date
    by: str
    agreed_at: dt.datetime
    meeting: str | None = None
    measure: str | None = None
    escalation: str | None = None
    carried: tuple[Carried, ...] = ()


def promised(event: CommitmentAgreed, at: dt.datetime) -> Promise:
    """What the event of agreeing at `at` promises."""
    return Promise(
        commitment=event.commitment,
        unit=event.unit,
        text=event.text,
        owner=event.owner,
        deadline=event.deadline,
        by=event.by,
        agreed_at=at,
        meeting=maybe(event.meeting),
        measure=maybe(event.measure),
        escalation=maybe(event.escalation),
    )


def maybe(value: str | UnsetType) -> str | None:
    """A field of an event, None where it was not given."""
    return value if isinstance(value, str) else None
