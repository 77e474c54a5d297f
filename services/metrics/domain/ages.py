"""How old overdue work is: each piece once, by the days since its due date."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.metrics.domain.waits import Band, in_bands

By = Literal["all", "month", "team", "worker", "kind"]
BANDS = (
    Band(1, 7),
    Band(8, 14),
    Band(15, 28),
    Band(29, 91),
    Band(92, 182),
    Band(183, 365),
    Band(366, None),
)
OLD = 28
"""From so many days past due on, the finding speaks of it."""


class Overdue(NamedTuple):
    """So many pieces of work that were due on this day; `by` as asked, blank for all."""

    due: dt.date
    by: str
    amount: int


@dataclass(frozen=True, slots=True)
class Age:
    """Overdue work: how many in all and in each band, and the due date of the oldest."""

    by: str
    overdue: int
    bands: tuple[int, ...]
    oldest: dt.date


def ages(overdue: Iterable[Overdue], as_at: dt.date) -> tuple[Age, ...]:
    """Lay out overdue work as at a day."""
    found: dict[str, Counter[dt.date]] = defaultdict(Counter)
    for one in overdue:
        found[one.by][one.due] += one.amount
    return tuple(_age(by, dues, as_at) for by, dues in sorted(found.items()) if any(dues.values()))


def finding(rows: Iterable[Age], as_at: dt.date) -> str:
    """`23 are overdue, 4 of them for more than 28 days; the oldest was due on 3 January 2026`."""
    shown = list(rows)
    count = sum(row.overdue for row in shown)
    if not count:
        return "Nothing is overdue"
    first = next(place for place, band in enumerate(BANDS) if band.first > OLD)
    old = sum(sum(row.bands[first:]) for row in shown)
    oldest = min(row.oldest for row in shown)
    said = f"{count:,} {'is' if count == 1 else 'are'} overdue, "
    since = f"the oldest was due on {oldest.day} {oldest:%B %Y}"
    return f"{said}{_share(old, count)}for more than {OLD} days; {since}"


def _share(old: int, count: int) -> str:
    if not old:
        return "none "
    if old == count:
        return "" if count == 1 else "all "
    return f"{old:,} of them "


def _age(by: str, dues: Counter[dt.date], as_at: dt.date) -> Age:
    days = Counter[int]()
    for due, count in dues.items():
        days[(as_at - due).days] += count
    oldest = min(due for due, count in dues.items() if count)
    return Age(by, sum(dues.values()), in_bands(days, BANDS), oldest)
