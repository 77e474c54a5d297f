"""Working days: what deadlines are counted in when rules and closings say so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

MONDAY_TO_FRIDAY = frozenset(range(5))
FURTHEST = 3660
"""Days to look ahead before giving up: a calendar without working days must not loop for ever."""


@dataclass(frozen=True)
class WorkingDays:
    """The days on which people work: `weekdays` counts Monday as 0; holidays are none of them."""

    holidays: frozenset[dt.date] = field(default_factory=frozenset)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY

    def __contains__(self, day: dt.date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def after(self, day: dt.date, many: int) -> dt.date:
        """The last of so many working days that follow `day`; the day itself for none.

        Friday and two working days: the Tuesday. Raises `ValueError` where ten years hold too few.
        """
        left = many
        for ahead in range(FURTHEST):
            if not left:
                return day + dt.timedelta(ahead)
            left -= (day + dt.timedelta(ahead + 1)) in self
        raise ValueError(f"There are no {many} working days in the ten years after {day}.")
