"""The purpose of a unit and its objectives: set once, changed with a reason, its history kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from msgspec import UNSET, Struct

from schemas.purposes import PurposeSet
from services.actions.domain.decision import Decided, Reason, Refused, words
from services.actions.domain.promise import maybe
from services.actions.domain.terms import wrong_meeting

Event = PurposeSet

MOST_OBJECTIVES = 10
"""Who has more has none."""


class NotSet(Struct, frozen=True, tag_field="state", tag="not_set"):
    """Nobody has said yet what the unit is for."""


class Standing(Struct, frozen=True, tag_field="state", tag="set"):
    """What the unit is for, as set at `at`; `reason` says why it was changed, None of the first."""

    unit: str
    purpose: str
    objectives: tuple[str, ...]
    by: str
    at: dt.datetime
    reason: str | None = None
    meeting: str | None = None


State = NotSet | Standing


@dataclass(frozen=True, slots=True)
class Set:
    """Say what the unit is for; `meeting_open`: None when no meeting of this unit or above bears the id."""

    unit: str
    purpose: str
    objectives: tuple[str, ...]
    by: str
    meeting: str | None = None
    meeting_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Say it anew, with the reason."""

    purpose: str
    objectives: tuple[str, ...]
    reason: str
    by: str
    meeting: str | None = None
    meeting_open: bool | None = None


Command = Set | Change
Decision = Decided[Event] | Refused


def evolve(_state: State, event: Event, at: dt.datetime) -> State:
    """The purpose after it was set at `at` (local time of the council, with offset)."""
    return Standing(
        event.unit, event.purpose, event.objectives, event.by, at, maybe(event.reason), maybe(event.meeting)
    )


def decide(state: State, command: Command) -> Decision:
    """What the command does to the purpose."""
    match command, state:
        case Set(unit=unit), Standing():
            sentence = f"The purpose of {unit[:40]} is set; change it, with its version and the reason."
            return Refused(Reason.PURPOSE_SET, sentence)
        case Set(unit=unit), NotSet():
            return _set(unit, command, None)
        case Change(), NotSet():
            return Refused(Reason.PURPOSE_UNKNOWN, "The unit has no purpose yet; set it first.")
        case Change(), Standing(unit=unit):
            reason = words(command.reason, "reason", "The reason of the change")
            return reason if isinstance(reason, Refused) else _set(unit, command, reason)
        case _:
            raise AssertionError(f"no rule for {command} in {state}")


def known(state: State) -> Standing:
    """A purpose that was set, as after every command that held."""
    assert isinstance(state, Standing)
    return state


def unit_of(state: State) -> str | None:
    """The unit whose purpose it is; None before it was set."""
    return state.unit if isinstance(state, Standing) else None


def _set(unit: str, command: Command, reason: str | None) -> Decision:
    purpose = words(command.purpose, "purpose", "The purpose")
    if isinstance(purpose, Refused):
        return purpose
    objectives = _objectives(command.objectives)
    if isinstance(objectives, Refused):
        return objectives
    if wrong := wrong_meeting(command.meeting, command.meeting_open):
        return wrong
    said = PurposeSet(
        unit=unit,
        purpose=purpose,
        objectives=objectives,
        reason=reason or UNSET,
        by=command.by,
        meeting=command.meeting or UNSET,
    )
    return Decided((said,), Reason.PURPOSE_CHANGED if reason else Reason.SET)


def _objectives(given: tuple[str, ...]) -> tuple[str, ...] | Refused:
    if len(given) > MOST_OBJECTIVES:
        sentence = f"There are {len(given)} objectives; keep the {MOST_OBJECTIVES} that matter most."
        return Refused(Reason.TOO_MANY, sentence, "objectives")
    found: list[str] = []
    for text in given:
        objective = words(text, "objectives", "An objective")
        if isinstance(objective, Refused):
            return objective
        found.append(objective)
    return tuple(found)
