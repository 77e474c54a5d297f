"""An exception as it is shown: one flat page from whatever state it is in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from services.notify.domain.escalation import (
    Acknowledged,
    Cleared,
    Closed,
    Known,
    Note,
    Raised,
    Snoozed,
    note_of,
)
from services.notify.domain.rule import Rule

Place = tuple[dt.datetime, str]
"""Where a list goes on: the moment and id of the last one shown."""

Name = Literal["raised", "acknowledged", "snoozed", "cleared", "closed"]


@dataclass(frozen=True, slots=True)
class Shown:
    """An exception as it reads now, and its rule as it stands."""

    body: dict[str, Any]
    commitments: list[str]
    rule: Rule | None

    @property
    def place(self) -> Place:
        """Its place in the list."""
        return dt.datetime.fromisoformat(self.body["raised_at"]), self.body["id"]

    @property
    def people(self) -> set[str]:
        """Everybody who was asked."""
        return {one["person"] for one in self.body["asked"] if one["person"]}


def name_of(state: Known) -> Name:
    """The state in one word."""
    match state:
        case Raised():
            return "raised"
        case Acknowledged():
            return "acknowledged"
        case Snoozed():
            return "snoozed"
        case Cleared():
            return "cleared"
        case Closed():
            return "closed"
        case _:
            assert_never(state)


def overview(state: Known, version: int) -> dict[str, object]:
    """The fields of an exception; people by their ids, moments as they are."""
    breach, note = state.breach, note_of(state)
    onward = state.next if isinstance(state, Raised) else None
    return {
        "id": breach.escalation,
        "rule": breach.rule,
        "unit": breach.unit,
        "measure": breach.measure,
        "title": breach.title,
        "severity": breach.severity,
        "state": name_of(state),
        "value": breach.value,
        "threshold": breach.threshold,
        "period": breach.period,
        "since": breach.since,
        "raised_at": breach.raised_at,
        "asked": [{"person": one.person, "rung": one.rung, "at": one.at} for one in state.asked],
        "next": {"person": onward.person, "at": onward.at} if onward else None,
        "acknowledged": _note(note, waits=False),
        "snoozed": _note(note, waits=True),
        "cleared": _cleared(state),
        "closed": _closed(state),
        "version": version,
    }


def _note(note: Note | None, *, waits: bool) -> dict[str, object] | None:
    if note is None or note.waits is not waits:
        return None
    return {"by": note.by, "note": note.note, "at": note.at, "until": note.until}


def _cleared(state: Known) -> dict[str, object] | None:
    found = state.cleared if isinstance(state, Closed) else state
    if not isinstance(found, Cleared):
        return None
    return {"value": found.value, "why": found.why, "at": found.at}


def _closed(state: Known) -> dict[str, object] | None:
    if not isinstance(state, Closed):
        return None
    return {"by": state.by, "reason": state.reason, "commitment": state.commitment, "at": state.at}
