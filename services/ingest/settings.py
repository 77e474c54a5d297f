"""Every knob of ingest, with its unit and its why."""

from __future__ import annotations

import socket
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from runtime.holidays import Division
from runtime.settings import SECRET, Settings
from services.ingest.domain.moments import Zones

MIB = 1024 * 1024


class IngestSettings(Settings):
    """The environment of ingest, beyond what every service shares."""

    event_limit_bytes: int = Field(
        1 * MIB, ge=1024, le=16 * MIB, description="Largest body with a single event; more is answered 413."
    )
    batch_limit_bytes: int = Field(
        8 * MIB,
        ge=1024,
        le=64 * MIB,
        description="Largest body with a batch of events; more is answered 413.",
    )
    batch_limit_events: int = Field(
        10_000, ge=1, le=100_000, description="Most events in one batch; more is answered 413."
    )
    bodies_limit_bytes: int = Field(
        64 * MIB,
        ge=MIB,
        description="Event bodies held at one time over all callers; beyond it 503, so memory stays bounded.",
    )
    import_limit_mib: int = Field(
        512, ge=1, description="Largest upload of an import, as it is sent, in MiB."
    )
    import_folder_mib: int = Field(
        4096, ge=1, description="All uploads that wait on disk together, in MiB; beyond it 503."
    )
    import_unpacked_mib: int = Field(8192, ge=1, description="Largest file once unpacked, in MiB.")
    import_ratio: int = Field(200, ge=2, description="Most times a gzip file may unfold; exports reach 50.")
    import_small_mib: int = Field(
        8,
        ge=0,
        description="Uploads up to this size need not wait for a larger one; 0: one import after the other.",
    )
    import_rejects: int = Field(
        100_000, ge=1, description="Most rejects kept for one import; further ones are only counted."
    )
    zone: str = Field("Europe/London", description="Zone of sources that declare none, for times given as Z.")
    source_zones: dict[str, str] = Field(
        default_factory=dict, description='Zones by source, as JSON: {"permits": "Europe/Amsterdam"}.'
    )
    persons_key: str = Field(
        "",
        repr=False,
        json_schema_extra=SECRET,
        description="At least 32 characters, under which people are looked up; empty: a file of this home.",
    )
    due_rules_file: Path | None = Field(
        None,
        description="The council's dated rules (YAML) for due dates that senders leave out.",
    )
    bank_holidays: Division = Field(
        "england-and-wales", description="Whose bank holidays are no working days in those rules."
    )
    node: str = Field(
        default_factory=socket.gethostname,
        description="Name of this machine; an import runs where its upload is kept.",
    )

    @field_validator("persons_key")
    @classmethod
    def _long_enough(cls, key: str) -> str:
        if key and len(key) < 32:
            raise ValueError("PRIMED_PERSONS_KEY must have at least 32 characters.")
        return key

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @property
    def zones(self) -> Zones:
        """Where each source keeps its clocks."""
        return Zones(
            ZoneInfo(self.zone), {source: ZoneInfo(name) for source, name in self.source_zones.items()}
        )

    @property
    def place(self) -> str:
        """The machine and folder that hold uploads."""
        return f"{self.node}:{self.home.resolve()}"
