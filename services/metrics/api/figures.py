"""`/v1/measures`, `/v1/figures`, `/v1/series`, `/v1/summary`."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from runtime.auth import Principal, needs
from runtime.problems import wrong
from services.metrics.answers import figures as answers
from services.metrics.answers import own, reports
from services.metrics.answers.asking import Answer, Ask, BadQuestion, Sources
from services.metrics.answers.beside import figures_below
from services.metrics.api import views
from services.metrics.api.desk import READERS, AsAt, AsKnown, Desk, From, To, answering, range_of
from services.metrics.api.report_files import add_files
from services.metrics.api.shaping import figure_view, measure_view, meta_of, series_of
from services.metrics.domain.cuts import Due, Only
from services.metrics.domain.figures import Figure
from services.metrics.domain.periods import Grain, Period, containing, parse
from services.metrics.domain.spc import Rules

MeasureId = Annotated[str, Query(max_length=100, description="Id of a measure; see /v1/measures.")]
SeriesIds = Annotated[
    list[str],
    Query(
        min_length=1,
        max_length=50,
        alias="measure",
        description="Ids of measures, each as `measure=`; see /v1/measures.",
    ),
]
MeasureIds = Annotated[list[str], Query(max_length=50, alias="measure", description="Ids of measures.")]
UnitIds = Annotated[list[str] | None, Query(max_length=200, alias="unit", description="Unit ids.")]
Worker = Annotated[
    str | None,
    Query(max_length=200, description="Staff id: that worker's own work only, for them and their manager."),
]
ByUnits = Annotated[
    Literal["unit"] | None,
    Query(description="`unit`: those right below the unit asked, beside one another."),
]
PeriodText = Annotated[
    str | None, Query(max_length=10, description="2026-11 or 2026-W46; without one the month of `as_at`.")
]
Variant = Annotated[
    Literal["standard", "nhse"] | None,
    Query(description="`nhse`: limits from 13 points only; points beyond count towards two of three."),
]


async def due_dates(
    due_from: Annotated[
        str | None,
        Query(max_length=10, description="Of what stands only work due from this day, month, week."),
    ] = None,
    due_to: Annotated[
        str | None, Query(max_length=10, description="Of what stands only work due up to it.")
    ] = None,
    overdue_for: Annotated[
        int | None,
        Query(ge=1, le=36_500, description="Of what stands only work so many days past due, on its own day."),
    ] = None,
) -> Due | None:
    """The due dates asked for, if any are."""
    first, last = range_of(due_from, due_to, ("due_from", "due_to"))
    if first and last and first > last:
        raise wrong(f"Due dates would end on {last}, before they begin on {first}.", field="due_from")
    return Due(first, last, overdue_for) if first or last or overdue_for else None


def router(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter(tags=["figures"])
    _catalogue(routes, desk)
    _figures(routes, desk)
    _series(routes, desk)
    return routes


def _catalogue(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/measures", summary="Every measure that is declared.")
    async def measures(who: Principal = needs(*READERS)) -> views.Measures:
        return views.Measures(measures=[measure_view(one.measure) for one in desk.sources.catalogue])

    @routes.get("/v1/measures/{id}", summary="One measure: what it means and how it is made.")
    async def measure(
        id: Annotated[str, Path(max_length=100)], who: Principal = needs(*READERS)
    ) -> views.Measure:
        with answering():
            return measure_view(desk.sources.declared(id).measure)


def _figures(routes: APIRouter, desk: Desk) -> None:
    async def figures(
        measure: MeasureIds,
        who: Principal = needs(*READERS),
        unit: UnitIds = None,
        worker: Worker = None,
        period: PeriodText = None,
        as_at: AsAt = None,
        as_known: AsKnown = None,
        by: ByUnits = None,
        due: Due | None = Depends(due_dates),
    ) -> views.Figures:
        """Measures of units in one period."""
        team = desk.own_of(who, worker) if worker else None
        units: list[str | None] = [*unit] if unit else [team]
        asks = [desk.asked(who, one, as_at, as_known) for one in units]
        part = Only(worker or None, due=due) if worker or due else None
        with answering():
            chosen = parse(period) if period else containing(asks[0].as_at, "month")
            answer = await _answered(desk, asks, measure, chosen, part, below=by == "unit")
            declared = desk.sources.declared
            found = [figure_view(one, declared(one.key.measure)) for one in answer.what]
        return views.Figures(**meta_of(answer), worker=worker, figures=found)

    routes.get("/v1/figures", summary="Measures of units in one period.")(figures)
    add_files(routes, "/v1/figures", "figures", figures, "Measures of units in one period")


async def _answered(
    desk: Desk, asks: list[Ask], measures: list[str], period: Period, part: Only | None, *, below: bool
) -> Answer[list[Figure]]:
    """The figures of the units asked or, `below`, of those right below the one asked."""

    async def of(sources: Sources, units: list[str]) -> Answer[list[Figure]]:
        if part:
            return await own.figures_of(sources, asks[0], part, measures, units, period)
        return await answers.figures(sources, asks[0], measures, units, period)

    if not below:
        return await of(desk.sources, [one.unit for one in asks])
    if len(asks) > 1:
        raise BadQuestion("unit", "By unit, ask about one unit: the answer has those right below it.")
    ask = asks[0]
    return await figures_below(
        desk.sources, ask, period, partial(desk.below, ask), lambda sources, one: of(sources, [one.unit])
    )


def _series(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/series", summary="Measures over time, judged by statistical process control.")
    async def series(
        measure: SeriesIds,
        ask: Ask = Depends(desk.ask),
        grain: Grain = "month",
        first: From = None,
        to: To = None,
        rules: Variant = None,
        due: Due | None = Depends(due_dates),
    ) -> views.Series | views.SeveralSeries:
        """One measure with its points or, where `measure` is given several times, a list under `series`."""
        variant = {"nhse": Rules.nhse(), "standard": Rules()}.get(rules or "")
        days = range_of(first, to)
        with answering():
            if due:
                part = Only(due=due)
                answer = await own.series_of(desk.sources, ask, part, measure, grain, days, variant)
            else:
                answer = await answers.series(desk.sources, ask, measure, grain, days, variant)
        told = [series_of(one, ask, grain) for one in answer.what]
        if len(measure) == 1:
            return views.Series(**meta_of(answer), **told[0])
        return views.SeveralSeries(**meta_of(answer), series=[views.Judgement(**one) for one in told])

    @routes.get("/v1/summary", summary="How a unit stands, in a sentence to say aloud.")
    async def summary(ask: Ask = Depends(desk.ask)) -> views.Summary:
        answer = await reports.summary(desk.sources, ask)
        return views.Summary(**meta_of(answer), unit=ask.unit, finding=answer.what)
