"""Events of the organisation: units in a dated tree, workers and the roles that people hold."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.envelope import Name

Level = Literal["council", "directorate", "service", "team"]
UnitRole = Literal["manager", "head", "director", "finance", "analyst", "practitioner"]


class UnitRegistered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A unit exists from the day of the event on; only a council has no parent."""

    unit: Name
    level: Level
    name: Name
    parent: Annotated[str, Meta(max_length=200, description="Unit id of the unit above.")] | UnsetType = UNSET


class UnitRenamed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The unit bears this name from the day of the event on."""

    unit: Name
    name: Name


class UnitMoved(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The unit belongs to this parent from the day of the event on."""

    unit: Name
    parent: Name


class UnitClosed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The unit's last day was the day before the event; its successor carries on."""

    unit: Name
    successor: Name | UnsetType = UNSET


class WorkerJoined(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The worker belongs to the team from the day of the event on."""

    worker: Name
    team: Name


class WorkerMoved(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The worker belongs to another team from the day of the event on."""

    worker: Name
    team: Name


class WorkerLeft(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The worker has left; work they hold stays with them until it is allocated anew."""

    worker: Name


class RoleAssigned(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The person holds this role for the unit from the day of the event on; a new holder replaces the old."""

    unit: Name
    role: UnitRole
    person: Name
