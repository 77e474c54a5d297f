"""Pages of a unit: a team's page or a service's overview, its work, and the reports as tables and files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from runtime.http import Problem
from services.dashboard.pages import desk
from services.dashboard.pages.desk import Who
from services.dashboard.stories import measure, overview, team

router = APIRouter()
UnitId = Annotated[str, Path(max_length=200)]
ReportName = Literal["workload", "completed", "outcomes"]


@router.get("/", response_class=RedirectResponse)
async def home(request: Request, who: Who) -> Response:
    """To the reader's own unit."""
    asking = desk.asked(request, who)
    if not asking.tree.home:
        raise Problem(
            503,
            "There are no units yet",
            "Send the organisation's events to ingest, then load this page again.",
        )
    return RedirectResponse(f"/units/{asking.tree.home}", 303)


@router.get("/units/{unit}", response_class=HTMLResponse)
async def unit_page(request: Request, who: Who, unit: UnitId) -> Response:
    """A team's page, or the overview of what stands above teams."""
    asking = desk.asked(request, who, unit)
    found = asking.tree.units.get(unit)
    if found is not None and found.level != "team":
        return await desk.show(request, who, asking, "overview.html", overview.PARTS, nav="overview")
    return await desk.show(request, who, asking, "team.html", team.PARTS, nav="team")


@router.get("/units/{unit}/work", response_class=HTMLResponse)
async def work(request: Request, who: Who, unit: UnitId) -> Response:
    """The open work of a unit."""
    asking = desk.asked(request, who, unit)
    mine = asking.options.get("worker") == who.subject
    return await desk.show(
        request, who, asking, "work.html", {"work": measure.work}, nav="work" if mine else "team"
    )


@router.get("/units/{unit}/reports/{report}", response_class=HTMLResponse)
async def report(request: Request, who: Who, unit: UnitId, report: ReportName) -> Response:
    """A report as a table."""
    asking = desk.asked(request, who, unit, report=report)
    return await desk.show(request, who, asking, "report.html", {"report": measure.report}, nav="team")


@router.get("/units/{unit}/reports/{report}/file.{form}")
async def report_file(
    request: Request, who: Who, unit: UnitId, report: ReportName, form: Literal["csv", "xlsx"]
) -> Response:
    """A report as CSV or Excel, as metrics makes it."""
    asking = desk.asked(request, who, unit)
    passed = {key: asking.options[key] for key in ("by", "from", "to", "as_at") if key in asking.options}
    body, headers = await desk.reader(request).download(
        f"/v1/reports/{report}.{form}", {"unit": unit, **passed}
    )
    told = {"content-disposition": f'attachment; filename="{report}-{unit}.{form}"', **headers}
    return Response(body, headers=told)
