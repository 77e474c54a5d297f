"""`/v1/stream`: metric events by server-sent events; `id` is the revision, so `Last-Event-ID` resumes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from runtime.auth import Principal, needs
from runtime.problems import Problem, not_found
from services.metrics.api.desk import READERS, Desk, answering
from services.metrics.domain.telling import Telling
from services.metrics.live import Ears, Live

MOST_LISTENERS = 300
LONGEST_S = 3600.0
"""After an hour the connection ends; the listener comes again and goes on from its last id."""

MeasureIds = Annotated[
    list[str] | None, Query(max_length=50, alias="measure", description="Measures; without one, all.")
]
UnitIds = Annotated[
    list[str] | None,
    Query(max_length=200, alias="unit", description="Units; without one, all in your scope."),
]
LastId = Annotated[
    str | None, Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,18}$", description="Go on after this id.")
]


def router(desk: Desk, live: Live) -> APIRouter:
    """The route over a desk."""
    routes = APIRouter(tags=["stream"])

    async def ears(
        who: Principal = needs(*READERS), measure: MeasureIds = None, unit: UnitIds = None
    ) -> Ears:
        with answering():
            for one in measure or ():
                desk.sources.declared(one)
        if live.listeners >= MOST_LISTENERS:
            raise Problem(503, "Too many listeners", "Too many listen already; try again in a minute.")
        return Ears(who.tenant, measure, _units(desk, who, unit))

    @routes.get(
        "/v1/stream",
        summary="Figures as they change: the present state first, then each change.",
        response_class=EventSourceResponse,
        responses={404: {}, 503: {}},
    )
    async def stream(
        request: Request, wanted: Ears = Depends(ears), last_id: LastId = None
    ) -> AsyncIterator[ServerSentEvent]:
        draining: asyncio.Event = request.app.state.readiness.draining
        async for event in _events(live, wanted, int(last_id or 0), draining):
            yield event

    return routes


def _units(desk: Desk, who: Principal, asked: list[str] | None) -> list[str] | None:
    """The units to hear of, all of them in the caller's scope; None for the whole tenant."""
    today = desk.today
    if asked is not None:
        if not all(desk.may_see(who, unit, today) for unit in asked):
            raise not_found()
        return asked
    if who.unit is None:
        return None
    return [unit.id for unit in desk.sources.tree_of(who.tenant).units() if desk.may_see(who, unit.id, today)]


async def _events(
    live: Live, ears: Ears, after: int, draining: asyncio.Event
) -> AsyncIterator[ServerSentEvent]:
    if after > await live.newest():
        yield ServerSentEvent(event="reset", raw_data="{}", id="0")
        after = 0
    tellings = live.listen(ears, after)
    ending = asyncio.create_task(_end(draining))
    coming: asyncio.Future[Telling] | None = None
    try:
        while True:
            coming = asyncio.ensure_future(anext(tellings))
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                return
            telling = coming.result()
            data = telling.payload.decode()
            yield ServerSentEvent(event=telling.subject.what, raw_data=data, id=str(telling.revision))
    finally:
        ending.cancel()
        if coming is not None:
            coming.cancel()  # ends the listening too, whoever left first


async def _end(draining: asyncio.Event) -> None:
    """When a connection ends: the process is stopping, or it has lasted long enough."""
    try:
        async with asyncio.timeout(LONGEST_S):
            await draining.wait()
    except TimeoutError:
        return
