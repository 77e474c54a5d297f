"""A target: what a measure of a unit, or of a worker, is to reach from a month on; agreed → withdrawn."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

from msgspec import UNSET, Struct

from schemas.measures import Grain, Number
from schemas.purposes import TargetAgreed, TargetWithdrawn
from schemas.registry import EARLIEST, LATEST
from services.actions.domain.decision import Decided, Reason, Refused, long_day, words
from services.actions.domain.promise import maybe
from services.actions.domain.terms import wrong_meeting

Event = TargetAgreed | TargetWithdrawn

MOST = 1_000_000_000
"""No measure of a council is larger than this."""

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Aim:
    """What was agreed; `since` is the first day of the month from which it holds."""

    target: str
    unit: str
    measure: str
    value: Number
    tolerance: Number
    since: dt.date
    reason: str
    by: str
    agreed_at: dt.datetime
    grain: Grain | None = None
    worker: str | None = None
    meeting: str | None = None


class NotAgreed(Struct, frozen=True, tag_field="state", tag="not_agreed"):
    """Nothing has happened yet."""


class Agreed(Struct, frozen=True, tag_field="state", tag="agreed"):
    """It stands, until a newer one of the same takes its place."""

    aim: Aim


class Withdrawn(Struct, frozen=True, tag_field="state", tag="withdrawn"):
    """It holds for no period any more, since `at`."""

    aim: Aim
    reason: str
    by: str
    at: dt.datetime


Known = Agreed | Withdrawn
State = NotAgreed | Known


@dataclass(frozen=True, slots=True)
class Agree:
    """Agree a target. `worker_known`: somebody with this id works in the unit or in one below it.

    `meeting_open`: None when no meeting of this unit or above bears the id.
    """

    target: str
    unit: str
    measure: str
    value: Number
    tolerance: Number
    since: str
    reason: str
    by: str
    grain: Grain | None = None
    worker: str | None = None
    worker_known: bool = False
    meeting: str | None = None
    meeting_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take it back, with the reason."""

    reason: str
    by: str


Command = Agree | Withdraw
Decision = Decided[Event] | Refused


@dataclass(frozen=True, slots=True)
class Newer:
    """The target that takes the place of another, from the first day of a month on."""

    target: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Held:
    """A target beside the one that takes its place; None while it is the last that was agreed."""

    state: Known
    newer: Newer | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is the one that holds for a period that begins on the day."""
        if isinstance(self.state, Withdrawn) or day < self.state.aim.since:
            return False
        return self.newer is None or day < self.newer.since


def evolve(state: State, event: Event, at: dt.datetime) -> State:
    """The target after one event that happened at `at` (local time of the council, with offset)."""
    match event, state:
        case TargetAgreed(), _:
            return Agreed(_aim(event, at))
        case TargetWithdrawn(reason=reason, by=by), Agreed(aim):
            return Withdrawn(aim, reason, by, at)
        case _:
            return state


def decide(state: State, command: Command) -> Decision:
    """What the command does to the target."""
    match command, state:
        case Agree(), _:
            return _agree(command)
        case Withdraw(), NotAgreed():
            return Refused(Reason.TARGET_UNKNOWN, "There is no such target.")
        case Withdraw(), Withdrawn(at=at):
            return Refused(Reason.ENDED, f"It was withdrawn on {long_day(at.date())}; agree a new one.")
        case Withdraw(), Agreed(aim):
            return _withdraw(aim, command)
        case _:
            raise AssertionError(f"no rule for {command} in {state}")


def known(state: State) -> Known:
    """The state of a target that was agreed, as after every command that held."""
    assert not isinstance(state, NotAgreed)
    return state


def unit_of(state: State) -> str | None:
    """The unit whose target it is; None before it was agreed."""
    return None if isinstance(state, NotAgreed) else state.aim.unit


def _agree(command: Agree) -> Decision:
    for wrong in (_wrong_number(command), _wrong_worker(command)):
        if wrong:
            return wrong
    since, reason = _since(command.since), words(command.reason, "reason", "The reason")
    if isinstance(since, Refused):
        return since
    if isinstance(reason, Refused):
        return reason
    if wrong := wrong_meeting(command.meeting, command.meeting_open):
        return wrong
    agreed = TargetAgreed(
        target=command.target,
        unit=command.unit,
        measure=command.measure,
        value=command.value,
        tolerance=command.tolerance,
        since=since,
        grain=command.grain or UNSET,
        worker=command.worker or UNSET,
        reason=reason,
        by=command.by,
        meeting=command.meeting or UNSET,
    )
    return Decided((agreed,), Reason.AGREED)


def _withdraw(aim: Aim, command: Withdraw) -> Decision:
    reason = words(command.reason, "reason", "The reason")
    if isinstance(reason, Refused):
        return reason
    withdrawn = TargetWithdrawn(target=aim.target, unit=aim.unit, reason=reason, by=command.by)
    return Decided((withdrawn,), Reason.WITHDRAWN)


def _wrong_number(command: Agree) -> Refused | None:
    for field, number, least in (("value", command.value, -MOST), ("tolerance", command.tolerance, 0)):
        if not (math.isfinite(number) and least <= number <= MOST):
            sentence = f"`{field}` {number} is no number between {least:,} and {MOST:,}; mend it."
            return Refused(Reason.NUMBER_WRONG, sentence, field)
    return None


def _wrong_worker(command: Agree) -> Refused | None:
    if not command.worker or command.worker_known:
        return None
    sentence = (
        f"Nobody with the staff id {command.worker[:40]!r} works in this unit; leave `worker` out or mend it."
    )
    return Refused(Reason.WORKER_UNKNOWN, sentence, "worker")


def _since(text: str) -> dt.date | Refused:
    try:
        since = dt.date.fromisoformat(f"{text}-01") if _MONTH.fullmatch(text) else None
    except ValueError:
        since = None
    if since is None or not EARLIEST <= since <= LATEST:
        sentence = (
            f"`since` {text[:40]!r} is no month; give the first month that it holds for, "
            "like 2026-12, between 1990 and 2100."
        )
        return Refused(Reason.TIME_WRONG, sentence, "since")
    return since


def _aim(event: TargetAgreed, at: dt.datetime) -> Aim:
    return Aim(
        target=event.target,
        unit=event.unit,
        measure=event.measure,
        value=event.value,
        tolerance=event.tolerance,
        since=event.since,
        reason=event.reason,
        by=event.by,
        agreed_at=at,
        grain=None if event.grain is UNSET else event.grain,
        worker=maybe(event.worker),
        meeting=maybe(event.meeting),
    )
