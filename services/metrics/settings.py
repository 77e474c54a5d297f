"""Every knob of metrics, with its unit and its why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from runtime.holidays import Division
from runtime.settings import Settings
from services.metrics.domain.worklist import Cadence


class MetricsSettings(Settings):
    """The environment of metrics, beyond what every service shares."""

    zone: str = Field(
        "Europe/London", description="Where the council keeps its clocks: when a new day begins."
    )
    database_connections: int = Field(
        16, ge=10, le=100, description="Most connections to Postgres at one time, of one worker."
    )
    batch_records: int = Field(
        20_000,
        ge=1,
        le=50_000,
        description="Most records in one batch: more is quicker in bulk and takes more memory.",
    )
    items_remembered: int = Field(
        50_000,
        ge=100,
        le=1_000_000,
        description="Most items whose events stay in memory between batches, of one worker: about 4 kB each.",
    )
    dead_letters_in_a_row: int = Field(
        500,
        ge=1,
        description="Unreadable records in a row after which a partition stops: a bad release, not bad data.",
    )
    tell_every_ms: int = Field(
        100, ge=10, le=60_000, description="Least time between two events of one measure of one unit."
    )

    settle_lines: int = Field(
        100_000,
        ge=1_000,
        le=5_000_000,
        description="Lines that wait to be settled before it is done: fewer make readings of lines quicker.",
    )
    settle_every_s: int = Field(
        30, ge=1, le=3_600, description="Most seconds that a line waits to be settled, in quiet times."
    )
    measures_file: Path | None = Field(
        None, description="The council's own catalogue of measures (YAML); without one the shipped one."
    )
    feed_cadences: dict[str, Cadence] = Field(
        {},
        description='How often each feed speaks: {"demo/cases": "live"}; nightly where none is given.',
    )
    feed_complete_from: dict[str, dt.date] = Field(
        {},
        description='The day from which on a feed is complete: {"demo/cases": "2025-04-01"}; figures of days '
        "before it, of the teams that it feeds, are answered as not complete.",
    )
    bank_holidays: Division = Field(
        "england-and-wales",
        description="Whose bank holidays are no working days when periods close; the list ships with us.",
    )
    spc: Literal["standard", "nhse"] = Field(
        "standard", description="How series are judged; nhse draws limits from 13 points only."
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        ZoneInfo(name)
        return name
