"""Pages of a unit: a team's page or a service's overview, its work, and the reports as tables and files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from runtime.auth import Principal
from runtime.http import Problem, not_found
from services.dashboard.domain.reporting import ABOUT
from services.dashboard.flow import Asked
from services.dashboard.pages import desk, files
from services.dashboard.pages.desk import Who
from services.dashboard.stories import comparing, measure, overview, reporting, team

router = APIRouter()
PASSED = ("by", "per", "from", "to", "as_at", "direction", "setting", "kind", "worker")
"""What a file is asked by, as the report was."""
BEGINS = {"practitioner": "/my-work", "finance": "/units/{home}/reports/spend", "operator": "/feeds"}
"""Whose first question is not how a unit does: what is mine, where is the money going, is it well."""
UnitId = Annotated[str, Path(max_length=200)]
Name = Annotated[str, Path(max_length=40)]
Form = Literal["csv", "xlsx"]


@router.get("/", response_class=RedirectResponse)
async def home(request: Request, who: Who) -> Response:
    """To the page that answers what this reader asks most, else to their own unit."""
    asking = desk.asked(request, who)
    if not asking.tree.home:
        raise Problem(
            503,
            "There are no units yet",
            "Send the organisation's events to ingest, then load this page again.",
        )
    return RedirectResponse(BEGINS.get(who.role, "/units/{home}").format(home=asking.tree.home), 303)


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
    return await desk.show(request, who, asking, "work.html", {"work": measure.work}, nav="team")


@router.get("/units/{unit}/reports", response_class=HTMLResponse)
async def reports(request: Request, who: Who, unit: UnitId) -> Response:
    """The reports that there are, each by the question that it answers."""
    asking = desk.asked(request, who, unit)
    return await desk.show(request, who, asking, "reports.html", {}, nav="reports", reports=ABOUT)


@router.get("/units/{unit}/reports/{report}", response_class=HTMLResponse)
async def report(request: Request, who: Who, unit: UnitId, report: Name) -> Response:
    """A report: its finding, what is drawn of it, its table."""
    asking = _asked(request, who, unit, report)
    nav = "spend" if report == "spend" and who.role == "finance" else "reports"
    return await desk.show(request, who, asking, "report.html", {"report": reporting.report}, nav=nav)


@router.get("/units/{unit}/reports/{report}/file.{form}")
async def report_file(request: Request, who: Who, unit: UnitId, report: Name, form: Form) -> Response:
    """A report as CSV or Excel: as metrics makes it, masked where it is shown to many eyes."""
    asking = _asked(request, who, unit, report)
    if asking.shared:
        shown = await reporting.report(asking)
        return files.answer(shown.sheet, form, f"{report}-{unit}-{asking.when.today}")
    passed = {key: asking.options[key] for key in PASSED if key in asking.options}
    body, headers = await desk.reader(request).download(
        f"/v1/reports/{report}.{form}", {"unit": unit, **passed}
    )
    told = {"content-disposition": f'attachment; filename="{report}-{unit}.{form}"', **headers}
    return Response(body, headers=told)


def _asked(request: Request, who: Principal, unit: str, report: str) -> Asked:
    if report not in ABOUT:
        raise not_found()
    return desk.asked(request, who, unit, report=report)


@router.get("/units/{unit}/compare", response_class=HTMLResponse)
async def compare(request: Request, who: Who, unit: UnitId) -> Response:
    """The teams of a unit compared by funnel plot."""
    asking = desk.asked(request, who, unit)
    return await desk.show(
        request, who, asking, "compare.html", {"comparison": comparing.compare}, nav="overview"
    )


@router.get("/units/{unit}/compare/file.{form}")
async def compare_file(request: Request, who: Who, unit: UnitId, form: Form) -> Response:
    """The comparison as CSV or Excel."""
    asking = desk.asked(request, who, unit)
    found = await comparing.compare(asking)
    if found is None:
        raise not_found()
    name = f"{found.funnel.measure}-{unit}-{found.funnel.period}"
    return files.answer(found.sheet, form, name)
