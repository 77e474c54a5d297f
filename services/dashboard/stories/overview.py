"""The overview of a service, directorate or council: exceptions first, then every measure, then its units."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.tree import Unit
from services.dashboard.domain import findings, questions, sheets, strip, variation, words
from services.dashboard.domain.answers import Figures, Measure, Series
from services.dashboard.domain.refusals import Away
from services.dashboard.domain.sheets import Cell
from services.dashboard.domain.strip import Tile
from services.dashboard.domain.variation import Variation
from services.dashboard.flow import Asked, Part, maybe
from services.dashboard.stories import comparing
from services.dashboard.stories import unit as shared
from services.dashboard.stories.beside import beside

COLUMNS = ("overdue", "unallocated", "open", "completed")
USUAL = "No exception waits for an answer, and taken as a whole the figures are as usual."
MOST_SERIES = 16
"""Units whose past is read for the table; a wider one shows figures without it."""


@dataclass(frozen=True)
class Row:
    """A unit below, with its figures and how its overdue work moves."""

    unit: Unit
    values: list[Cell]
    series: Series | None
    how: Variation | None
    needs: int


@dataclass(frozen=True)
class Below:
    """The units below, with one column a measure."""

    level: str
    columns: list[str]
    rows: list[Row]


async def opening(asked: Asked) -> str:
    """What is out of the ordinary, in one sentence."""
    series, found = await asyncio.gather(
        shared.series_of(asked, grid=True),
        maybe(asked, questions.escalations(asked.unit)),
    )
    moved = findings.movement(shared.moves(series, asked.when.today), asked.when.today)
    if isinstance(found, Away):
        return moved
    raised = len([one for one in found.items if one.state == "raised"])
    if not raised:
        said = USUAL if moved.startswith("Nothing") else f"No exception waits for an answer. {moved}"
        return said.strip()
    waits = "waits" if raised == 1 else "wait"
    count = f"{words.plural(raised, 'exception')} {waits} for an answer."
    usual = moved.startswith("Nothing")
    return f"{count} {'Taken as a whole, the figures are as usual.' if usual else moved}".strip()


async def grid(asked: Asked) -> list[Tile]:
    """The measures of a service."""
    return await shared.tiles(asked, grid=True)


async def below(asked: Asked) -> Below:
    """The units below with their figures."""
    catalogue, found = await asyncio.gather(
        asked.reader.read(questions.catalogue()),
        maybe(asked, questions.escalations(asked.unit)),
    )
    children = asked.tree.children(asked.unit)
    columns = [one for name in COLUMNS for one in catalogue.measures if one.id == name]
    if not children or not columns:
        return Below("", [], [])
    ids = [child.id for child in children]
    figures, series = await asyncio.gather(
        asked.reader.read(questions.figures([column.id for column in columns], ids, asked.when)),
        asyncio.gather(*(_past(asked, one) for one in ids[:MOST_SERIES])),
    )
    past = dict(zip(ids, series, strict=False))
    raised = [] if isinstance(found, Away) else [one.unit for one in found.items if one.state == "raised"]
    rows = [
        Row(
            unit=child,
            values=[_value(figures, child.id, one, asked) for one in columns],
            series=past.get(child.id),
            how=_how(past.get(child.id), asked.when.today),
            needs=len([one for one in raised if asked.tree.covers(child.id, one)]),
        )
        for child in children
    ]
    return Below(children[0].level, [_heading(one) for one in columns], rows)


async def _past(asked: Asked, unit: str) -> Series | None:
    found = await maybe(asked, questions.series("overdue", unit, asked.when))
    return None if isinstance(found, Away) else found


def _how(series: Series | None, today: dt.date) -> Variation | None:
    return variation.of(series) if series else None


def _heading(measure: Measure) -> str:
    return measure.name if strip.standing(measure) else f"{measure.name} this month so far"


def _value(figures: Figures, unit: str, measure: Measure, asked: Asked) -> Cell:
    found = [one for one in figures.figures if one.unit == unit and one.measure == measure.id]
    if not found:
        return sheets.said(sheets.HIDDEN)
    link = asked.explain(measure.id, found[0].period, unit)
    return sheets.figure(found[0].value, measure.unit_of_measure, link)


PARTS: Mapping[str, Part] = {
    "opening": opening,
    "needs": shared.needs,
    "grid": grid,
    "compare": beside(comparing.compare),
    "spend": beside(comparing.spend),
    "below": below,
    "promises": shared.commitments,
    "meeting": shared.meeting,
}
