"""The shapes of answers about events, work, feeds and units."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from services.metrics.api.views import Figure, Measure, Meta, View
from services.metrics.domain.formula import How
from services.metrics.domain.trail import Side, When
from services.metrics.domain.worklist import Cadence


class Place(View):
    """An event's place in the log, and what it calls itself."""

    topic: str
    partition: int
    offset: int
    n: int
    source: str
    id: str
    type: str
    time: str


POUNDS = "The amount in pounds where it is one of money, which the ledger keeps in 1/1300 pence."


class Line(View):
    """One line of the ledger; `part` is its place in the explanation's parts."""

    part: int
    account: str
    team: str
    day: dt.date
    kind: str
    setting: str
    worker: str
    detail: dict[str, str | int]
    amount: int
    pounds: float | None = Field(description=POUNDS)
    subject: str
    known_at: dt.datetime
    event: Place


class Part(View):
    """One term of the formula and what its lines add up to."""

    side: Side
    sign: int
    how: How
    account: str
    filters: list[str]
    amount: int
    pounds: float | None = Field(description=POUNDS)
    lines: int
    cancelled: int = Field(
        description="Lines left out because they cancel each other out; 0 also where they are not counted: "
        "by worker, due date or another word of the detail."
    )
    when: When | None = Field(
        default=None,
        description="Where each day counts: what stood when the days began, or what moved in them.",
    )
    first: dt.date | None = Field(default=None, alias="from", description="The first of those days.")
    last: dt.date | None = Field(default=None, alias="to")
    counted: int | None = Field(default=None, description="Its lines, each on every one of its days.")


class Step(View):
    """What moved weekly cost: a flow; `amount` has the sign with which it counts."""

    account: str
    amount: int
    pounds: float
    lines: int


class Changes(View):
    """What changed weekly cost in the period: opening + steps + reorganised = closing, exactly."""

    opening: float = Field(description="Pounds a week at the end of the day before the period.")
    steps: list[Step]
    reorganised: float = Field(description="What whole teams brought or took along, which no line says.")
    closing: float
    exact: dict[str, int] = Field(description="The same in whole 1/1300 pence.")
    lines: list[Line] = Field(description="The lines of the steps; `part` is the place of the step.")
    total_lines: int
    next_cursor: str | None


class Explanation(Meta):
    """A figure, its definition and its lines; the lines of the numerator add up to `sum`.

    Where each day counts, a line adds up once for each of its days.
    """

    figure: Figure
    definition: Measure
    parts: list[Part]
    lines: list[Line]
    total_lines: int
    sum: int
    sum_pounds: float | None = Field(description=POUNDS)
    next_cursor: str | None
    changes: Changes | None = Field(description="What changed it, where it is what packages cost.")


class Event(Meta):
    """One event of the log with the lines that it posted."""

    event: dict[str, Any]
    topic: str
    partition: int
    offset: int
    known_at: dt.datetime
    lines: list[Line]


class Spot(View):
    """Where an event stands in the log, and since when it is known."""

    topic: str
    partition: int
    offset: int
    known_at: dt.datetime


class Item(Meta):
    """A subject with all its events, each with its place, and all its lines."""

    subject: str
    key: str | None
    state: str | None
    kind: str | None
    team: str | None
    worker: str | None
    due: dt.date | None
    start_by: dt.date | None
    received: dt.date | None
    ended: dt.date | None
    outcome: str | None
    events: list[dict[str, Any]]
    places: list[Spot]
    lines: list[Line]


class WorkRow(View):
    """One piece of work."""

    subject: str
    key: str
    kind: str
    urgency: str
    team: str
    worker: str
    due: dt.date | None
    start_by: dt.date | None
    received: dt.date | None
    days_overdue: int


class Counts(View):
    """Open work by urgency."""

    open: int
    overdue: int
    due_today: int
    due_this_week: int
    unallocated: int


class WorkList(Meta):
    """Work as it stands at the end of `as_at`, the most urgent first."""

    unit: str
    rows: list[WorkRow]
    counts: Counts
    next_cursor: str | None


class Feed(View):
    """A source of case events."""

    source: str
    cadence: Cadence
    last_event: dt.date | None
    last_known: dt.datetime | None
    events: int
    quiet: bool = Field(description="Silent for longer than its cadence allows.")
    declared: bool = Field(description="Whether its cadence was declared; else it is held to nightly.")
    late_from: dt.datetime | None = Field(description="When its silence is too long, unless it speaks.")
    complete_from: dt.date | None = Field(description="Since when it holds everything, if that is declared.")


class Feeds(Meta):
    """Who feeds the ledger."""

    feeds: list[Feed]


class Unit(View):
    """A unit as it stands last; closed: the first day on which it was no more."""

    id: str
    level: str
    name: str
    parent: str | None
    opened: dt.date
    closed: dt.date | None
    successor: str | None


class Role(View):
    """Who holds which role for a unit today."""

    unit: str
    role: str
    person: str


class Worker(View):
    """The team of a worker today."""

    worker: str
    team: str


class Units(Meta):
    """The organisation, as far as the caller may see."""

    units: list[Unit]
    roles: list[Role]
    workers: list[Worker]
