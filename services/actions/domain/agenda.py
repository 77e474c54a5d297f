"""The agenda that fills itself: last meeting's commitments, exceptions since, the three reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from services.actions.domain.commitment import Done, Dropped, Known, Open
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard

REPORTS = ("workload", "completed", "outcomes")
"""The three reports that every team looks at, in this order."""

_SEVERITIES = ("serious", "warning", "notice")


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a meeting looks at before it decides and agrees, in this order."""

    last_commitments: tuple[Versioned[Known], ...]
    exceptions: tuple[Heard, ...]
    reports: tuple[str, ...] = REPORTS


def agenda(commitments: Sequence[Versioned[Known]], exceptions: Sequence[Heard], today: dt.date) -> Agenda:
    """Put it in order: what is late, what is open by deadline, what has ended; the worst exceptions first."""
    ordered = sorted(commitments, key=lambda kept: _place(kept.state, today))
    worst_first = sorted(exceptions, key=lambda heard: (heard.ended_at is not None, _weight(heard)))
    return Agenda(tuple(ordered), tuple(worst_first))


def _weight(heard: Heard) -> tuple[int, dt.datetime]:
    known = heard.severity in _SEVERITIES
    return (_SEVERITIES.index(heard.severity) if known else len(_SEVERITIES), heard.raised_at)


def _place(state: Known, today: dt.date) -> tuple[int, dt.date, str]:
    match state:
        case Open(promise):
            return (0 if today > promise.deadline else 1, promise.deadline, promise.commitment)
        case Done(promise, at=at) | Dropped(promise, at=at):
            return (2, at.date(), promise.commitment)
        case _:
            assert_never(state)
