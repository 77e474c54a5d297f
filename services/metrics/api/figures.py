"""`/v1/measures`, `/v1/figures`, `/v1/series`, `/v1/summary`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from runtime.auth import Principal, needs
from services.metrics.answers import figures as answers
from services.metrics.answers import own, reports
from services.metrics.answers.asking import Ask
from services.metrics.api import views
from services.metrics.api.desk import READERS, AsAt, AsKnown, Desk, From, To, answering, range_of
from services.metrics.api.shaping import figure_view, measure_view, meta_of, series_of
from services.metrics.domain.periods import Grain, containing, parse
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
PeriodText = Annotated[
    str | None, Query(max_length=10, description="2026-11 or 2026-W46; without one the month of `as_at`.")
]
Variant = Annotated[
    Literal["standard", "nhse"] | None,
    Query(description="`nhse`: limits from 13 points only; points beyond count towards two of three."),
]


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
    @routes.get("/v1/figures", summary="Measures of units in one period.")
    async def figures(
        measure: MeasureIds,
        who: Principal = needs(*READERS),
        unit: UnitIds = None,
        worker: Worker = None,
        period: PeriodText = None,
        as_at: AsAt = None,
        as_known: AsKnown = None,
    ) -> views.Figures:
        team = desk.own_of(who, worker) if worker else None
        units: list[str | None] = [*unit] if unit else [team]
        asks = [desk.asked(who, one, as_at, as_known) for one in units]
        names = [one.unit for one in asks]
        with answering():
            chosen = parse(period) if period else containing(asks[0].as_at, "month")
            if worker:
                answer = await own.figures_of(desk.sources, asks[0], worker, measure, names, chosen)
            else:
                answer = await answers.figures(desk.sources, asks[0], measure, names, chosen)
            declared = desk.sources.declared
            found = [figure_view(one, declared(one.key.measure)) for one in answer.what]
        return views.Figures(**meta_of(answer), worker=worker, figures=found)


def _series(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/series", summary="Measures over time, judged by statistical process control.")
    async def series(
        measure: SeriesIds,
        ask: Ask = Depends(desk.ask),
        grain: Grain = "month",
        first: From = None,
        to: To = None,
        rules: Variant = None,
    ) -> views.Series | views.SeveralSeries:
        """One measure with its points or, where `measure` is given several times, a list under `series`."""
        variant = {"nhse": Rules.nhse(), "standard": Rules()}.get(rules or "")
        days = range_of(first, to)
        with answering():
            answer = await answers.series(desk.sources, ask, measure, grain, days, variant)
        told = [series_of(one, ask, grain) for one in answer.what]
        if len(measure) == 1:
            return views.Series(**meta_of(answer), **told[0])
        return views.SeveralSeries(**meta_of(answer), series=[views.Judgement(**one) for one in told])

    @routes.get("/v1/summary", summary="How a unit stands, in a sentence to say aloud.")
    async def summary(ask: Ask = Depends(desk.ask)) -> views.Summary:
        answer = await reports.summary(desk.sources, ask)
        return views.Summary(**meta_of(answer), unit=ask.unit, finding=answer.what)
