"""When something happened, as its source wrote it: the written date is the day (docs/ledger.md)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.registry import EARLIEST, LATEST

_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<clock>\d\d:\d\d(?::\d\d)?)(?P<fraction>\.\d{1,9})?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time with its offset; `by_day` when the source gave only the date."""

    time: str
    by_day: bool = False

    @property
    def date(self) -> str:
        """The day on which it counts."""
        return self.time[:10]


@dataclass(frozen=True, slots=True)
class Zones:
    """The zone in which each source keeps its clocks."""

    default: ZoneInfo
    by_source: Mapping[str, ZoneInfo] = field(default_factory=dict)

    def of(self, source: str) -> ZoneInfo:
        """The zone that was declared for the source, else the default."""
        return self.by_source.get(source, self.default)


def localised(text: str, zone: ZoneInfo) -> str:
    """The same instant as local time of `zone` where the sender wrote `Z`; any other offset is kept."""
    return read(text, zone).time if text.endswith("Z") else text


@lru_cache(maxsize=1024)
def read(text: str, zone: ZoneInfo) -> Moment:
    """A time as files write it: without an offset it is local time of `zone`, a bare date is its midnight.

    Raises `ValueError` with what is wrong.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("it must look like 2026-11-02 or 2026-11-02T09:30:00+00:00")
    date, clock, fraction, offset = found["date"], found["clock"], found["fraction"] or "", found["offset"]
    if clock is None:
        return Moment(_within(f"{date}T00:00:00{_offset_of(f'{date}T00:00:00', zone)}"), by_day=True)
    clock = clock if len(clock) > 5 else clock + ":00"
    plain = f"{date}T{clock}"
    if offset is None:
        return Moment(_within(f"{plain}{fraction}{_offset_of(plain, zone)}"))
    if offset in "Zz":
        local = dt.datetime.fromisoformat(plain).replace(tzinfo=dt.UTC).astimezone(zone).isoformat()
        return Moment(_within(f"{local[:19]}{fraction}{local[19:]}"))
    return Moment(_within(f"{plain}{fraction}{offset if ':' in offset else f'{offset[:3]}:{offset[3:]}'}"))


def _offset_of(plain: str, zone: ZoneInfo) -> str:
    return dt.datetime.fromisoformat(plain).replace(tzinfo=zone).isoformat()[19:]


def _within(text: str) -> str:
    day = dt.datetime.fromisoformat(text).date()
    if not EARLIEST <= day <= LATEST:
        raise ValueError("it lies outside 1990–2100")
    return text
