"""Errors as pages: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from runtime import problems
from runtime.http import Problem, not_found
from services.dashboard.domain.refusals import Away, Missing, Refused
from services.dashboard.pages.desk import desk, frame


def error_page(request: Request, status: int, problem: Mapping[str, Any]) -> str:
    """A problem as a page."""
    who = request.scope.get("state", {}).get("principal")
    view = {**frame(request, who), "status": status, "problem": problem}
    return desk(request).templates.get_template("error.html").render(view)


def install(app: FastAPI) -> None:
    """Answer what the flow refuses as problems; `Hardening` makes pages of them."""
    app.add_exception_handler(Missing, _missing)
    app.add_exception_handler(Away, _away)
    app.add_exception_handler(Refused, _refused)


async def _missing(request: Request, error: Exception) -> Response:
    return problems.answer(request, not_found())


async def _away(request: Request, error: Exception) -> Response:
    assert isinstance(error, Away)
    detail = f"{error} The page needs it. Nothing is lost; try again in a minute."
    problem = Problem(503, "This page cannot be shown now", detail, headers={"Retry-After": "10"})
    return problems.answer(request, problem)


async def _refused(request: Request, error: Exception) -> Response:
    return problems.answer(request, Problem(422, "That cannot be shown", str(error)))
