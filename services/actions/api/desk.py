"""What every route stands on: the ports, who asks with which reach, and how an outcome is answered."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Depends, Request

from runtime.auth import Principal, needs
from runtime.commands import Order, ordered, versioned
from runtime.problems import Problem, not_found, wrong
from runtime.telemetry import counter, log
from schemas.tree import Tree
from services.actions.answers import Place, Shelf
from services.actions.domain.decision import Answer, Missing, Reason, Refused, Repeated
from services.actions.domain.reach import Asked, Reach
from services.actions.domain.said import Noun
from services.actions.flow import Books

Found = TypeVar("Found")

COMMANDS = counter(
    "actions_commands",
    "Commands on what people agree, by noun and how they went, and what is refused to them.",
    ("noun", "reason"),
)
NOT_NOW = frozenset(
    {
        Reason.ENDED,
        Reason.NOT_IN_PROGRESS,
        Reason.ALREADY_STARTED,
        Reason.DUE_UNREVIEWED,
        Reason.PURPOSE_SET,
        Reason.CARRIED_TOO_OFTEN,
    }
)
"""Refusals of a command that is well formed, but not as things stand: 409."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports, the clock (the council's local time), and the source of new ids."""

    books: Books
    shelf: Shelf
    tree: Callable[[str], Tree]
    staff: Callable[[], Container[str]]
    now: Callable[[], dt.datetime]
    new_id: Callable[[Noun], str]

    def reach(self, who: Principal, at: dt.datetime) -> Reach:
        """What the principal may see and do at this moment."""
        tree = self.tree(who.tenant)
        return Reach(who.tenant, who.subject, who.role, who.unit, tree, at.date(), self.staff())

    def creating(self, *roles: str) -> Any:
        """`asked: Asked = desk.creating(…)`: the circumstances of a command that makes something new."""
        return self._asked(needs(*roles), ordered())

    def changing(self, *roles: str) -> Any:
        """As `creating`, of a command on what exists: 428 without `If-Match`."""
        return self._asked(needs(*roles), versioned())

    def _asked(self, allowed: Any, said: Any) -> Any:
        def asked(request: Request, who: Principal = allowed, order: Order = said) -> Asked:
            at = self.now()
            reach, about = self.reach(who, at), request.state.correlation_id
            return Asked(reach, at, order.expected or 0, order.key, order.fingerprint, about)

        return Depends(asked)


async def carried_out(
    noun: Noun, doing: Awaitable[Answer[Found] | Refused | Missing]
) -> tuple[Answer[Found], bool]:
    """What stands after the command, and whether this repeats a first answer; else raises the problem."""
    try:
        outcome, is_repeat = await doing, False
    except Repeated as again:
        outcome, is_repeat = again.first, True
    if isinstance(outcome, Missing):
        raise not_found()
    COMMANDS.labels(noun, outcome.reason).inc()
    if isinstance(outcome, Refused):
        raise _problem(outcome)
    log().info("command", noun=noun, action=outcome.reason, version=outcome.version, repeated=is_repeat)
    return outcome, is_repeat


def seen(found: Found | Missing) -> Found:
    """What was found; else raises the 404 that tells nothing."""
    if isinstance(found, Missing):
        raise not_found()
    return found


def written(place: Place | None) -> str | None:
    """A place in a list as an opaque cursor."""
    return None if place is None else base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def place_from(cursor: str | None) -> Place | None:
    """The place that a cursor of ours means; raises a 422 for any other."""
    if cursor is None:
        return None
    try:
        number, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError):
        raise _no_cursor() from None
    known = isinstance(number, int) and abs(number) < 2**62 and isinstance(key, str) and key.isprintable()
    if not known:
        raise _no_cursor()
    return number, key


def _no_cursor() -> Problem:
    return wrong("The cursor is none of ours; leave it out to begin anew.", field="cursor")


def _problem(refused: Refused) -> Problem:
    if refused.reason is Reason.NOT_YOURS:
        return Problem(403, "Not allowed", refused.sentence, reason=refused.reason)
    if refused.reason in NOT_NOW:
        title, about = "Not possible as things stand", list(refused.about)
        return Problem(409, title, refused.sentence, reason=refused.reason, commitments=about)
    return wrong(refused.sentence, field=refused.field or "body", reason=refused.reason)
