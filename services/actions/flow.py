"""The story of `actions`: read what stands, decide, write events and read tables in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from eventlog.event_store import Conflict
from schemas.envelope import Envelope, Event
from services.actions import known
from services.actions.domain import commitment, escalation, streams
from services.actions.domain.decision import Answer, Decided, Missing, Refused, Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.reach import Asked
from services.actions.domain.said import Noun, said
from services.actions.known import World

State = TypeVar("State")
Happened = TypeVar("Happened", bound=Struct)
Positions = Mapping[tuple[str, int], tuple[int, int]]
"""Topic and partition → first offset of a batch and the one after its last."""


class Page(World, Protocol):
    """One transaction over a tenant's books: all that is kept in it is kept, or nothing."""

    async def keep(self, noun: Noun, key: str, events: Sequence[Envelope], after: Answer[object]) -> None: ...


class Ear(Protocol):
    """One transaction over what is heard: exceptions, and the positions up to which they were read."""

    async def escalation(self, tenant: str, key: str) -> Heard | None: ...
    async def keep(self, tenant: str, heard: Heard) -> None: ...


class Books(Protocol):
    """Where transactions are opened: `open` for one command, `listen` for one batch read from the log."""

    def open(self, asked: Asked) -> AbstractAsyncContextManager[Page]: ...
    def listen(self, positions: Positions) -> AbstractAsyncContextManager[Ear]: ...


async def on_commitment(
    books: Books, asked: Asked, key: str, command: commitment.Command
) -> Answer[commitment.State] | Refused | Missing:
    """Agree a commitment, complete it, carry it forward or drop it."""
    async with books.open(asked) as page:
        before = await page.stands("commitment", key)
        if not asked.reach.may(command, before.state):
            return Missing()
        _refuse_stale(asked, key, before.version)
        whole = await known.of_commitment(page, asked.reach, before.state, command)
        decision = commitment.decide(before.state, whole, asked.at)
        return await _keep(page, asked, ("commitment", key), before, decision, commitment.evolve)


async def on_led(
    books: Books, asked: Asked, noun: Noun, key: str, command: streams.Command
) -> Answer[Any] | Refused | Missing:
    """Do what a manager does with what belongs to a unit: its meetings, its targets, its purpose."""
    async with books.open(asked) as page:
        before, stream = await page.stands(noun, key), streams.STREAMS[noun]
        begins = command if isinstance(command, streams.BEGINNINGS) else None
        unit = begins.unit if begins else stream.unit_of(before.state)
        if unit is None or not asked.reach.leads(unit):
            return Missing()
        if not begins:
            _refuse_stale(asked, key, before.version)
        whole = await known.of_led(page, asked.reach, before.state, command)
        return await _keep(
            page, asked, (noun, key), before, stream.decide(before.state, whole), stream.evolve
        )


async def hear(
    books: Books, positions: Positions, events: Sequence[Event], put_aside: Callable[[], Awaitable[object]]
) -> None:
    """Take in what was said of exceptions, and how far the log was read; put aside what cannot be read."""
    async with books.listen(positions) as ear:
        await put_aside()
        for event in events:
            tenant = str(event.envelope.tenant)
            before = await ear.escalation(tenant, event.data.escalation)
            after = escalation.evolve(before, event.data, event.envelope)
            if after and after != before:
                await ear.keep(tenant, after)


def _refuse_stale(asked: Asked, key: str, version: int) -> None:
    if asked.expected != version:
        raise Conflict(key, asked.expected, version)


async def _keep(
    page: Page,
    asked: Asked,
    stream: tuple[Noun, str],
    before: Versioned[State],
    decision: Decided[Happened] | Refused,
    evolve: Callable[[State, Happened, dt.datetime], State],
) -> Answer[State] | Refused:
    if isinstance(decision, Refused):
        return decision
    state = before.state
    for event in decision.events:
        state = evolve(state, event, asked.at)
    after = Answer(state, before.version + len(decision.events), decision.reason)
    envelopes = said(decision.events, stream, before.version, asked.reach.tenant, asked.at, asked.correlation)
    await page.keep(*stream, envelopes, after)
    return after
