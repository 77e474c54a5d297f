"""The overview of a service, directorate or council: exceptions first, then every measure, then its units."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.tree import Unit
from services.dashboard.domain import exceptions, findings, questions, sheets, strip, variation, words
from services.dashboard.domain.agreements import Escalation
from services.dashboard.domain.answers import Figures, Measure, Series
from services.dashboard.domain.refusals import Away
from services.dashboard.domain.sheets import Cell
from services.dashboard.domain.strip import Tile
from services.dashboard.domain.variation import Variation
from services.dashboard.flow import Asked, Part, maybe
from services.dashboard.stories import aims, comparing
from services.dashboard.stories import unit as shared
from services.dashboard.stories.beside import beside

COLUMNS = ("overdue", "unallocated", "open", "completed")
WHOLE = "Taken as a whole, the figures are as usual"
MOST_NAMED = 4
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
    """What is out of the ordinary: exceptions, the figures as a whole, and the units below that stand out."""
    series, found, below_ = await asyncio.gather(
        shared.series_of(asked, grid=True),
        maybe(asked, questions.escalations(asked.unit)),
        _pasts(asked, asked.tree.children(asked.unit)),
    )
    today = asked.when.today
    whole = findings.movement(shared.moves(series, today), today)
    each = [(asked.tree.name(name), one, how) for name, one, how in _judged(below_)]
    among = findings.among(each, today)
    said = ["" if isinstance(found, Away) else _waiting(found.items, asked), whole, among]
    if whole.startswith("Nothing"):
        said[1:] = [f"{WHOLE}, but {among[:1].lower()}{among[1:]}" if among else f"{WHOLE}."]
    return " ".join(one for one in said if one)


def _waiting(raised: Sequence[Escalation], asked: Asked) -> str:
    """`2 exceptions wait for an answer, in Reviews team and East locality team.`"""
    units = [one.unit for one in exceptions.in_order(raised) if one.state == "raised"]
    if not units:
        return "No exception waits for an answer."
    others = [asked.tree.name(one) for one in dict.fromkeys(units) if one != asked.unit]
    named = f", in {words.listed(others)}" if 0 < len(others) <= MOST_NAMED else ""
    wait = "waits" if len(units) == 1 else "wait"
    return f"{words.plural(len(units), 'exception')} {wait} for an answer{named}."


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
    figures, past = await asyncio.gather(
        asked.reader.read(questions.figures([column.id for column in columns], ids, asked.when)),
        _pasts(asked, children),
    )
    raised = [] if isinstance(found, Away) else [one.unit for one in found.items if one.state == "raised"]
    judged = {name: how for name, _, how in _judged(past)}
    rows = [
        Row(
            unit=child,
            values=[_value(figures, child.id, one, asked) for one in columns],
            series=past.get(child.id),
            how=judged.get(child.id),
            needs=len([one for one in raised if asked.tree.covers(child.id, one)]),
        )
        for child in children
    ]
    return Below(children[0].level, [_heading(one) for one in columns], rows)


async def _pasts(asked: Asked, units: Sequence[Unit]) -> dict[str, Series]:
    """How overdue work moved in each unit, of as many as a page shows; without those that cannot be read."""
    ids = [one.id for one in units[:MOST_SERIES]]
    found = await asyncio.gather(*(maybe(asked, questions.series("overdue", one, asked.when)) for one in ids))
    return {name: one for name, one in zip(ids, found, strict=True) if not isinstance(one, Away)}


def _judged(past: Mapping[str, Series]) -> list[tuple[str, Series, Variation]]:
    return [(name, one, variation.of(one)) for name, one in past.items()]


def _heading(measure: Measure) -> str:
    return measure.name if strip.standing(measure) else f"{measure.name} this month so far"


def _value(figures: Figures, unit: str, measure: Measure, asked: Asked) -> Cell:
    found = [one for one in figures.figures if one.unit == unit and one.measure == measure.id]
    if not found:
        return sheets.said(sheets.HIDDEN)
    link = asked.explain(measure.id, found[0].period, unit)
    return sheets.figure(found[0].value, measure.unit_of_measure, link)


PARTS: Mapping[str, Part] = {
    "purpose": aims.purpose,
    "opening": opening,
    "needs": shared.needs,
    "grid": grid,
    "compare": beside(comparing.compare),
    "spend": beside(comparing.spend),
    "below": below,
    "promises": shared.commitments,
    "meeting": shared.meeting,
}
