"""The figures at the top of a page: value, variation in words, recent past, target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.domain import variation, words
from services.dashboard.domain.answers import Catalogue, Measure, Point, Series
from services.dashboard.domain.variation import Variation

FIRST = ("overdue", "start_overdue", "unallocated", "completed", "completed_on_time")
"""What a team or service looks at first, where the catalogue has it."""
MOST = 5
STOCKS = frozenset(
    [
        "open",
        "allocated",
        "unallocated",
        "overdue",
        "start_overdue",
        "unauthorised",
        "incomplete",
        "commitments_open",
    ]
)
"""Measures that stand at a moment: their newest point is now, not an unfinished month."""


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
    """The measures to show: the first ones in their order, then the catalogue's, all of them on a grid."""
    known = {measure.id: measure for measure in catalogue.measures}
    first = [known[name] for name in FIRST if name in known]
    rest = [measure for measure in catalogue.measures if measure not in first]
    return first + rest if grid else (first + rest)[:MOST]


def tile(series: Series, today: dt.date) -> Tile:
    """Compose one figure from its series."""
    how = variation.of(series, today)
    point = _spoken(series)
    value = point.value if point else None
    when = "" if point is None or series.measure in STOCKS else _when(point, today)
    name = series.name or words.coded(series.measure)
    return Tile(
        measure=series.measure,
        name=name,
        value=words.shown(value, series.unit_of_measure),
        when=when,
        period=point.period if point else words.month_of(today),
        how=how,
        target=variation.target_words(series, value),
        points=series.points,
        description=_heard(series.points, name, how),
    )


def _spoken(series: Series) -> Point | None:
    """The point that the tile speaks of: now for a stock, the last finished month for a flow."""
    finished = variation.finished_points(series)
    if series.measure in STOCKS or not finished:
        return variation.latest(series)
    return finished[-1]


def _when(point: Point, today: dt.date) -> str:
    return f"in {words.month(point.period, today)}" + (" so far" if point.unfinished else "")


def _heard(points: Sequence[Point], name: str, how: Variation) -> str:
    values = [point.value for point in points if point.value is not None][-16:]
    if not values:
        return f"{name}: no figures yet"
    return (
        f"{name}, last {words.plural(len(values), 'month')}: from {words.number(values[0])} "
        f"to {words.number(values[-1])}; {how.text[:1].lower()}{how.text[1:]}"
    )
