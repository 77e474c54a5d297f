"""Who is asked, and who next: the holders of roles at a unit and above it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.tree import Tree
from services.notify.domain.escalation import Next

LAST_RESORT = "director"
"""Asked when nobody holds any role of the ladder, so that an exception finds a reader if there is one."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One person to ask; `number` counts the ladder's rungs from 1."""

    number: int
    role: str
    person: str


def chain(tree: Tree, unit: str, ladder: Sequence[str], day: dt.date) -> tuple[Rung, ...]:
    """The rungs on which somebody stands, lowest first; each person once; empty when nobody holds a role."""
    asked = _held(tree, unit, ladder, day)
    return asked or _held(tree, unit, [LAST_RESORT], day)


def following(rungs: Sequence[Rung], last: int, asked: Sequence[str]) -> Rung | None:
    """Whom to ask after rung number `last`, leaving out those who were asked already."""
    return next((rung for rung in rungs if rung.number > last and rung.person not in asked), None)


def _held(tree: Tree, unit: str, ladder: Sequence[str], day: dt.date) -> tuple[Rung, ...]:
    found: list[Rung] = []
    for number, role in enumerate(ladder, start=1):
        person = _nearest(tree, unit, role, day)
        if person is not None and all(person != rung.person for rung in found):
            found.append(Rung(number, role, person))
    return tuple(found)


def _nearest(tree: Tree, unit: str, role: str, day: dt.date) -> str | None:
    holders = (tree.holder(place.id, role, day) for place in reversed(tree.path(unit, day)))
    return next((person for person in holders if person), None)


def role_over(tree: Tree, unit: str, person: str, day: dt.date) -> str | None:
    """The role by which the person answers for the unit: the nearest one at it or above it."""
    held = dict(tree.roles_of(person, day))
    return next((held[place.id] for place in reversed(tree.path(unit, day)) if place.id in held), None)


def ask(
    rungs: Sequence[Rung], patience: Callable[[], dt.datetime], last: int = 0, asked: Sequence[str] = ()
) -> tuple[Rung | None, Next | None]:
    """Whom to ask after rung number `last`, and who follows when `patience` says that the time is up."""
    rung = following(rungs, last, asked)
    if rung is None:
        return None, None
    onward = following(rungs, rung.number, [*asked, rung.person])
    return rung, Next(onward.person, patience()) if onward else None


def again(
    rungs: Sequence[Rung], patience: Callable[[], dt.datetime], person: str
) -> tuple[Rung | None, Next | None]:
    """The ladder from whoever had it, or from its first rung when they no longer stand on it."""
    start = next((rung.number for rung in rungs if rung.person == person), 0)
    return ask(rungs, patience, max(start - 1, 0))
