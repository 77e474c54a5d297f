"""`/v1/work`, `/v1/feeds`, `/v1/units`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from runtime.auth import Principal, needs
from schemas.tree import Tree
from services.metrics.answers import lists
from services.metrics.answers.asking import Ask
from services.metrics.api import trail_views as views
from services.metrics.api.desk import READERS, Cursor, Desk, answering, cursor_of, place_of
from services.metrics.api.shaping import meta_of
from services.metrics.domain.worklist import Cadence, State, Work, WorkPage

FIRST = (dt.date.min, "")
PLACE = (dt.date, str)
UNDECLARED: Cadence = "nightly"
"""What a feed is held to until its cadence is declared."""


def router(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter(tags=["lists"])
    _work(routes, desk)
    _feeds(routes, desk)
    _units(routes, desk)
    return routes


def _work(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/work", summary="Work as it stands now or stood on another day, the most urgent first.")
    async def work(
        ask: Ask = Depends(desk.ask),
        state: State = "open",
        worker: Annotated[str | None, Query(max_length=200, description="Staff id.")] = None,
        order: Literal["urgency"] = "urgency",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: Cursor = None,
    ) -> views.WorkList:
        after = place_of(cursor, PLACE) if cursor else FIRST
        page = WorkPage(state, worker, limit, after)
        now = ask.as_known is None and ask.as_at == ask.today
        with answering():
            answer = await (lists.work if now else lists.work_on)(desk.sources, ask, page)
        rows, counts = answer.what.rows, answer.what.counts
        return views.WorkList(
            **meta_of(answer),
            unit=ask.unit,
            rows=[_row(row, ask.as_at if state == "open" else None) for row in rows],
            counts=views.Counts(**asdict(counts)),
            next_cursor=cursor_of(rows[-1].place) if answer.what.more else None,
        )


def _row(row: Work, today: dt.date | None) -> views.WorkRow:
    return views.WorkRow(
        subject=row.subject,
        key=row.key,
        kind=row.kind,
        urgency=row.urgency,
        team=row.team,
        worker=row.worker,
        due=row.due,
        start_by=row.start_by,
        received=row.received,
        days_overdue=row.days_overdue(today) if today else 0,
    )


def _feeds(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/feeds", summary="Who feeds the ledger, and whether they are quiet.")
    async def feeds(who: Principal = needs(*READERS)) -> views.Feeds:
        answer = await lists.feeds(desk.sources, desk.asked(who, None, None, None))
        now = desk.now()
        return views.Feeds(
            **meta_of(answer),
            feeds=[
                views.Feed(
                    source=feed.source,
                    cadence=desk.cadences.get(feed.source, UNDECLARED),
                    last_event=feed.last_event,
                    last_known=feed.last_known,
                    events=feed.events,
                    quiet=feed.quiet(desk.cadences.get(feed.source, UNDECLARED), now),
                    declared=feed.source in desk.cadences,
                    late_from=feed.late_from(desk.cadences.get(feed.source, UNDECLARED)),
                    complete_from=desk.sources.rollup(who.tenant).complete.since.get(feed.source),
                )
                for feed in answer.what
            ],
        )


def _units(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/units", summary="The organisation, as far as you may see.")
    async def units(who: Principal = needs(*READERS)) -> views.Units:
        ask = desk.asked(who, None, None, None)
        answer = await lists.freshness(desk.sources, ask)
        tree = desk.sources.rollup(who.tenant).tree
        seen = {unit.id for unit in tree.units(ask.today) if tree.covers(who.unit, unit.id, ask.today)}
        return views.Units(
            **meta_of(answer),
            units=_seen(tree, seen, ask),
            roles=_roles(tree, seen, ask),
            workers=_workers(tree, seen, ask),
        )


def _seen(tree: Tree, seen: set[str], ask: Ask) -> list[views.Unit]:
    return [
        views.Unit(
            id=unit.id,
            level=unit.level,
            name=unit.name,
            parent=unit.parent,
            opened=unit.opened,
            closed=unit.closed,
            successor=unit.successor,
        )
        for unit in tree.units(ask.today)
        if unit.id in seen
    ]


def _roles(tree: Tree, seen: set[str], ask: Ask) -> list[views.Role]:
    held = ((unit, role, tree.holder(unit, role, ask.today)) for unit, role in tree.roles if unit in seen)
    return [views.Role(unit=unit, role=role, person=person) for unit, role, person in held if person]


def _workers(tree: Tree, seen: set[str], ask: Ask) -> list[views.Worker]:
    placed = ((worker, tree.team_of(worker, ask.today)) for worker in tree.teams_by_worker)
    return [views.Worker(worker=worker, team=team) for worker, team in placed if team in seen and team]
