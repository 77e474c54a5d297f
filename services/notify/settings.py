"""Every knob of notify, with its unit and its why."""

from __future__ import annotations

import datetime as dt
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from runtime.holidays import Division
from runtime.settings import SECRET, Settings
from schemas.working_days import WorkingDays
from services.notify.domain.address import Network
from services.notify.domain.working_time import Hours

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NotifySettings(Settings):
    """The environment of notify, beyond what every service shares."""

    zone: str = Field("Europe/London", description="Where the council keeps its clocks.")
    work_opens: dt.time = Field(dt.time(9), description="When working time begins on a working day.")
    work_closes: dt.time = Field(dt.time(17), description="When working time ends on a working day.")
    work_days: list[Weekday] = Field(list(WEEK[:5]), min_length=1, description="Working days, as JSON.")
    bank_holidays: Division = Field(
        "england-and-wales", description="Whose bank holidays are free; the list ships with the product."
    )
    closed_days: list[dt.date] = Field(
        default_factory=list, description="Further days on which nobody is expected to answer, as JSON."
    )
    rules_file: Path = Field(
        Path(__file__).with_name("rules.yaml"), description="Rules that a council begins with, loaded once."
    )
    tick_s: float = Field(
        2.0,
        gt=0,
        le=60,
        description="Seconds between looks at what has lasted, or was not answered, in time.",
    )
    mail_from: str = Field(
        "Primed <primed@localhost.invalid>", min_length=3, description="The sender of e-mail."
    )
    dashboard_url: str = Field(
        default_factory=lambda data: f"http://127.0.0.1:{data['port_base'] + 80}",
        description="Where people reach the dashboard; links in e-mail begin with it.",
    )
    webhook_networks: list[str] = Field(
        default_factory=list,
        description="Networks, as JSON, that webhooks may go to though they are not public; only a loopback "
        'address among them may be plain http. The embedded stack sets ["127.0.0.0/8"].',
    )
    webhook_key: str = Field(
        "",
        repr=False,
        json_schema_extra=SECRET,
        description="At least 32 characters, from which webhook secrets follow; empty: a file of this home.",
    )
    consumer_group: str = Field(
        "primed-notify", min_length=1, description="Another one for a second installation on the same Kafka."
    )
    database_connections: int = Field(8, ge=4, le=100, description="Most connections to Postgres at once.")

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"PRIMED_ZONE {name!r} is no time zone; write it as Europe/London.") from error
        return name

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, names: list[str]) -> list[str]:
        for name in names:
            ip_network(name)
        return names

    @field_validator("webhook_key")
    @classmethod
    def _long_enough(cls, key: str) -> str:
        if key and len(key) < 32:
            raise ValueError("PRIMED_WEBHOOK_KEY must have at least 32 characters.")
        return key

    @property
    def allowed_networks(self) -> list[Network]:
        """Networks that webhooks may go to besides the public ones."""
        return [ip_network(name) for name in self.webhook_networks]

    def hours(self, holidays: frozenset[dt.date]) -> Hours:
        """Working time with these bank holidays."""
        weekdays = frozenset(WEEK.index(day) for day in self.work_days)
        days = WorkingDays(holidays | frozenset(self.closed_days), weekdays)
        return Hours(ZoneInfo(self.zone), self.work_opens, self.work_closes, days)
