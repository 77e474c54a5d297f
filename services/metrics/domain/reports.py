"""The three reports: work due by month, work completed, and how completed work ended."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.metrics.domain.finding import Due, Ended
from services.metrics.domain.periods import Period, between, containing

By = Literal["month", "worker", "kind", "team"]
Cut = Literal["month", "worker", "kind", "team", "outcome"]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """So many open pieces of work with this due date; `by` is the worker, kind or team, else blank."""

    due: dt.date | None
    by: str
    amount: int


@dataclass(frozen=True, slots=True)
class Flow:
    """What was posted to an account in a month; `by` as in `OpenWork`, or the outcome."""

    account: str
    month: dt.date
    by: str
    amount: int


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """Open work due in a month (None: without a due date), and allocations made in it."""

    month: Period | None
    by: str
    overdue: int = 0
    due: int = 0
    allocated: int = 0


@dataclass(frozen=True, slots=True)
class Workload:
    """Each open item once; what is due outside the months asked is in `earlier` and `later`."""

    rows: tuple[WorkloadRow, ...]
    earlier: int
    later: int

    @property
    def dues(self) -> list[Due]:
        """The rows as months, whatever they are cut by."""
        months: dict[Period | None, tuple[int, int]] = {}
        for row in self.rows:
            overdue, due = months.get(row.month, (0, 0))
            months[row.month] = (overdue + row.overdue, due + row.due)
        return [Due(month, *amounts) for month, amounts in months.items()]


@dataclass(frozen=True, slots=True)
class CompletedRow:
    """Work completed in a month, and how much of it after its due day."""

    month: Period
    by: str
    completed: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """How often completed work ended so, now and in the period compared (None: not known); in percent too."""

    outcome: str
    count: int
    share: float | None
    before_count: int | None
    before_share: float | None


def workload(
    opened: Iterable[OpenWork],
    allocations: Iterable[Flow],
    *,
    as_at: dt.date,
    asked: tuple[dt.date | None, dt.date | None] = (None, None),
) -> Workload:
    """Lay out open work by the month of its due date, with the allocations of each month beside it.

    `asked` are the first and last day of the months asked for, where they are limited.
    """
    cells: dict[tuple[Period | None, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    first, last = asked
    earlier = later = 0
    for one in opened:
        if one.due is not None and first is not None and one.due < first:
            earlier += one.amount
        elif one.due is not None and last is not None and one.due > last:
            later += one.amount
        else:
            month = containing(one.due, "month") if one.due else None
            cells[month, one.by][0 if one.due and one.due < as_at else 1] += one.amount
    for flow in allocations:
        cells[containing(flow.month, "month"), flow.by][2] += flow.amount
    rows = (WorkloadRow(month, by, *amounts) for (month, by), amounts in cells.items() if any(amounts))
    ordered = sorted(rows, key=lambda row: (row.month.first if row.month else dt.date.min, row.by))
    return Workload(tuple(ordered), earlier, later)


def completed(flows: Iterable[Flow], by: By, first: dt.date, last: dt.date) -> tuple[CompletedRow, ...]:
    """Lay out what was completed; by month every month has its row, else only those with something."""
    cells: dict[tuple[Period, str], list[int]] = defaultdict(lambda: [0, 0])
    if by == "month":
        for month in between(first, last, "month"):
            cells[month, ""] = [0, 0]
    for flow in flows:
        cells[containing(flow.month, "month"), flow.by][flow.account == "completed_late"] += flow.amount
    ordered = sorted(cells, key=lambda cell: (cell[0].first, cell[1]))
    return tuple(
        CompletedRow(month, name, *cells[month, name])
        for month, name in ordered
        if by == "month" or any(cells[month, name])
    )


def outcomes(now: Iterable[Flow], before: Iterable[Flow] | None) -> tuple[OutcomeRow, ...]:
    """How work ended, the most frequent first, beside the same days a year before, if those are known."""
    counts, earlier = _counted(now), _counted(before or ())
    total, total_before = sum(counts.values()), sum(earlier.values())
    names = sorted(counts.keys() | earlier.keys(), key=lambda name: (-counts.get(name, 0), name))
    return tuple(
        OutcomeRow(
            name,
            counts.get(name, 0),
            _share(counts.get(name, 0), total),
            None if before is None else earlier.get(name, 0),
            _share(earlier.get(name, 0), total_before),
        )
        for name in names
        if counts.get(name, 0) or earlier.get(name, 0)
    )


def ended(rows: Sequence[OutcomeRow]) -> list[Ended]:
    """The rows as their finding needs them."""
    return [Ended(row.outcome, row.count, row.before_count or 0) for row in rows]


def _counted(flows: Iterable[Flow]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for flow in flows:
        counts[flow.by] += flow.amount
    return counts


def _share(count: int, total: int) -> float | None:
    return round(100 * count / total, 1) if total else None
