"""Quality: what the fields of each source are worth, worst first, and how that went over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from runtime.auth import Principal, needs
from runtime.problems import wrong
from services.ingest.api.described import problems
from services.ingest.api.tables import csv_lines
from services.ingest.domain import scores
from services.ingest.domain.scores import RESULTS, Grain, Quality, SeenIn

READERS = ("feeder", "operator", "analyst", "manager", "head", "director", "finance", "service")
BACK = dt.timedelta(days=92)
"""How far back an answer reaches that is not asked for more: a quarter."""
YEAR = dt.timedelta(days=365)


class Counted(Protocol):
    """What was counted of imports."""

    async def read(self, tenant: str, source: str | None, first: dt.date, last: dt.date) -> Quality: ...
    async def over_time(
        self, tenant: str, source: str | None, first: dt.date, last: dt.date, grain: Grain
    ) -> Sequence[SeenIn]: ...


class Span(BaseModel):
    """Whose imports of which days are asked for."""

    model_config = ConfigDict(extra="forbid")

    source: str | None = Field(None, max_length=200, description="Only this source.")
    first: dt.date | None = Field(
        None, alias="from", description="First day of imports; left out, 92 days before the last."
    )
    last: dt.date | None = Field(None, alias="to", description="Last day of imports; left out, today.")


class Long(Span):
    """The same by week or month; left out, the days begin a year before the last."""

    grain: Grain = Field("month", description="week or month.")


@dataclass(frozen=True, slots=True)
class _Asked:
    source: str | None
    first: dt.date
    last: dt.date


def router(counted: Counted, clock: Callable[[], dt.datetime]) -> APIRouter:
    """The routes of quality."""
    routes = APIRouter(tags=["quality"])

    @routes.get(
        "/v1/quality",
        summary="What each field of each source is worth, worst first; per import and by day.",
        responses=problems(),
    )
    async def get_quality(span: Annotated[Span, Query()], who: Principal = needs(*READERS)) -> dict[str, Any]:
        asked = _asked(span, clock())
        return _shown(asked, await counted.read(who.tenant, asked.source, asked.first, asked.last))

    @routes.get(
        "/v1/quality.csv",
        summary="The same as CSV: a row for each field.",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}, **problems()},
    )
    async def get_quality_csv(
        span: Annotated[Span, Query()], who: Principal = needs(*READERS)
    ) -> StreamingResponse:
        asked = _asked(span, clock())
        found = await counted.read(who.tenant, asked.source, asked.first, asked.last)
        return StreamingResponse(
            csv_lines(("source", "shape", "field", "score", "checked", *RESULTS), _rows(found)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="quality-{asked.first}-{asked.last}.csv"'},
        )

    _over_time(routes, counted, clock)
    return routes


def _over_time(routes: APIRouter, counted: Counted, clock: Callable[[], dt.datetime]) -> None:
    @routes.get(
        "/v1/quality/over-time",
        summary="What each source and field was worth week by week or month by month, worst first.",
        responses=problems(),
    )
    async def get_over_time(
        span: Annotated[Long, Query()], who: Principal = needs(*READERS)
    ) -> dict[str, Any]:
        asked = _asked(span, clock(), YEAR)
        seen = await counted.over_time(who.tenant, asked.source, asked.first, asked.last, span.grain)
        return {
            **_said(asked),
            "grain": span.grain,
            "sources": scores.over_time(seen, "source"),
            "fields": scores.over_time(seen, "source", "shape", "field"),
        }


def _asked(span: Span, now: dt.datetime, back: dt.timedelta = BACK) -> _Asked:
    last = span.last or now.date()
    try:
        first = span.first or last - back
    except OverflowError:
        first = dt.date.min
    if first > last:
        raise wrong("from lies after to; turn them round.", field="from")
    return _Asked(span.source or None, first, last)


def _said(asked: _Asked) -> dict[str, Any]:
    return {"source": asked.source, "from": asked.first.isoformat(), "to": asked.last.isoformat()}


def _shown(asked: _Asked, found: Quality) -> dict[str, Any]:
    return {
        **_said(asked),
        **scores.total(found.seen).shown(),
        "sources": scores.sources(found.seen),
        "fields": scores.fields(found.seen),
        "series": [
            {"day": day.day.isoformat(), "imports": day.imports, **day.sum.shown()} for day in found.days
        ],
        "imports": [
            {"id": one.id, "name": one.name, "as_of": one.as_of, "at": one.at.isoformat(), **one.sum.shown()}
            for one in found.imports
        ],
    }


async def _rows(found: Quality) -> AsyncIterator[tuple[object, ...]]:
    for one in scores.fields(found.seen):
        place = (one["source"], one["shape"], one["field"], one["score"], one["checked"])
        yield (*place, *(one["results"][result] for result in RESULTS))
