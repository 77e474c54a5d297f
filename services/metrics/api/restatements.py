"""`/v1/restatements`: what changed since a figure was given, and why."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.metrics.answers import restatements as answers
from services.metrics.answers.asking import Ask, BadQuestion
from services.metrics.answers.restatements import Past
from services.metrics.api import trail_views
from services.metrics.api.desk import Desk, From, To, answering, range_of
from services.metrics.api.figures import PeriodText
from services.metrics.api.shaping import line_view, meta_of
from services.metrics.api.views import Meta, Number, View
from services.metrics.domain.closing import Given
from services.metrics.domain.periods import Grain, Period, containing, parse
from services.metrics.domain.periods import between as periods_between
from services.metrics.domain.restatement import Cause, Change, Restatement, Share

MOST_PERIODS = 60
Measures = Annotated[
    list[str] | None,
    Query(max_length=50, alias="measure", description="Ids of measures; without one all that have changed."),
]
Limit = Annotated[int, Query(ge=0, le=500, description="Lines shown of each cause.")]


class Amounts(View):
    """A figure, or a difference between two; of money numerator and denominator are pence."""

    value: Number | None
    numerator: int | None
    denominator: int | None


class Part(Amounts):
    """One cause's part of the difference, and the lines that made it, those known last first."""

    cause: Cause
    lines: list[trail_views.Line]
    total_lines: int


class Restated(View):
    """A figure as it was given and as it is; the causes add up to the difference exactly."""

    measure: str
    unit: str
    period: str
    given: Amounts | None = Field(description="null: it was not given; `note` says why.")
    given_at: dt.datetime | None = Field(description="The moment of closing: what was known then counted.")
    now: Amounts
    difference: Amounts | None
    causes: list[Part]
    formula_then: str | None = Field(
        description="The formula by which it was given, where it is another now."
    )
    teams_joined: tuple[str, ...] = Field(description="Teams that count now and did not then.")
    teams_left: tuple[str, ...]
    note: str | None


class Restatements(Meta):
    """What changed since figures were given."""

    unit: str
    restatements: list[Restated]


def router(desk: Desk, past: Past) -> APIRouter:
    """The route over a desk and the past."""
    routes = APIRouter(tags=["restatements"])

    @routes.get(
        "/v1/restatements", summary="Figures as given at closing, as they are now, and why they differ."
    )
    async def restatements(
        ask: Ask = Depends(desk.ask),
        measure: Measures = None,
        period: PeriodText = None,
        grain: Grain = "month",
        first: From = None,
        to: To = None,
        limit: Limit = 20,
    ) -> Restatements:
        days = range_of(first, to)
        with answering():
            periods = _periods(ask, period, grain, days)
            answer = await answers.restatements(desk.sources, past, ask, measure or (), periods)
        found = [_view(one, limit) for one in answer.what]
        return Restatements(**meta_of(answer), unit=ask.unit, restatements=found)

    return routes


def _periods(
    ask: Ask, period: str | None, grain: Grain, days: tuple[dt.date | None, dt.date | None]
) -> list[Period]:
    """The period asked, those of a range, or else the month before the present one."""
    if period:
        return [parse(period)]
    first, last = days
    if first and last and first > last:
        raise BadQuestion("from", f"The range would end on {last}, before it begins on {first}.")
    if not (first or last):
        return [containing(ask.as_at, grain).back(1)]
    end = last or ask.as_at
    found = list(periods_between(first or end, end, grain))
    if len(found) > MOST_PERIODS:
        raise BadQuestion("from", f"At most {MOST_PERIODS} periods in one answer; ask for fewer {grain}s.")
    return found


def _view(one: Restatement, limit: int) -> Restated:
    key = one.now.key
    return Restated(
        measure=key.measure,
        unit=key.unit,
        period=key.period.label,
        given=_amounts(one.given) if one.given else None,
        given_at=one.at,
        now=Amounts(value=one.now.value, numerator=one.now.numerator, denominator=one.now.denominator),
        difference=_amounts(one.change) if one.given else None,
        causes=[_part(share, limit) for share in one.shares],
        formula_then=one.then,
        teams_joined=one.teams[0],
        teams_left=one.teams[1],
        note=one.note,
    )


def _amounts(said: Given | Change) -> Amounts:
    return Amounts(value=said.value, numerator=said.numerator, denominator=said.denominator)


def _part(share: Share, limit: int) -> Part:
    value, numerator, denominator = share.change
    return Part(
        cause=share.cause,
        value=value,
        numerator=numerator,
        denominator=denominator,
        lines=[line_view(line) for line in share.lines[:limit]],
        total_lines=len(share.lines),
    )
