"""A measure on its own, the explanation of a figure, the report behind a chart, and one event of the log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from services.dashboard.domain import promises, prompts, questions, reports, strip, variation, words
from services.dashboard.domain.agreements import Rule
from services.dashboard.domain.answers import (
    Catalogue,
    Explanation,
    Item,
    LoggedEvent,
    Measure,
    Report,
    ReportRow,
    Series,
    WorkList,
)
from services.dashboard.domain.marks import Note
from services.dashboard.domain.refusals import Away, Missing
from services.dashboard.domain.strip import Tile
from services.dashboard.domain.variation import Variation
from services.dashboard.flow import Asked, maybe
from services.dashboard.stories import unit
from services.dashboard.stories.unit import Urgent


@dataclass(frozen=True)
class MeasurePage:
    """A measure's chart with its definition."""

    measure: Measure
    series: Series
    tile: Tile
    how: Variation
    title: str
    callout: str
    description: str
    notes: list[Note]
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
        callout=reports.callout(series, how),
        description=tile.description,
        notes=promises.notes_for(name, agreed, today) if grain == "month" else [],
        prompts=asked_of,
    )


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
            option["measure"], asked.unit, option["period"], asked.when, option.get("cursor", "")
        )
    )


@dataclass(frozen=True)
class ReportPage:
    """A report as a table; by worker it is sorted by name, for nobody is ranked."""

    report: Report
    name: str
    by: str
    rows: list[tuple[str, ReportRow]]


async def report(asked: Asked) -> ReportPage:
    """One of the three reports, by month, worker, kind or team."""
    name, by = asked.options["report"], asked.options.get("by") or "month"
    if name == "outcomes":
        found = await asked.reader.read(questions.outcomes(asked.unit, asked.when))
    else:
        found = await asked.reader.read(questions.report(name, asked.unit, asked.when, by))
    rows = [(_row_name(row, by, name, asked), row) for row in found.rows]
    if by != "month" and name != "outcomes":
        rows.sort(key=lambda pair: (pair[0].casefold(), pair[1].month or ""))
    return ReportPage(found, name, by, rows)


def _row_name(row: ReportRow, by: str, name: str, asked: Asked) -> str:
    if name == "outcomes":
        return words.coded(row.outcome) or "No outcome given"
    if by == "worker":
        return asked.names(row.worker) if row.worker else "Nobody"
    if by == "kind":
        return words.coded(row.kind) or "No kind"
    if by == "team":
        return row.team or "No team"
    return words.capital(words.month(row.month, asked.when.today))


@dataclass(frozen=True)
class WorkPage:
    """The open work of a unit."""

    work: WorkList
    rows: list[Urgent]
    worker: str


async def work(asked: Asked) -> WorkPage:
    """Open work, the most urgent first, of one worker where asked."""
    worker = asked.options.get("worker", "")
    found = await asked.reader.read(questions.work(asked.unit, 50, worker, asked.options.get("cursor", "")))
    return WorkPage(found, [unit.urgent(row, asked) for row in found.rows], worker)


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
