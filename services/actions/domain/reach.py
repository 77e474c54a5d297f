"""What somebody may see and do: their unit and all below it, by today's organisation, and their role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass

from schemas.tree import Tree
from services.actions.domain import commitment
from services.actions.domain.target import Aim

READERS = ("practitioner", "manager", "head", "director", "finance", "analyst", "operator", "service")
"""Roles that read meetings and commitments within their reach."""
LEADERS = ("manager", "head", "director")
"""Roles that hold meetings, and agree, carry forward and drop commitments within their reach."""
DOERS = ("practitioner", *LEADERS, "finance", "analyst")
"""Roles of people, who may own a commitment and say that it is done."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One person's reach today; a `top` of None is the whole tenant. `staff` are the ids of the directory."""

    tenant: str
    person: str
    role: str
    top: str | None
    tree: Tree
    day: dt.date
    staff: Container[str] = frozenset()

    def sees(self, unit: str) -> bool:
        """Whether the unit lies within the reach."""
        return self.tree.covers(self.top, unit, self.day)

    def leads(self, unit: str) -> bool:
        """Whether the person is a manager of the unit, or of one above it."""
        return self.role in LEADERS and self.sees(unit)

    def may(self, command: commitment.Command, state: commitment.State) -> bool:
        """Whether the commitment that the command is about is theirs to agree, or to see."""
        if isinstance(command, commitment.Agree):
            return self.leads(command.unit)
        return self.sees_commitment(state)

    def sees_commitment(self, state: commitment.State) -> bool:
        """Whether the commitment belongs to a unit within the reach, or to the person."""
        if isinstance(state, commitment.NotAgreed):
            return False
        return state.promise.owner == self.person or self.sees(state.promise.unit)

    def sees_target(self, aim: Aim) -> bool:
        """Whether it is a target of a unit within the reach; one worker's is theirs and their leaders'."""
        if aim.worker is None:
            return self.sees(aim.unit)
        return aim.worker == self.person or self.leads(aim.unit)

    def below(self, unit: str) -> list[str]:
        """The unit and every unit below it, today."""
        return [one.id for one in self.tree.units(self.day) if self.tree.covers(unit, one.id, self.day)]

    def covers(self, top: str, unit: str) -> bool:
        """Whether `unit` is `top` or lies below it, today."""
        return self.tree.covers(top, unit, self.day)

    def places(self, worker: str | None, unit: str) -> bool:
        """Whether the worker's team is the unit or lies below it."""
        team = self.tree.team_of(worker, self.day) if worker else None
        return team is not None and self.covers(unit, team)

    def employs(self, person: str | None) -> bool:
        """Whether somebody with this id works here: in a team, in a role, or in the staff directory."""
        if not person:
            return False
        placed = self.tree.team_of(person, self.day) is not None
        return placed or person in self.staff or bool(self.tree.roles_of(person, self.day))


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when (the council's local time), of which version; `key` makes a repeat harmless."""

    reach: Reach
    at: dt.datetime
    expected: int = 0
    key: str | None = None
    fingerprint: bytes = b""
    correlation: str | None = None
