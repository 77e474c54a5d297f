"""The figures at the top of a page: value, variation in words, recent past, target."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from services.dashboard.domain import variation, words
from services.dashboard.domain.answers import Catalogue, Measure, Point, Series
from services.dashboard.domain.variation import Variation

FIRST = ("overdue", "start_overdue", "unallocated", "completed", "completed_on_time_percent")
"""What a team looks at first, where the catalogue has it."""
GRID = (
    *FIRST,
    "received",
    "open",
    "median_days_to_start",
    "median_days_to_complete",
    "overdue_percent",
    "reopened",
    "commitments_kept_percent",
)
"""What an overview shows of a service: how much, how well, how soon, and whether promises are kept."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure; `when` says the period where it is not now."""

    measure: str
    name: str
    value: str
    when: str
    period: str
    how: Variation
    target: str
    points: tuple[Point, ...]
    description: str


def chosen(catalogue: Catalogue, grid: bool = False) -> list[Measure]:
    """The measures to show, in their order; a catalogue that has none of them shows its own first ones."""
    known = {measure.id: measure for measure in catalogue.measures}
    wanted = GRID if grid else FIRST
    return [known[name] for name in wanted if name in known] or list(catalogue.measures[: len(wanted)])


def standing(measure: Measure) -> bool:
    """Whether the measure says how things stand at a moment, so that its newest point is now."""
    return "end(" in str(measure.formula)


def tile(measure: Measure, series: Series, today: dt.date) -> Tile:
    """Compose one figure from its series."""
    how = variation.of(series)
    now = standing(measure)
    point = _spoken(series, now)
    value = point.value if point else None
    return Tile(
        measure=measure.id,
        name=measure.name,
        value=words.shown(value, series.unit_of_measure),
        when="" if point is None or now else _when(point, today),
        period=point.period if point else words.month_of(today),
        how=how,
        target="" if "its target" in how.text else variation.target_words(series, value),
        points=series.points if now else tuple(one for one in series.points if not one.unfinished),
        description=_heard(series, measure.name, how),
    )


def _spoken(series: Series, now: bool) -> Point | None:
    """The point that the tile speaks of: now for what stands, the last finished period for what happened."""
    finished = variation.finished_points(series)
    if now or not finished:
        return variation.latest(series)
    return finished[-1]


def _when(point: Point, today: dt.date) -> str:
    return f"in {words.month(point.period, today)}" + (" so far" if point.unfinished else "")


def _heard(series: Series, name: str, how: Variation) -> str:
    values = [point.value for point in series.points if point.value is not None][-16:]
    if not values:
        return f"{name}: no figures yet"
    first, last = (words.shown(value, series.unit_of_measure) for value in (values[0], values[-1]))
    return (
        f"{name}, last {words.plural(len(values), series.grain)}: from {first} to {last}; "
        f"{how.text[:1].lower()}{how.text[1:]}"
    )
