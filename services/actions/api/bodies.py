"""The JSON of commands: what people send. Texts are free, but must not name or describe a person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[
    str,
    Field(
        max_length=10_000,
        description="Free text, at most 2,000 characters. Never name or describe a person who uses services; "
        "staff are meant by their staff id in the fields for it.",
    ),
]
Day = Annotated[str, Field(max_length=100, description="A day that exists, YYYY-MM-DD, not in the past.")]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scheduling(_Command):
    """A meeting to plan."""

    unit: Id
    title: Annotated[str, Field(max_length=10_000, description="At most 200 characters; names no person.")]
    starts: Annotated[
        str, Field(max_length=100, description="RFC 3339 with offset, like 2026-12-01T10:00:00+00:00.")
    ]


class Reviewing(_Command):
    """How the meeting found a commitment."""

    commitment: Id
    note: Words


class Deciding(_Command):
    """What the meeting decided, where nobody needs to do anything."""

    text: Words


class Agreeing(_Command):
    """A commitment: refused without one owner and a deadline."""

    unit: Id
    text: Words
    owner: Annotated[str | None, Field(max_length=200, description="Staff id of the one person.")] = None
    deadline: Day | None = None
    meeting: Annotated[Id | None, Field(description="The meeting in progress at which it is agreed.")] = None
    measure: Annotated[Id | None, Field(description="The measure that it is to move.")] = None
    escalation: Annotated[Id | None, Field(description="The exception that it answers.")] = None


class Targeting(_Command):
    """A target to agree: what a measure of a unit, or of one worker in it, is to reach from a month on."""

    unit: Id
    measure: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=100, description="Id of a measure of the catalogue."),
    ]
    value: int | float
    tolerance: Annotated[int | float, Field(description="So far off still counts as met.")] = 0
    since: Annotated[
        str, Field(max_length=100, description="The first month that it holds for, like 2026-12.")
    ]
    grain: Annotated[
        Literal["week", "month"] | None,
        Field(description="Of weeks or of months only, as counts need it; without it of both."),
    ] = None
    worker: Annotated[Id | None, Field(description="Staff id, where it is of one worker.")] = None
    reason: Words
    meeting: Annotated[Id | None, Field(description="The meeting in progress at which it is agreed.")] = None


class Withdrawing(_Command):
    """A target no longer holds, and why."""

    reason: Words


class Setting(_Command):
    """What a unit is for, and what it wants to reach."""

    unit: Id
    purpose: Words
    objectives: Annotated[tuple[Words, ...], Field(max_length=100, description="At most ten.")] = ()
    meeting: Annotated[Id | None, Field(description="The meeting in progress that set it.")] = None


class Changing(_Command):
    """The same, said anew."""

    purpose: Words
    objectives: Annotated[tuple[Words, ...], Field(max_length=100, description="At most ten.")] = ()
    reason: Words
    meeting: Annotated[Id | None, Field(description="The meeting in progress that changed it.")] = None


class Completing(_Command):
    """It is done, and what came of it."""

    outcome: Words


class Carrying(_Command):
    """A new, later deadline; possible twice."""

    reason: Words
    deadline: Day | None = None
    meeting: Annotated[Id | None, Field(description="The meeting in progress that decided it.")] = None


class Dropping(_Command):
    """The promise no longer stands, and why."""

    reason: Words
