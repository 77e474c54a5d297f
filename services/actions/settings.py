"""Every knob of actions, with its unit and its why."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from runtime.settings import Settings


class ActionsSettings(Settings):
    """The environment of actions, beyond what every service shares."""

    zone: str = Field(
        "Europe/London", description="Where the council keeps its clocks; deadlines are its days."
    )
    database_connections: int = Field(
        8, ge=2, le=100, description="Most connections to Postgres at one time."
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        ZoneInfo(name)
        return name
