"""`/v1/explain`, `/v1/events/…`, `/v1/items`: the way from a figure to its events."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from runtime.auth import Principal, needs
from services.metrics.answers import trail
from services.metrics.answers.asking import Ask
from services.metrics.api import trail_views
from services.metrics.api.desk import READERS, Cursor, Desk, answering, cursor_of, place_of
from services.metrics.api.figures import MeasureId, PeriodText, due_dates
from services.metrics.api.report_files import Settings, only
from services.metrics.api.shaping import (
    body_of,
    changes_view,
    figure_view,
    line_view,
    measure_view,
    meta_of,
    part_view,
    sum_in_pounds,
)
from services.metrics.domain.cuts import Due, Only
from services.metrics.domain.periods import containing, parse
from services.metrics.domain.trail import FIRST_LINE, Page

PLACE = (int, dt.date, str, int, int, int)
Limit = Annotated[int, Query(ge=1, le=500)]
Everything = Annotated[
    bool, Query(alias="all", description="Of a stock also the lines that cancel each other out.")
]
Outcomes = Annotated[
    list[str] | None,
    Query(alias="outcome", max_length=20, description="How work ended; all ways without one."),
]
Small = Annotated[int, Path(ge=0, le=2**31 - 1)]
Large = Annotated[int, Path(ge=0, le=2**63 - 1)]


async def part_of_it(
    part: Only = Depends(only),
    setting: Settings = None,
    outcome: Outcomes = None,
    due: Due | None = Depends(due_dates),
) -> Only:
    """The part of a unit's figure that is to be explained, by all that reports are cut by."""
    return replace(part, settings=tuple(setting or ()), outcomes=tuple(outcome or ()), due=due)


def router(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter(tags=["trail"])
    _explain(routes, desk)
    _events(routes, desk)
    _items(routes, desk)
    return routes


def _explain(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/explain", summary="A figure: its definition, its lines, and the event of each.")
    async def explain(
        measure: MeasureId,
        ask: Ask = Depends(desk.ask),
        period: PeriodText = None,
        limit: Limit = 50,
        cursor: Cursor = None,
        everything: Everything = False,
        changes_cursor: Cursor = None,
        part: Only = Depends(part_of_it),
    ) -> trail_views.Explanation:
        page = Page(limit, place_of(cursor, PLACE) if cursor else FIRST_LINE)
        moved = Page(limit, place_of(changes_cursor, PLACE) if changes_cursor else FIRST_LINE)
        with answering():
            chosen = parse(period) if period else containing(ask.as_at, "month")
            answer = await trail.explain(
                desk.sources,
                ask,
                measure,
                chosen,
                page,
                everything=everything,
                changes_page=moved,
                only=part,
            )
        told = answer.what
        return trail_views.Explanation(
            **meta_of(answer),
            figure=figure_view(told.figure, told.declared),
            definition=measure_view(told.declared.measure),
            parts=[part_view(part) for part in told.parts],
            lines=[line_view(line) for line in told.lines],
            total_lines=sum(part.lines for part in told.parts),
            sum=told.sum,
            sum_pounds=sum_in_pounds(told),
            next_cursor=cursor_of(told.lines[-1].place) if told.more else None,
            changes=changes_view(told.changes) if told.changes else None,
        )


def _events(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/events/{topic}/{partition}/{offset}", summary="One event of the log and its lines.")
    async def event(
        topic: Annotated[str, Path(max_length=100)],
        partition: Small,
        offset: Large,
        who: Principal = needs(*READERS),
    ) -> trail_views.Event:
        ask = desk.asked(who, None, None, None)
        with answering():
            answer = await trail.event(desk.sources, ask, desk.scope(who), (topic, partition, offset))
        said, lines = answer.what
        return trail_views.Event(
            **meta_of(answer),
            event=body_of(said),
            topic=said.topic,
            partition=said.partition,
            offset=said.offset,
            known_at=said.known_at,
            lines=[line_view(line) for line in lines],
        )


def _items(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/items", summary="All that was said of one piece of work, and what it posted.")
    async def item(
        subject: Annotated[str, Query(min_length=1, max_length=300)], who: Principal = needs(*READERS)
    ) -> trail_views.Item:
        ask = desk.asked(who, None, None, None)
        with answering():
            answer = await trail.item(desk.sources, ask, desk.scope(who), subject)
        story, found = answer.what, answer.what.item
        return trail_views.Item(
            **meta_of(answer),
            subject=story.subject,
            key=found.key if found else None,
            state=found.state if found else None,
            kind=found.kind if found else None,
            team=found.team if found else None,
            worker=found.worker if found else None,
            due=found.due if found else None,
            start_by=found.start_by if found else None,
            received=found.received if found else None,
            ended=found.ended if found else None,
            outcome=found.outcome if found else None,
            events=[body_of(said) for said in story.events],
            places=[
                trail_views.Spot(
                    topic=said.topic, partition=said.partition, offset=said.offset, known_at=said.known_at
                )
                for said in story.events
            ],
            lines=[line_view(line) for line in story.lines],
        )
