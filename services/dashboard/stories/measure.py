"""A measure on its own, the explanation of a figure, the report behind a chart, and one event of the log."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.domain import (
    findings,
    narrowing,
    promises,
    prompts,
    questions,
    reports,
    shared_series,
    sheets,
    strip,
    variation,
    words,
)
from services.dashboard.domain.agreements import Commitment, Rule
from services.dashboard.domain.answers import Catalogue, Measure, Rebase, Series, WorkList
from services.dashboard.domain.findings import Rich
from services.dashboard.domain.marks import Note
from services.dashboard.domain.refusals import Away, Missing
from services.dashboard.domain.sheets import Cell, Sheet
from services.dashboard.domain.strip import Tile
from services.dashboard.domain.trail import Explanation, Item, LoggedEvent
from services.dashboard.domain.variation import Variation
from services.dashboard.flow import Asked, maybe
from services.dashboard.stories import reporting, unit
from services.dashboard.stories.unit import Urgent


@dataclass(frozen=True)
class MeasurePage:
    """A measure's chart with its definition."""

    measure: Measure
    series: Series
    tile: Tile
    how: Variation
    title: str
    why: str
    callout: str
    description: str
    notes: list[Note]
    rebases: list[Rebase]
    leans: list[str]
    prompts: list[str]


async def measure(asked: Asked) -> MeasurePage:
    """One measure of one unit over time."""
    name, grain = asked.options["measure"], asked.options.get("grain") or "month"
    catalogue, series, agreed = await asyncio.gather(
        asked.reader.read(questions.catalogue()),
        asked.reader.read(questions.series(name, asked.unit, asked.when, grain)),
        unit.agreed_for(asked, name),
    )
    found = next((one for one in catalogue.measures if one.id == name), None)
    if found is None:
        raise Missing(name)
    today = asked.when.today
    how, tile = variation.of(series), strip.tile(found, series, today)
    asked_of = prompts.of_measure(found.prompts, series, how)[:2] or prompts.for_completed(series, how, today)
    return MeasurePage(
        measure=found,
        series=series,
        tile=tile,
        how=how,
        title=_title(found, tile),
        why=variation.why(series, how),
        callout=reports.callout(series, how),
        description=tile.description,
        notes=_notes(name, agreed, series, today),
        rebases=list(series.rebases),
        leans=reporting.notes(series, asked),
        prompts=asked_of,
    )


@dataclass(frozen=True)
class SharedMeasure:
    """A measure as a fixed table for many eyes."""

    measure: Measure
    sheet: Sheet
    leans: list[str]


async def for_many_eyes(asked: Asked) -> SharedMeasure:
    """One measure of one unit by finished month, masked."""
    name = asked.options["measure"]
    catalogue, series = await asyncio.gather(
        asked.reader.read(questions.catalogue()),
        asked.reader.read(questions.series(name, asked.unit, asked.when)),
    )
    found = next((one for one in catalogue.measures if one.id == name), None)
    if found is None:
        raise Missing(name)
    table_ = shared_series.masked(series, asked.when.today)
    return SharedMeasure(found, table_, reporting.notes(series, asked))


CAUSES = {
    "outside": "outside the limits",
    "trend": "seven in one direction",
    "two_of_three": "two of three near a limit",
    "shift": "seven on one side of the mean",
}


def sheet(series: Series) -> Sheet:
    """A series as a file has it, the oldest period first."""
    heads = sheets.columns(
        words.capital(series.grain), figures=("Value", "Lower limit", "Mean", "Upper limit")
    )
    rows = tuple(
        (
            Cell(point.period, point.period),
            *(
                sheets.figure(value, series.unit_of_measure)
                for value in (point.value, point.lower, point.mean, point.upper)
            ),
            sheets.said(CAUSES.get(point.special_cause or "", "")),
            sheets.said("not over" if point.unfinished else ""),
        )
        for point in series.points
    )
    return Sheet(series.name, (*heads, *sheets.columns("Not by chance", "Period")), rows)


async def table(asked: Asked) -> Sheet:
    """A measure's series as a table, masked where it is for many eyes."""
    if asked.shared:
        return (await for_many_eyes(asked)).sheet
    grain = asked.options.get("grain") or "month"
    question = questions.series(asked.options["measure"], asked.unit, asked.when, grain)
    return sheet(await asked.reader.read(question))


def _notes(name: str, agreed: Sequence[Commitment], series: Series, today: dt.date) -> list[Note]:
    """What stands on the chart as dated lines: where limits begin anew, and what was agreed."""
    if series.grain != "month":
        return []
    rebased = [
        Note(one.since[:7], "new limits", words.day(one.since, today)) for one in series.rebases if one.since
    ]
    return [*rebased, *promises.notes_for(name, agreed, today)]


def _title(found: Measure, tile: Tile) -> str:
    said = f"{found.name} {tile.when}".strip()
    if tile.how.tone == "unknown":
        return f"{said}: {tile.value}"
    return f"{said}: {tile.value}, {tile.how.text[:1].lower()}{tile.how.text[1:]}"


async def explanation(asked: Asked) -> Explanation:
    """A figure, its definition and its lines."""
    option = asked.options
    return await asked.reader.read(
        questions.explain(
            option["measure"],
            asked.unit,
            option["period"],
            asked.when,
            option.get("cursor", ""),
            narrowing.chosen(option),
        )
    )


@dataclass(frozen=True)
class WorkPage:
    """The open work of a unit."""

    opening: Rich
    work: WorkList
    rows: list[Urgent]
    worker: str


async def work(asked: Asked) -> WorkPage:
    """Open work, the most urgent first, of one worker where asked."""
    worker = asked.options.get("worker", "")
    found = await asked.reader.read(
        questions.work(asked.unit, 50, asked.when, worker, asked.options.get("cursor", ""))
    )
    return WorkPage(
        findings.work_opening(found.counts), found, [unit.urgent(row, asked) for row in found.rows], worker
    )


async def event(asked: Asked) -> LoggedEvent:
    """One event of the log with the lines that it caused."""
    option = asked.options
    return await asked.reader.read(
        questions.event(option["topic"], int(option["partition"]), int(option["offset"]))
    )


async def item(asked: Asked) -> Item:
    """One piece of work with its events and lines."""
    return await asked.reader.read(questions.item(asked.options["subject"]))


@dataclass(frozen=True)
class CataloguePage:
    """Every measure, and the rules that watch them."""

    catalogue: Catalogue
    rules: tuple[Rule, ...] | None


async def catalogue(asked: Asked) -> CataloguePage:
    """Every measure and the thresholds on it; without notify, the measures alone."""
    found, rules = await asyncio.gather(
        asked.reader.read(questions.catalogue()), maybe(asked, questions.rules())
    )
    return CataloguePage(found, None if isinstance(rules, Away) else rules.items)
