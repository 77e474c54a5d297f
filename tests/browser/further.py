"""Further reports, the comparison, effects and restatements of the invented council. For tests alone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from tests.browser import council

DAYS = {"from": "2026-08-01", "to": "2026-10-31"}
BANDS = ((1, 7), (8, 14), (15, 28), (29, 91), (92, 182), (183, 365), (366, None))
TEAMS = (
    ("east-locality", "East locality", 39, 48, None, None),
    ("north-locality", "North locality", 58, 60, "high", "better"),
    ("reviews", "Reviews", 9, 37, "low", "worse"),
    ("south-locality", "South locality", 60, 75, None, None),
)


def routes() -> APIRouter:
    """The routes of one backend."""
    made = APIRouter()
    made.add_api_route("/v1/reports/spend", _spend)
    made.add_api_route("/v1/reports/interfaces", _interfaces)
    made.add_api_route("/v1/reports/waits", _waits)
    made.add_api_route("/v1/reports/ages", _ages)
    made.add_api_route("/v1/reports/leavers", _leavers)
    made.add_api_route("/v1/funnel", _funnel)
    made.add_api_route("/v1/effects", _effects)
    made.add_api_route("/v1/restatements", _restatements)
    return made


def _told(request: Request, finding: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    backend = request.app.state.backend
    empty = backend.scene == "empty"
    said = {"finding": "Nothing to tell of" if empty else finding, "rows": [] if empty else rows}
    stale = {"stale_feeds": ["demo/cases"]} if backend.scene == "stale" else {}
    by = {"by": request.query_params.get("by", ""), "unit": request.query_params.get("unit", "")}
    return {**said, **by, **DAYS, **backend.meta(), **stale, **more}


def _bands(*counts: int) -> list[dict[str, Any]]:
    return [
        {"from": first, "to": last, "count": count}
        for (first, last), count in zip(BANDS, counts, strict=True)
    ]


def _spend(request: Request, by: str = "month") -> Any:
    step = {"opening": 61000.0, "started": 4300.0, "changed": -370.5, "ended": 3689.5, "closing": 61240.0}
    cut = {"month": "2026-10"} if by == "month" else {by: "nursing" if by == "setting" else "reviews"}
    finding = "Spend a week rose by £240 to £61,240 from 1 August to 31 October 2026: £4,300 started"
    empty = request.app.state.backend.scene == "empty"
    return _told(request, finding, [{**cut, **step}], total={} if empty else step)


def _interfaces(request: Request) -> Any:
    pair = {"from_team": "north-locality", "to_team": "reviews"}
    row = {**pair, "passed_on": 12, "ended": 9, "not_ended": 3, "outcomes": {"care-at-home": 7, "": 2}}
    finding = "12 pieces of work were passed on from North locality to Reviews; 9 have ended"
    return _told(request, finding, [row])


def _waits(request: Request, by: str = "month") -> Any:
    named = {"month": "2026-10"} if by == "month" else {by: "north-locality"}
    rows = [
        {
            "until": until,
            **named,
            "count": 40,
            "median": 5,
            "percentile_90": 14,
            "bands": _bands(20, 10, 6, 4, 0, 0, 0),
        }
        for until in ("start", "completion")
    ]
    return _told(request, "Half of 40 were started within 5 days, nine in ten within 14 days", rows)


def _ages(request: Request, by: str = "all") -> Any:
    row = {"overdue": 23, "oldest_due": "2026-09-12", "bands": _bands(8, 6, 5, 4, 0, 0, 0)}
    rows = [{**row, "worker": one} for one in ("w-0011", "w-0010")] if by == "worker" else [row]
    return _told(request, "23 are overdue, 4 of them for more than 28 days", rows)


def _leavers(request: Request) -> Any:
    row = {"team": "north-locality", "worker": "w-0012", "worker_left": "2026-11-01", "open": 2, "overdue": 1}
    return _told(request, "2 pieces of open work are held by 1 worker who has left", [row])


def _funnel(request: Request, measure: str, period: str) -> Any:
    backend = request.app.state.backend
    if measure == "open":
        problem = {
            "title": "Something is wrong",
            "status": 422,
            "detail": "Open work is no share of anything.",
        }
        return JSONResponse(problem, 422, media_type="application/problem+json")
    empty = backend.scene == "empty"
    return {
        "measure": measure,
        "name": "Completed on time",
        "period": period,
        "polarity": "higher",
        "definition": "Of the work finished in the period, the share finished by the day it was due.",
        "pooled": None if empty else 75.5,
        "teams": [] if empty else [_spot(*team) for team in TEAMS],
        "curve": [] if empty else [_limits(size) for size in (1, 5, 10, 20, 40, 75)],
        "finding": "Nothing to compare yet"
        if empty
        else "North locality and Reviews stand out, and not by chance",
        **backend.meta(),
    }


def _limits(size: int) -> dict[str, Any]:
    inner, outer = 90 / size**0.5, 140 / size**0.5
    edges = {"lower_95": 75.5 - inner, "upper_95": 75.5 + inner / 3}
    return {"denominator": size, **edges, "lower_99_8": 75.5 - outer, "upper_99_8": 75.5 + outer / 3}


def _spot(
    team: str, name: str, over: int, under: int, direction: str | None, judged: str | None
) -> dict[str, Any]:
    verdict = "stands_out" if direction else "as_expected"
    told = {"team": team, "name": name, "numerator": over, "denominator": under, "value": 100 * over / under}
    return {**told, "limits": _limits(under), "verdict": verdict, "direction": direction, "judged": judged}


def _effects(request: Request, unit: str = "", worker: str = "") -> Any:
    if worker not in ("", "w-0010"):
        return JSONResponse({"title": "Not found", "status": 404}, 404, media_type="application/problem+json")
    part = {"weekly_spend": -340.0, "decisions": 12}
    whole = {"weekly_spend": -8900.0, "decisions": 130}
    own = {
        "worker": worker,
        "effect": part,
        "others": {"weekly_spend": -9560.0, "decisions": 118},
        "flows": {"completed": {"review": 12}},
        "outcomes": {"care-at-home": 7, "no-change": 5},
        "finding": "Your 12 reviews in October changed weekly spend by −£340 of the service's −£8,900.",
    }
    given = {"no_decision_named": {"weekly_spend": 1000.0}, "decision_unknown": {"weekly_spend": 0}}
    told = {"unit": unit, "whole": whole, "not_given": given, **DAYS, **request.app.state.backend.meta()}
    if worker:
        return {**told, "own": own}
    return {**told, "kinds": [{"name": "review", **part}], "teams": [{"name": "reviews", **part}]}


def _restatements(request: Request, measure: str, unit: str) -> Any:
    def amounts(value: int) -> dict[str, Any]:
        return {"value": value, "numerator": value, "denominator": None}

    changed = {
        "measure": measure,
        "unit": unit,
        "period": "2026-09",
        "given": amounts(38),
        "given_at": "2026-10-07T23:59:59+01:00",
        "now": amounts(42),
        "difference": amounts(4),
        "causes": [
            {"cause": "late", **amounts(5), "lines": council.LINES[:1], "total_lines": 5},
            {"cause": "corrected", **amounts(-1), "lines": council.LINES[1:], "total_lines": 1},
        ],
    }
    stands = {**changed, "period": "2026-08", "now": amounts(38), "difference": amounts(0), "causes": []}
    never = {
        "measure": measure,
        "period": "2025-11",
        "now": amounts(30),
        "note": "It closed before the ledger began.",
    }
    rows = [never, stands, changed] if request.app.state.backend.scene != "empty" else [never]
    return {"unit": unit, "restatements": rows, **request.app.state.backend.meta()}
