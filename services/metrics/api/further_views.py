"""The shapes of reports on spend, interfaces, waits, overdue work and work left behind."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from services.metrics.api.report_views import ByUnit, Report, as_cell
from services.metrics.api.sheets import Cell
from services.metrics.api.views import Number, View
from services.metrics.domain import ages, bridge, leavers, passing, waits
from services.metrics.domain.cuts import Per


class Amounts(View):
    """Opening + started + changed + transferred_in − transferred_out + reorganised − ended = closing."""

    opening: Number
    started: Number
    changed: Number
    transferred_in: Number
    transferred_out: Number
    reorganised: Number = Field(description="What teams that joined or left the unit brought or took along.")
    ended: Number
    closing: Number


class SpendRow(Amounts):
    """Spend a week from opening to closing, in pounds, each rounded by itself."""

    month: str | None = None
    unit: str | None = None
    setting: str | None = None
    team: str | None = None
    one_off: Number = Field(description="Paid once, in no week's cost.")
    cost: Number = Field(description="Commissioned gross cost of all the days; never actual spend.")
    exact: Amounts = Field(description="The same in whole 1/1300 pence: these close to the last part.")


class Spend(Report):
    """The spend bridge: what packages cost a week, from opening to closing, and what moved it."""

    report: Literal["spend"] = "spend"
    by: bridge.By | ByUnit
    per: Per
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    total: SpendRow
    rows: list[SpendRow]

    def table(self) -> tuple[list[str], list[list[Cell]]]:
        """Pounds first, then the exact amounts that close."""
        columns = [column for column in self.columns() if column != "exact"]
        order = ["month", "unit", "setting", "team", *Amounts.model_fields, "one_off", "cost"]
        columns.sort(key=order.index)
        exact = list(Amounts.model_fields)
        return [*columns, *(f"{name}_exact" for name in exact)], [
            [getattr(row, name) for name in columns] + [getattr(row.exact, name) for name in exact]
            for row in self.rows
        ]


class InterfaceRow(View):
    """Work that one team passed to another, and what came of it by the day asked."""

    month: str | None = None
    unit: str | None = None
    from_team: str | None = None
    to_team: str | None = None
    kind: str | None = None
    passed_on: int
    ended: int
    not_ended: int = Field(description="Still open, or called off.")
    outcomes: dict[str, int] = Field(description="How those that have ended did; blank: not said.")


class Interfaces(Report):
    """Who passes work to whom, and how it ended, by the day on which it was passed on."""

    report: Literal["interfaces"] = "interfaces"
    by: passing.By | ByUnit
    per: Per
    direction: passing.Direction
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    rows: list[InterfaceRow]

    def cuts(self) -> set[str]:
        """Cut by month alone or by unit, the teams are not told apart."""
        return super().cuts() | (set() if self.by in ("month", "unit") else {"from_team", "to_team"})

    def table(self) -> tuple[list[str], list[list[Cell]]]:
        """One column for each outcome that there is."""
        columns = [column for column in self.columns() if column != "outcomes"]
        outcomes = sorted({name for row in self.rows for name in row.outcomes})
        return [*columns, *(f"ended: {name or 'not said'}" for name in outcomes)], [
            [getattr(row, name) for name in columns] + [row.outcomes.get(name, 0) for name in outcomes]
            for row in self.rows
        ]


class Banded(View):
    """How many lie between so many days; `to` null: or more."""

    first: int = Field(alias="from")
    last: int | None = Field(alias="to")
    count: int


class WaitRow(View):
    """How long work waited until its start or completion, counted when that happened."""

    until: waits.Until
    month: str | None = None
    unit: str | None = None
    team: str | None = None
    kind: str | None = None
    worker: str | None = None
    count: int
    median: Number | None
    percentile_90: Number | None
    bands: list[Banded]


class Waits(Report):
    """How long work waited: median, ninetieth percentile and bands of days to start and to completion."""

    report: Literal["waits"] = "waits"
    by: waits.By | ByUnit
    per: Per
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    rows: list[WaitRow]

    def table(self) -> tuple[list[str], list[list[Cell]]]:
        """A column for each band."""
        return _with_bands(self, waits.BANDS)


class AgeRow(View):
    """Overdue work by how many days it is past its due date."""

    due_in: str | None = None
    unit: str | None = None
    team: str | None = None
    kind: str | None = None
    worker: str | None = None
    overdue: int
    oldest_due: dt.date
    bands: list[Banded]


class Ages(Report):
    """Overdue work as at the day asked, by how long it is overdue."""

    report: Literal["ages"] = "ages"
    by: ages.By | ByUnit
    rows: list[AgeRow]

    def columns(self) -> list[str]:
        """The month is that of the due date, so it has another name."""
        return [name for name in super().columns() if name != "due_in" or self.by == "month"]

    def table(self) -> tuple[list[str], list[list[Cell]]]:
        """A column for each band."""
        return _with_bands(self, ages.BANDS)


class LeaverRow(View):
    """Open work whose worker has left or whose team is closed."""

    unit: str | None = None
    team: str | None = None
    worker: str | None = Field(None, description="Blank: held by nobody.")
    kind: str | None = None
    item: str | None = None
    worker_left: dt.date | None = Field(None, description="Since when the worker is no longer here.")
    team_closed: dt.date | None = Field(None, description="Since when the team is closed.")
    successor: str | None = Field(None, description="The unit that follows the closed team.")
    open: int
    overdue: int
    oldest_due: dt.date | None


COUNTED = ("open", "overdue", "oldest_due")
"""What of work left behind adds up."""


class Leavers(Report):
    """Open work that workers who have left, or teams that were closed, still hold as at the day asked."""

    report: Literal["leavers"] = "leavers"
    by: leavers.By | ByUnit
    rows: list[LeaverRow]

    def columns(self) -> list[str]:
        """Team and worker are always there, unless all that a unit left behind is one row."""
        if self.by == "unit":
            return ["unit", *COUNTED]
        cuts = {"unit", "kind", "item"} - {self.by}
        return [name for name in LeaverRow.model_fields if name not in cuts]


def _with_bands(report: Waits | Ages, bands: tuple[waits.Band, ...]) -> tuple[list[str], list[list[Cell]]]:
    columns = [column for column in report.columns() if column != "bands"]
    cells: list[list[Cell]] = [
        [as_cell(getattr(row, name)) for name in columns] + [band.count for band in row.bands]
        for row in report.rows
    ]
    return [*columns, *(band.name for band in bands)], cells
