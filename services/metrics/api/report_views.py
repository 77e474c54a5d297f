"""The shapes of reports: their rows, what they rest on, and how they lie in a file."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, get_args

from pydantic import Field

from services.metrics.api.sheets import Cell
from services.metrics.api.views import Meta, View
from services.metrics.domain.reports import By

ByUnit = Literal["unit"]
"""Units right below the one asked, beside one another."""
CUTS = ("month", "unit", "worker", "kind", "team", "setting", "from_team", "to_team")
"""Columns that a report has only when it is cut by them."""


def as_cell(value: dt.date | Cell) -> Cell:
    """A value as a file has it."""
    return value.isoformat() if isinstance(value, dt.date) else value


class LeftOut(View):
    """A unit below of which there are no rows, and why."""

    unit: str
    reason: str


class Report(Meta):
    """A report about a unit, with what it says in one sentence."""

    report: str
    unit: str
    by: str
    finding: str
    rows: list[Any]
    left_out: list[LeftOut] = Field(default=[], description="Cut by unit: those without rows, and why.")

    def columns(self) -> list[str]:
        """The columns of a file: those of the rows, without cuts that nobody asked for."""
        row: type[View] = get_args(type(self).model_fields["rows"].annotation)[0]
        return [name for name in row.model_fields if name not in CUTS or name in self.cuts()]

    def cuts(self) -> set[str]:
        """The columns by which this report is cut."""
        return {self.by} if getattr(self, "per", None) == "period" else {"month", self.by}

    def about(self) -> dict[str, Cell]:
        """What a file says of itself beside its rows."""
        told = self.model_dump(mode="json")
        names = ("report", "unit", "by", "finding", "as_at", "as_known", "fresh_at")
        left = "; ".join(f"{one.unit}: {one.reason}" for one in self.left_out)
        return {name: told[name] for name in names} | ({"left_out": left} if left else {})

    def name(self) -> str:
        """What a file is called, without its ending."""
        return f"{self.report}-{self.unit}-{self.as_at}"

    def table(self) -> tuple[list[str], list[list[Cell]]]:
        """Columns and rows as a file has them."""
        columns = self.columns()
        return columns, [[as_cell(getattr(row, column)) for column in columns] for row in self.rows]


class WorkloadRow(View):
    """Open work due in a month; month null: without a due date."""

    month: str | None
    unit: str | None = None
    worker: str | None = None
    kind: str | None = None
    team: str | None = None
    overdue: int
    due: int = Field(description="Due on the day asked or later, or without a due date.")
    allocated: int = Field(description="Allocations made in the month.")


class Workload(Report):
    """Report 1: each open item once, by the month of its due date."""

    report: Literal["workload"] = "workload"
    unit: str
    by: By | ByUnit
    finding: str
    rows: list[WorkloadRow]
    earlier: int = Field(description="Open work due before the months asked for.")
    later: int = Field(description="Open work due after the months asked for.")


class CompletedRow(View):
    """Work completed in a month, and how much of it after its due day."""

    month: str
    unit: str | None = None
    worker: str | None = None
    kind: str | None = None
    team: str | None = None
    completed: int
    late: int


class Completed(Report):
    """Report 2: work completed each month."""

    report: Literal["completed"] = "completed"
    unit: str
    by: By | ByUnit
    finding: str
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    rows: list[CompletedRow]


class OutcomeRow(View):
    """How often work ended so; shares are percentages."""

    unit: str | None = None
    outcome: str
    count: int
    share: float | None
    before_count: int | None = Field(description="null: not everything was told of the year before.")
    before_share: float | None


class Outcomes(Report):
    """Report 3: how completed work ended, beside the same days a year before."""

    report: Literal["outcomes"] = "outcomes"
    unit: str
    by: Literal["outcome"] | ByUnit = "outcome"
    finding: str
    kinds: tuple[str, ...] = Field(description="The kinds of work counted; empty: all.")
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    before_from: dt.date
    before_to: dt.date
    before_note: str | None = Field(description="Why there is nothing of the year before, if so.")
    rows: list[OutcomeRow]
