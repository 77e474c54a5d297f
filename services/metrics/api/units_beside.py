"""Reports cut by unit: each right below the one asked, beside one another in one answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.metrics.answers.asked import Days
from services.metrics.answers.asking import Answer, Ask
from services.metrics.answers.beside import Report, beside
from services.metrics.api.desk import Desk
from services.metrics.api.report_views import LeftOut
from services.metrics.domain.periods import containing

What = TypeVar("What")
YEAR = 12
"""Months that a report goes back when nobody says."""


@dataclass(frozen=True)
class Each(Generic[What]):
    """A report of the whole unit, and those whose rows are shown, each with the field that names its unit."""

    whole: Answer[What]
    each: Sequence[tuple[dict[str, str], What]]
    left_out: list[LeftOut]


async def each_of(desk: Desk, ask: Ask, by: str, days: Days, report: Report[What]) -> Each[What]:
    """The report of the unit asked or, by unit, of each right below it, from one reading of the ledger."""
    if by != "unit":
        whole = await report(desk.sources, ask)
        return Each(whole, [({}, whole.what)], [])
    told = await beside(desk.sources, ask, days_of(ask, days), lambda unit: desk.below(ask, unit), report)
    return Each(
        told.whole,
        [({"unit": unit.id}, answer.what) for unit, answer in told.each],
        [LeftOut(unit=unit, reason=why) for unit, why in told.left_out],
    )


def days_of(ask: Ask, days: Days) -> tuple[dt.date, dt.date]:
    """The days on which units may have belonged to the one asked."""
    last = min(days[1] or ask.as_at, ask.as_at)
    first = days[0] or containing(ask.as_at, "month").back(YEAR).first
    return min(first, last), last
