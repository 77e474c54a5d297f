"""Quality: what the fields of each source are worth, as a page and as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from runtime.auth import Principal, needs
from services.dashboard.charts import quality as charts
from services.dashboard.charts import svg
from services.dashboard.domain.quality import percent
from services.dashboard.pages import desk
from services.dashboard.pages.uploads import carrier
from services.dashboard.stories import quality as stories
from services.dashboard.stories.quality import Told

router = APIRouter()
Reader = Annotated[
    Principal, needs("feeder", "operator", "analyst", "manager", "head", "director", "finance")
]


@router.get("/quality", response_class=HTMLResponse)
async def quality(request: Request, who: Reader) -> Response:
    """Which fields cannot be used, worst first, and how that went over time."""
    asking = desk.asked(request, who)
    return await desk.show(
        request,
        who,
        asking,
        "quality.html",
        {"quality": stories.told},
        nav="quality",
        bar=_bar,
        chart=_chart,
        percent=percent,
    )


@router.get("/quality.csv")
async def quality_file(request: Request, who: Reader) -> Response:
    """Every field as CSV, as ingest tells it."""
    asked = {
        key: request.query_params[key] for key in ("source", "from", "to") if key in request.query_params
    }
    body, headers = await carrier(request).fetch("ingest", "/v1/quality.csv", asked)
    return Response(body, headers=dict(headers))


def _bar(parts: tuple[int, int, int], description: str) -> Markup:
    return Markup(charts.bar(parts, description))  # noqa: S704 - the chart escapes its texts


def _chart(told: Told) -> Markup:
    drawn = (
        charts.over_time(told.days, size, title=told.change, description=_described(told))
        for size in (svg.WIDE, svg.NARROW)
    )
    return Markup("".join(drawn))  # noqa: S704 - the chart escapes its texts


def _described(told: Told) -> str:
    return "; ".join(f"{day}: {score}%" for day, score in told.days)
