"""The JSON of commands: what people send. Texts are free, but must not name or describe a person."""

from __future__ import annotations

from typing import Annotated

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
