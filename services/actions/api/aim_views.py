"""The JSON of what units aim at: purposes and targets."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from services.actions.answers import Listed
from services.actions.domain.decision import Versioned
from services.actions.domain.purpose import Standing
from services.actions.domain.target import Held, Withdrawn


class Target(BaseModel):
    """A target as it stands; `in_force`: it is the one that holds for a period that begins today."""

    id: str
    unit: str
    measure: str
    value: int | float
    tolerance: int | float
    since: str = Field(description="The first month that it holds for, YYYY-MM.")
    grain: Literal["week", "month"] | None
    worker: str | None
    reason: str
    meeting: str | None
    agreed_at: dt.datetime
    agreed_by: str
    state: Literal["agreed", "withdrawn"]
    in_force: bool
    superseded_by: str | None
    superseded_since: str | None = Field(description="The first month that a newer one holds for instead.")
    withdrawn_at: dt.datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None
    version: int


class Targets(BaseModel):
    """A piece of a list, the latest agreed first; `next_cursor` is null at its end."""

    items: list[Target]
    next_cursor: str | None


class Purpose(BaseModel):
    """What a unit is for; `reason` says why it was changed last, null of the first."""

    unit: str
    purpose: str
    objectives: list[str]
    reason: str | None
    meeting: str | None
    set_at: dt.datetime
    set_by: str
    version: int


class Purposes(BaseModel):
    """A piece of a list, by unit; `next_cursor` is null at its end."""

    items: list[Purpose]
    next_cursor: str | None


def target_view(kept: Versioned[Held], today: dt.date) -> Target:
    """One target."""
    state, newer, aim = kept.state.state, kept.state.newer, kept.state.state.aim
    gone = state if isinstance(state, Withdrawn) else None
    return Target(
        id=aim.target,
        unit=aim.unit,
        measure=aim.measure,
        value=aim.value,
        tolerance=aim.tolerance,
        since=_month(aim.since),
        grain=aim.grain,
        worker=aim.worker,
        reason=aim.reason,
        meeting=aim.meeting,
        agreed_at=aim.agreed_at,
        agreed_by=aim.by,
        state="withdrawn" if gone else "agreed",
        in_force=kept.state.holds_on(today),
        superseded_by=newer.target if newer else None,
        superseded_since=_month(newer.since) if newer else None,
        withdrawn_at=gone.at if gone else None,
        withdrawn_by=gone.by if gone else None,
        withdrawn_because=gone.reason if gone else None,
        version=kept.version,
    )


def targets_view(found: Listed[Held], today: dt.date, cursor: str | None) -> Targets:
    """A piece of the list of targets."""
    return Targets(items=[target_view(kept, today) for kept in found.items], next_cursor=cursor)


def purpose_view(kept: Versioned[Standing]) -> Purpose:
    """One purpose."""
    said = kept.state
    return Purpose(
        unit=said.unit,
        purpose=said.purpose,
        objectives=list(said.objectives),
        reason=said.reason,
        meeting=said.meeting,
        set_at=said.at,
        set_by=said.by,
        version=kept.version,
    )


def purposes_view(found: Listed[Standing], cursor: str | None) -> Purposes:
    """A piece of the list of purposes."""
    return Purposes(items=[purpose_view(kept) for kept in found.items], next_cursor=cursor)


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"
