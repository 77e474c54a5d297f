"""`/v1/funnel`: the teams of a unit compared by funnel plot."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from services.metrics.answers.asking import Answer, Ask
from services.metrics.answers.funnel import Compared, compare
from services.metrics.api.desk import Desk, answering
from services.metrics.api.figures import MeasureId, PeriodText
from services.metrics.api.shaping import meta_of
from services.metrics.api.views import Meta, Number, View
from services.metrics.domain import funnel as domain
from services.metrics.domain import spc
from services.metrics.domain.measures import UnitOfMeasure
from services.metrics.domain.periods import containing, parse


class Limits(View):
    """Between which values chance alone leaves 95% and 99.8% of teams of this denominator."""

    denominator: int
    lower_95: float
    upper_95: float
    lower_99_8: float
    upper_99_8: float


class Spot(View):
    """One team; without limits where its denominator is below the measure's smallest."""

    team: str
    name: str
    value: Number | None
    numerator: int
    denominator: int
    limits: Limits | None
    verdict: domain.Verdict | None = Field(
        description="`stands_out`: beyond 99.8%; `look`: between 95% and 99.8%."
    )
    direction: Literal["high", "low"] | None
    judged: spc.Judged | None


class Funnel(Meta):
    """Teams beside the limits of chance, by name; this is no league table."""

    measure: str
    name: str
    unit: str
    period: str
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    unfinished: bool
    unit_of_measure: UnitOfMeasure
    polarity: spc.Polarity
    definition: str
    pooled: float | None = Field(description="All numerators over all denominators.")
    numerator: int
    denominator: int
    teams: list[Spot]
    curve: list[Limits] = Field(description="Limits by denominator, to be drawn.")
    spread: float | None = Field(
        description="How many times wider than chance explains the teams lie; null: fewer than five teams."
    )
    over_dispersed: bool = Field(description="The teams' work may not be alike: beware of the limits.")
    finding: str


def router(desk: Desk) -> APIRouter:
    """The route over a desk."""
    routes = APIRouter(tags=["figures"])

    @routes.get("/v1/funnel", summary="The teams of a unit compared, as chance would have them.")
    async def funnel(
        measure: MeasureId,
        ask: Ask = Depends(desk.ask),
        period: PeriodText = None,
    ) -> Funnel:
        with answering():
            chosen = parse(period) if period else containing(ask.as_at, "month")
            answer = await compare(desk.sources, ask, measure, chosen)
        return _funnel(answer)

    return routes


def _funnel(answer: Answer[Compared]) -> Funnel:
    compared, about = answer.what, answer.what.declared.measure
    return Funnel(
        **meta_of(answer),
        measure=about.id,
        name=about.name,
        unit=answer.ask.unit,
        period=compared.period.label,
        first=compared.period.first,
        last=compared.period.last,
        unfinished=compared.unfinished,
        unit_of_measure=about.unit,
        polarity=about.polarity,
        definition=about.definition,
        pooled=compared.funnel.pooled,
        numerator=compared.funnel.numerator,
        denominator=compared.funnel.denominator,
        teams=[_spot(one, compared) for one in compared.funnel.spots],
        curve=[_limits(one) for one in compared.funnel.curve],
        spread=compared.funnel.spread,
        over_dispersed=compared.funnel.too_wide,
        finding=compared.finding,
    )


def _spot(spot: domain.Spot, compared: Compared) -> Spot:
    return Spot(
        team=spot.team,
        name=compared.names[spot.team],
        value=spot.value,
        numerator=spot.numerator,
        denominator=spot.denominator,
        limits=_limits(spot.limits) if spot.limits else None,
        verdict=spot.verdict,
        direction=spot.direction,
        judged=spc.judged(spot.direction, compared.declared.measure.polarity),
    )


def _limits(limits: domain.Limits) -> Limits:
    return Limits(
        denominator=limits.denominator,
        lower_95=limits.lower_95,
        upper_95=limits.upper_95,
        lower_99_8=limits.lower_99_8,
        upper_99_8=limits.upper_99_8,
    )
