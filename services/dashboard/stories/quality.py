"""Quality: which fields of which source cannot be used, and how that went over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.domain import quality, words
from services.dashboard.domain.quality import Quality, Row
from services.dashboard.flow import Asked


@dataclass(frozen=True)
class Told:
    """The page's finding, its table and its chart."""

    found: Quality
    title: str
    rows: Sequence[Row]
    fine: Sequence[Row]
    days: Sequence[tuple[str, float]]
    change: str


async def told(asked: Asked) -> Told:
    """What the fields are worth in the days asked for."""
    given = asked.options
    found = await asked.reader.read(
        quality.counted(given.get("source", ""), given.get("from", ""), given.get("to", ""))
    )
    rows = [quality.row(one) for one in quality.worst_first(found.fields)[: quality.MOST]]
    days = [(words.day(one.day, asked.when.today), one.score) for one in found.series]
    scored = [(day, score) for day, score in days if score is not None]
    return Told(
        found=found,
        title=quality.title(found),
        rows=[row for row in rows if row.faults],
        fine=[row for row in rows if not row.faults],
        days=scored,
        change=_change(scored),
    )


def _change(days: Sequence[tuple[str, float]]) -> str:
    """The chart's title: from where to where."""
    if not days:
        return ""
    first, last = quality.percent(days[0][1]), quality.percent(days[-1][1])
    if len(days) == 1:
        return words.capital(f"{last} of the values of {days[0][0]} can be used")
    if first == last:
        return words.capital(f"{last} can be used, as on {days[0][0]}")
    return words.capital(f"{last} can be used on {days[-1][0]}; it was {first} on {days[0][0]}")
