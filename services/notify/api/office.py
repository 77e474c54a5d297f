"""What the routes share: who may see and do what, how a command runs just once, and how lists go on."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request, Response

from eventlog.event_store import AlreadyDone, Command
from runtime.auth import Principal
from runtime.commands import Answer, Order, once
from runtime.problems import Problem, not_found, wrong
from schemas.tree import Tree
from services.notify import flow
from services.notify.domain.command import Refused
from services.notify.domain.rule import Rule
from services.notify.domain.scene import Scene

LEADERS = ("manager", "head", "director")
PEOPLE = ("practitioner", *LEADERS, "finance", "analyst")
READERS = (*PEOPLE, "operator", "service")

ABOUT_THE_BODY = {"no_note": "note", "no_answer": "body", "wrong_until": "until"}
"""Refusals that are about what was sent, not about how things stand, with the field that they mean."""


class Work(flow.Work, Protocol):
    """The flow's ports, and what only commands need."""

    async def answered(self, command: Command) -> bytes | None: ...
    async def keep_answer(self, command: Command) -> None: ...
    async def version(self, rule: str) -> int: ...
    async def set_rule(self, rule: Rule, version: int, by: str, at: dt.datetime) -> None: ...


class Books(Protocol):
    """Where work is opened."""

    def open(
        self, tenant: str, now: dt.datetime, correlation: str | None = None
    ) -> AbstractAsyncContextManager[Work]: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """What one principal sees today."""

    who: Principal
    tree: Tree
    today: dt.date

    def sees(self, unit: str) -> bool:
        """Whether the unit is theirs or below."""
        return self.who.unit is None or self.tree.covers(self.who.unit, unit, self.today)

    def leads(self, unit: str) -> bool:
        """Whether they answer for the unit."""
        return self.who.role in LEADERS and self.sees(unit)

    def units(self, asked: str | None) -> list[str] | None:
        """The units to list: those below the one asked for, as far as seen; None: the whole council.

        A unit that is not theirs is answered like one that does not exist.
        """
        top = asked or self.who.unit
        if asked is not None and not (self.tree.unit(asked) and self.sees(asked)):
            raise not_found()
        if top is None:
            return None
        return [unit.id for unit in self.tree.units() if self.tree.covers(top, unit.id, self.today)]


@dataclass(frozen=True, slots=True)
class Office:
    """The ports of the routes, the organisation, the clock and fresh ids."""

    books: Books
    tree: Callable[[str], Tree]
    scene: Callable[[str], Scene]
    now: Callable[[], dt.datetime]

    def reach(self, who: Principal) -> Reach:
        """What the principal sees today."""
        return Reach(who, self.tree(who.tenant), self.scene(who.tenant).today)

    async def command(
        self,
        request: Request,
        who: Principal,
        order: Order,
        act: Callable[[Work, Scene], Awaitable[Answer]],
    ) -> Response:
        """Run a command in one transaction and keep its answer, so that a repeat is answered alike."""

        async def acting() -> Answer:
            scene = self.scene(who.tenant)
            correlation: str = request.state.correlation_id
            async with self.books.open(who.tenant, scene.now, correlation) as work:
                named = Command(order.key, order.fingerprint) if order.key else None
                if named and (kept := await work.answered(named)) is not None:
                    raise AlreadyDone(kept)
                answer = await act(work, scene)
                if named:
                    await work.keep_answer(named.answering(answer.kept()))
            return answer

        try:
            return await once(order, acting)
        except Refused as refusal:
            raise _problem(refusal) from refusal


def written(place: tuple[dt.datetime, str] | None) -> str | None:
    """A place in a list as an opaque cursor."""
    if place is None:
        return None
    at, last = place
    return base64.urlsafe_b64encode(f"{at.isoformat()} {last}".encode()).decode()


def place_from(cursor: str | None) -> tuple[dt.datetime, str] | None:
    """The place that one of our cursors means; 422 for any other."""
    if cursor is None:
        return None
    try:
        at, _, last = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        moment = dt.datetime.fromisoformat(at)
    except (binascii.Error, ValueError) as error:
        raise no_cursor() from error
    if moment.tzinfo is None or not 1990 <= moment.year <= 2200 or not last.isprintable():
        raise no_cursor()
    return moment, last


def no_cursor() -> Problem:
    """422 for a cursor that we did not give."""
    return wrong("The cursor is none of ours; leave it out to begin anew.", field="cursor")


def _problem(refusal: Refused) -> Problem:
    if refusal.reason in ABOUT_THE_BODY:
        return wrong(str(refusal), field=ABOUT_THE_BODY[refusal.reason], reason=refusal.reason)
    if refusal.reason == "unknown":
        return not_found()
    return Problem(409, "Not possible as things stand", str(refusal), reason=refusal.reason)
