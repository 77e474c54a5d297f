"""Working time: how long somebody has had to answer, nights, week-ends and bank holidays left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from schemas.working_days import FURTHEST, WorkingDays


@dataclass(frozen=True)
class Hours:
    """The hours of working days in which people are expected to answer."""

    zone: ZoneInfo
    opens: dt.time = dt.time(9)
    closes: dt.time = dt.time(17)
    days: WorkingDays = field(default_factory=WorkingDays)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("Working hours must open before they close.")
        if not self.days.weekdays:
            raise ValueError("There must be at least one working day in the week.")


def after(hours: Hours, start: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    """The moment at which `duration` of working time has passed since `start`, in UTC."""
    left = duration
    for opens, closes in _days(hours, start):
        begin = max(opens, start)
        if begin >= closes:
            continue
        if begin + left <= closes:
            return begin + left
        left -= closes - begin
    raise ValueError("No working time was found in ten years: look at the working days and holidays set.")


def _days(hours: Hours, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    first = start.astimezone(hours.zone).date()
    for ahead in range(FURTHEST):
        day = first + dt.timedelta(days=ahead)
        if day in hours.days:
            yield _instant(hours, day, hours.opens), _instant(hours, day, hours.closes)


def _instant(hours: Hours, day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=hours.zone).astimezone(dt.UTC)
