"""The three reports of a unit as charts: the finding of metrics for a title, marks, questions to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.domain import findings, prompts, variation, words
from services.dashboard.domain.answers import Report, ReportRow, Series
from services.dashboard.domain.marks import Bar, Note, Outcome
from services.dashboard.domain.variation import Variation

BEHIND, AHEAD = 2, 4
"""Months shown one by one before and after the present one; the rest is gathered."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Report 1: open work by the month in which it is due."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    rows: tuple[ReportRow, ...]
    allocated: int | None
    prompts: list[str]


@dataclass(frozen=True, slots=True)
class Completed:
    """Report 2: work completed each month; `late` says how much of the last month's was."""

    title: str
    late: str
    description: str
    series: Series
    how: Variation
    callout: str
    notes: tuple[Note, ...]
    prompts: list[str]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Report 3: how completed work ended, beside the same time a year before."""

    title: str
    description: str
    outcomes: tuple[Outcome, ...]
    rows: tuple[ReportRow, ...]
    now: str
    before: str
    prompts: list[str]


def workload(report: Report, nobodys: int, today: dt.date) -> Workload:
    """Compose report 1; `nobodys` is how much of it nobody holds."""
    bars = tuple(_bars(report.rows, today))
    spoken = "; ".join(f"{bar.label}: {_spoken(bar)}" for bar in bars)
    this = words.month_of(today)
    return Workload(
        title=report.finding or "Open work by month",
        description=f"Open work by the month in which it is due. {spoken}.",
        bars=bars,
        rows=tuple(sorted(report.rows, key=lambda row: row.month or "")),
        allocated=next((row.allocated for row in report.rows if row.month == this), None),
        prompts=prompts.for_workload(report.rows, nobodys, today),
    )


def _spoken(bar: Bar) -> str:
    return (
        f"{words.number(bar.overdue)} overdue, {words.number(bar.due)} due" if bar.overdue else str(bar.due)
    )


def _bars(rows: Sequence[ReportRow], today: dt.date) -> list[Bar]:
    this = words.month_of(today)
    first, last = words.months_after(this, -BEHIND), words.months_after(this, AHEAD)
    near = {words.months_after(first, step): _Sum() for step in range(BEHIND + AHEAD + 1)}
    none, early, late = _Sum(), _Sum(), _Sum()
    for row in rows:
        slot = none if not row.month else early if row.month < first else late if row.month > last else None
        slot = near[row.month or ""] if slot is None else slot
        slot.overdue += row.overdue
        slot.due += row.due
    bars = [none.bar("No date", dateless=True)] if none.total else []
    bars += [early.bar(f"Before {words.short_month(first)}")] if early.total else []
    bars += [one.bar(words.short_month(month), present=month == this) for month, one in near.items()]
    return bars + ([late.bar(f"After {words.short_month(last)}")] if late.total else [])


@dataclass(slots=True)
class _Sum:
    """Work gathered under one label while the rows are read."""

    overdue: int = 0
    due: int = 0

    @property
    def total(self) -> int:
        return self.overdue + self.due

    def bar(self, label: str, *, present: bool = False, dateless: bool = False) -> Bar:
        return Bar(label, self.overdue, self.due, present, dateless)


def completed(report: Report, series: Series, notes: Sequence[Note], today: dt.date) -> Completed:
    """Compose report 2."""
    how = variation.of(series)
    finished = variation.finished_points(series)
    months = ", ".join(f"{words.month(p.period, today)} {words.number(p.value)}" for p in finished[-6:])
    return Completed(
        title=report.finding or "Work completed each month",
        late=_late(report.rows, finished[-1].period if finished else "", today),
        description=f"Work completed each month, with the limits of chance. {how.text}. Last: {months}.",
        series=series,
        how=how,
        callout=callout(series, how),
        notes=tuple(notes),
        prompts=prompts.for_completed(series, how, today),
    )


def _late(rows: Sequence[ReportRow], month: str, today: dt.date) -> str:
    """`34 of the 37 completed in October were late`; blank where none was completed."""
    found = [row for row in rows if row.month == month]
    done, late = sum(row.completed for row in found), sum(row.late for row in found)
    if not done:
        return ""
    many = words.number(late) if late else "None"
    were = "was" if late < 2 else "were"
    return f"{many} of the {words.number(done)} completed in {words.month(month, today)} {were} late"


def callout(series: Series, how: Variation) -> str:
    """`7 months above the mean`, `7 months rising`; blank when only chance is at work or the run is short."""
    if not how.special or how.run < 2:
        return ""
    high = how.direction == "high"
    side = "above the mean" if high else "below the mean"
    if variation.finished_points(series)[-1].special_cause == "trend":
        side = "rising" if high else "falling"
    return f"{words.plural(how.run, series.grain)} {side}"


def outcomes(report: Report, now: str, before: str) -> Outcomes:
    """Compose report 3; `now` and `before` name the two periods."""
    rows = sorted(report.rows, key=lambda row: (-row.count, row.outcome or ""))
    total, was = sum(row.count for row in rows), sum(row.before_count or 0 for row in rows)
    drawn = tuple(_outcome(row, total, was) for row in _gathered(rows)) if total else ()
    spoken = "; ".join(f"{one.name} {one.share:.0f}%" for one in drawn)
    return Outcomes(
        title=report.finding or "Outcomes of completed work",
        description=f"Outcomes of completed work, {now}. {spoken}.",
        outcomes=drawn,
        rows=tuple(rows),
        now=now,
        before=f"{before}, a year before" if was else "",
        prompts=prompts.for_outcomes(rows),
    )


def _gathered(rows: Sequence[ReportRow], most: int = 7) -> list[ReportRow]:
    """The commonest outcomes and those that the title names, the rest as one."""
    if len(rows) <= most:
        return list(rows)
    named = {shift.outcome for shift in findings.outcome_shifts(rows)[:2]}
    kept = [row for row in rows if row.outcome in named]
    kept += [row for row in rows if row.outcome not in named][: most - 1 - len(kept)]
    rest = [row for row in rows if row not in kept]
    other = ReportRow(
        outcome=f"{len(rest)} other outcomes",
        count=sum(row.count for row in rest),
        before_count=sum(row.before_count or 0 for row in rest),
    )
    return [*(row for row in rows if row in kept), other]


def _outcome(row: ReportRow, total: int, was: int) -> Outcome:
    name = words.coded(row.outcome) or "No outcome given"
    return Outcome(name, 100 * row.count / total, 100 * (row.before_count or 0) / was if was else None)
