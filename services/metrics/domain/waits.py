"""How long work waited: from receipt to its start, and from receipt to its completion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.metrics.domain.cuts import Per
from services.metrics.domain.figures import Number, quantile
from services.metrics.domain.periods import Period

By = Literal["month", "team", "kind", "worker"]
Until = Literal["start", "completion"]
ACCOUNTS: dict[str, Until] = {"days_to_start": "start", "days_to_complete": "completion"}
LATE = 90
"""The percentile beside the median: nine in ten waited so many days or fewer."""


class Band(NamedTuple):
    """Days from `first` to `last`, both counted; `last` None: or more."""

    first: int
    last: int | None

    @property
    def name(self) -> str:
        """`3 to 7 days`, `92 days or more`."""
        if self.last is None:
            return f"{self.first} days or more"
        return f"{self.first} to {self.last} days"


BANDS = (Band(0, 2), Band(3, 7), Band(8, 14), Band(15, 28), Band(29, 56), Band(57, 91), Band(92, None))
"""Two working days and 28 days are the targets that most councils set for a first contact."""


class Waited(NamedTuple):
    """So many pieces of work that waited so many days."""

    until: Until
    month: Period | None
    by: str
    days: int
    amount: int


@dataclass(frozen=True, slots=True)
class Wait:
    """How long work waited: half `median` days or fewer, nine in ten `late`, and how many in each band."""

    until: Until
    month: Period | None
    by: str
    count: int
    median: Number | None
    late: Number | None
    bands: tuple[int, ...]


def waits(waited: Iterable[Waited], per: Per) -> tuple[Wait, ...]:
    """Lay out waits from the days of all pieces of work together, never from other medians."""
    found: dict[tuple[Until, Period | None, str], Counter[int]] = defaultdict(Counter)
    for one in waited:
        found[one.until, one.month if per == "month" else None, one.by][one.days] += one.amount
    rows = [_wait(*cell, histogram) for cell, histogram in found.items() if any(histogram.values())]
    return tuple(sorted(rows, key=lambda row: (row.until != "start", _first(row.month), row.by)))


def in_bands(histogram: Mapping[int, int], bands: Iterable[Band]) -> tuple[int, ...]:
    """How many lie in each band."""
    return tuple(
        sum(n for days, n in histogram.items() if days >= first and (last is None or days <= last))
        for first, last in bands
    )


def finding(rows: Iterable[Wait]) -> str:
    """`Half of 40 were started within 2 days, nine in ten within 9 days; half of 38 were completed …`."""
    said = [_said(row) for row in rows if row.count]
    return "; ".join(said).capitalize() if said else "No work was started or completed"


def _said(row: Wait) -> str:
    done = "started" if row.until == "start" else "completed"
    if row.count == 1:
        return f"one piece of work was {done}, after {_days(row.median)}"
    half = f"half of {row.count:,} were {done} within {_days(row.median)}"
    return f"{half}, nine in ten within {_days(row.late)}"


def _days(days: Number | None) -> str:
    if days is None:
        return "no days"
    return "1 day" if days == 1 else f"{days:,g} days"


def _first(month: Period | None) -> str:
    return month.label if month else ""


def _wait(until: Until, month: Period | None, by: str, histogram: Mapping[int, int]) -> Wait:
    median, late = quantile(histogram, 50), quantile(histogram, LATE)
    count = sum(histogram.values())
    return Wait(until, month, by, count, median, late, in_bands(histogram, BANDS))
