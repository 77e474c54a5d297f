"""What the world says of a command, read in its transaction and put into it, so that the decision is pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Protocol, assert_never

from services.actions.domain import commitment, meeting, purpose, streams, target
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.promise import Promise
from services.actions.domain.reach import Reach
from services.actions.domain.said import Noun


class World(Protocol):
    """What stands: a meeting that is read is held still until the transaction ends."""

    async def stands(self, noun: Noun, key: str) -> Versioned[Any]: ...
    async def due(self, unit: str, day: dt.date) -> list[Promise]: ...
    async def escalation(self, key: str) -> Heard | None: ...


async def of_commitment(
    world: World, reach: Reach, state: commitment.State, command: commitment.Command
) -> commitment.Command:
    """The command with what is known of its owner, meeting, exception, and of who gives it."""
    if isinstance(command, commitment.Agree):
        heard = await world.escalation(command.escalation) if command.escalation else None
        return replace(
            command,
            owner_known=reach.employs(command.owner),
            meeting_open=await _is_open(world, reach, command.meeting, command.unit),
            escalation_known=heard is not None and reach.sees(heard.unit),
        )
    if isinstance(state, commitment.NotAgreed):
        return command
    unit = state.promise.unit
    if isinstance(command, commitment.CarryForward):
        is_open = await _is_open(world, reach, command.meeting, unit)
        return replace(command, leads=reach.leads(unit), meeting_open=is_open)
    return replace(command, leads=reach.leads(unit))


async def of_led(world: World, reach: Reach, state: Any, command: streams.Command) -> streams.Command:
    """The command with what is known of the workers and meetings that it names."""
    match command:
        case target.Agree(worker=worker, unit=unit):
            is_open = await _is_open(world, reach, command.meeting, unit)
            return replace(command, worker_known=reach.places(worker, unit), meeting_open=is_open)
        case purpose.Set(unit=unit):
            return replace(command, meeting_open=await _is_open(world, reach, command.meeting, unit))
        case purpose.Change() if isinstance(state, purpose.Standing):
            return replace(command, meeting_open=await _is_open(world, reach, command.meeting, state.unit))
        case target.Withdraw() | purpose.Change():
            return command
        case _:
            return await _of_meeting(world, reach, state, command)


async def _of_meeting(
    world: World, reach: Reach, state: meeting.State, command: meeting.Command
) -> meeting.Command:
    match command:
        case meeting.Start():
            unit = meeting.unit_of(state)
            due = await world.due(unit, reach.day) if unit else []
            return replace(command, due=tuple(promise.commitment for promise in due))
        case meeting.ReviewCommitment():
            found = (await world.stands("commitment", command.commitment)).state
            unit = meeting.unit_of(state)
            if unit is None or isinstance(found, commitment.NotAgreed):
                return command
            return replace(command, known=reach.covers(unit, found.promise.unit))
        case meeting.Close() if isinstance(state, meeting.InProgress):
            return replace(command, due=tuple(await world.due(state.plan.unit, state.started_at.date())))
        case meeting.Schedule() | meeting.RecordDecision() | meeting.Close():
            return command
        case _:
            assert_never(command)


async def _is_open(world: World, reach: Reach, held: str | None, unit: str) -> bool | None:
    """Whether the meeting is in progress; None when it is not one of the unit's, or of one above it."""
    if not held:
        return None
    state = (await world.stands("meeting", held)).state
    of = meeting.unit_of(state)
    if of is None or not reach.covers(of, unit):
        return None
    return isinstance(state, meeting.InProgress)
