"""What the other services answer, as far as pages read it. Unknown fields are passed over."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from msgspec import Struct, field

T = TypeVar("T")
Number = int | float


class Meta(Struct, frozen=True, kw_only=True):
    """How fresh an answer with figures is."""

    as_at: str = ""
    as_known: str | None = None
    fresh_at: str | None = None
    stale_feeds: tuple[str, ...] = ()
    complete_from: str | None = None
    note: str | None = None


class Measure(Struct, frozen=True, kw_only=True):
    """A measure of the catalogue; `formula` is shown as it stands, whatever its shape."""

    id: str
    name: str
    definition: str = ""
    formula: Any = None
    unit_of_measure: str = "count"
    polarity: str = "neither"
    grains: tuple[str, ...] = ()
    target: Number | None = None
    threshold: Any = None
    audiences: tuple[str, ...] = ()
    prompts: Any = None


class Catalogue(Struct, frozen=True, kw_only=True):
    """Every measure there is."""

    measures: tuple[Measure, ...] = ()


class NotComplete(Struct, frozen=True, kw_only=True):
    """Why there is no figure: before this day a feed had not told everything."""

    since: str = field(default="", name="from")
    source: str = ""
    reason: str = ""


class Figure(Struct, frozen=True, kw_only=True):
    """One value of one measure for one unit and period."""

    measure: str
    name: str = ""
    unit: str = ""
    period: str = ""
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    target: Number | None = None
    unfinished: bool = False
    definition: str = ""
    not_complete: NotComplete | None = None


class Figures(Meta, frozen=True, kw_only=True):
    """Values of several measures and units."""

    figures: tuple[Figure, ...] = ()


class Point(Struct, frozen=True, kw_only=True):
    """One period of a series, with the limits that it is judged by."""

    period: str
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    unfinished: bool = False
    mean: Number | None = None
    upper: Number | None = None
    lower: Number | None = None
    special_cause: str | None = None
    direction: str | None = None
    judged: str | None = None


class Rebase(Struct, frozen=True, kw_only=True):
    """From this day on a series is judged by new limits, and why."""

    since: str = field(default="", name="from")
    reason: str = ""


class Agreed(Struct, frozen=True, kw_only=True):
    """A target that the unit agreed, where it is not the catalogue's."""

    value: Number
    tolerance: Number = 0
    since: str = ""
    reason: str = ""


class Series(Meta, frozen=True, kw_only=True):
    """A measure over time; `points` are in date order."""

    measure: str
    name: str = ""
    unit: str = ""
    grain: str = "month"
    unit_of_measure: str = "count"
    polarity: str = "neither"
    target: Number | None = None
    agreed: Agreed | None = None
    points: tuple[Point, ...] = ()
    variation: str | None = None
    assurance: str | None = None
    finding: str | None = None
    rebases: tuple[Rebase, ...] = ()


class SeveralSeries(Meta, frozen=True, kw_only=True):
    """Several measures over time, from one reading of the ledger."""

    series: tuple[Series, ...] = ()


class ReportRow(Struct, frozen=True, kw_only=True):
    """A row of any of the three reports; what a report does not give stays absent."""

    month: str | None = None
    worker: str | None = None
    kind: str | None = None
    team: str | None = None
    overdue: int = 0
    due: int = 0
    allocated: int | None = None
    completed: int = 0
    late: int = 0
    outcome: str | None = None
    count: int = 0
    share: Number | None = None
    before_count: int | None = None
    before_share: Number | None = None


class Report(Meta, frozen=True, kw_only=True):
    """One of the three reports."""

    report: str = ""
    unit: str = ""
    by: str = ""
    finding: str | None = None
    first: str = field(default="", name="from")
    last: str = field(default="", name="to")
    rows: tuple[ReportRow, ...] = ()
    before_from: str | None = None
    before_to: str | None = None


class WorkRow(Struct, frozen=True, kw_only=True):
    """An open piece of work."""

    subject: str
    key: str = ""
    kind: str = ""
    team: str = ""
    worker: str | None = None
    due: str | None = None
    start_by: str | None = None
    received: str | None = None
    days_overdue: int | None = None


class WorkCounts(Struct, frozen=True, kw_only=True):
    """How much work is open, and how urgent it is."""

    open: int = 0
    overdue: int = 0
    due_today: int = 0
    due_this_week: int = 0
    unallocated: int = 0


class WorkList(Meta, frozen=True, kw_only=True):
    """Open work, the most urgent first."""

    rows: tuple[WorkRow, ...] = ()
    counts: WorkCounts = WorkCounts()
    next_cursor: str | None = None


class Feed(Struct, frozen=True, kw_only=True):
    """A source that feeds the ledger."""

    source: str
    cadence: str | None = None
    last_event: str | None = None
    last_known: str | None = None
    events: int = 0
    quiet: bool = False
    declared: bool = True
    late_from: str | None = None
    complete_from: str | None = None


class Feeds(Meta, frozen=True, kw_only=True):
    """Every source, and whether it is quiet for longer than its cadence allows."""

    feeds: tuple[Feed, ...] = ()


class Listed(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list."""

    items: tuple[T, ...] = ()
    next_cursor: str | None = None
