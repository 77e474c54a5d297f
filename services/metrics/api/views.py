"""The shapes of answers with figures."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.metrics.domain.measures import State, UnitOfMeasure
from services.metrics.domain.periods import Grain
from services.metrics.domain.spc import Assurance, Judged, Polarity, SpecialCause, Variation

Number = int | float
Cell = str | int | float | None
"""A value as a file has it."""


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Meta(View):
    """What every answer with figures rests on."""

    as_at: dt.date = Field(description="The day at whose end the figures stand.")
    as_known: dt.datetime | None = Field(description="The moment whose knowledge counts; null: now.")
    fresh_at: dt.datetime | None = Field(
        description="The last moment at which the whole log had been read; null: not yet."
    )
    positions: dict[str, int] = Field(description="Topic-partition → next offset to read.")
    stale_feeds: tuple[str, ...] = Field(
        default=(), description="Feeds that have been silent for longer than their declared cadence allows."
    )
    complete_from: dt.date | None = Field(
        default=None,
        description="Figures of days before this one are not complete in this unit; null: no feed says so.",
    )
    note: str | None = Field(default=None, description="What has to be known about `as_known`.")


class Measure(View):
    """A declared measure."""

    id: str
    name: str
    definition: str
    formula: str
    unit_of_measure: UnitOfMeasure
    polarity: Polarity
    grains: tuple[Grain, ...]
    target: Number | None
    threshold: Number | None
    smallest_denominator: int
    audiences: tuple[str, ...]
    prompts: dict[State, tuple[str, ...]]


class Measures(View):
    """The catalogue."""

    measures: list[Measure]


class NotComplete(View):
    """Why there is no figure: a feed had not told everything yet."""

    since: dt.date = Field(alias="from", description="The first day that is complete.")
    source: str
    reason: str


class Agreed(View):
    """A target that the unit agreed; it holds for periods that begin on `since` or later."""

    target: str
    value: Number
    tolerance: Number
    since: dt.date
    grain: Grain | None
    reason: str
    agreed_by: str
    agreed_at: dt.datetime
    meeting: str | None


class Figure(View):
    """One value; null where there is nothing to divide by or the period has not begun."""

    measure: str
    name: str
    unit: str
    period: str
    value: Number | None
    numerator: int | None
    denominator: int | None
    unit_of_measure: UnitOfMeasure
    target: Number | None
    agreed: Agreed | None = Field(
        default=None, description="Where the target comes from; null: the catalogue."
    )
    unfinished: bool
    note: str | None = Field(description="`if nothing is done`, for a day to come.")
    not_complete: NotComplete | None = Field(default=None, description="Why there is no value, if so.")
    definition: str


class Figures(Meta):
    """Values of measures and units in one period; with `worker` of that worker's own work."""

    worker: str | None = None
    figures: list[Figure]

    def table(self) -> tuple[list[str], list[list[Cell]]]:
        """Columns and rows as a file has them."""
        columns = [
            name
            for name in Figure.model_fields
            if name not in ("agreed", "not_complete", "definition", "note")
        ]
        rows: list[list[Cell]] = [[getattr(one, name) for name in columns] for one in self.figures]
        why = [one.not_complete.reason if one.not_complete else one.note for one in self.figures]
        return [*columns, "note"], [[*row, said] for row, said in zip(rows, why, strict=True)]

    def about(self) -> dict[str, Cell]:
        """What a file says of itself beside its rows."""
        told = self.model_dump(mode="json")
        return {name: told[name] for name in ("worker", "as_at", "as_known", "fresh_at")}

    def name(self) -> str:
        """What the file is called, without its ending."""
        units = {one.unit for one in self.figures}
        return f"figures-{units.pop() if len(units) == 1 else 'units'}-{self.as_at}"


class Point(View):
    """One period of a series; unfinished ones are shown and never judged."""

    period: str
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    value: Number | None
    numerator: int | None
    denominator: int | None
    unfinished: bool
    mean: float | None
    upper: float | None
    lower: float | None
    special_cause: SpecialCause | None
    direction: Literal["high", "low"] | None
    judged: Judged | None
    target: Number | None = Field(description="What it was to reach in this period.")
    group: int | None = Field(description="Which group of limits it belongs to; each rebase begins another.")
    not_complete: NotComplete | None = Field(default=None, description="Why there is no value, if so.")


class Rebased(View):
    """From this day on the series is judged anew, and why."""

    since: dt.date = Field(alias="from")
    reason: str


class Judgement(View):
    """A measure over time with its limits and icons."""

    measure: str
    name: str
    unit: str
    grain: Grain
    unit_of_measure: UnitOfMeasure
    polarity: Polarity
    target: Number | None = Field(description="Of the latest period.")
    agreed: Agreed | None = Field(description="Where the target comes from; null: the catalogue.")
    definition: str
    points: list[Point]
    variation: Variation | None
    assurance: Assurance | None
    finding: str
    prompts: tuple[str, ...] = Field(description="The questions to ask as the series stands now.")
    rebases: list[Rebased] = Field(description="Where among the points new limits begin.")


class Series(Judgement, Meta):
    """One measure over time."""


class SeveralSeries(Meta):
    """Several measures over time, from one reading of the ledger."""

    series: list[Judgement]


class Summary(Meta):
    """What a unit's page opens with."""

    unit: str
    finding: str
