"""Every error as RFC 9457 problem details: what is wrong and what to do, never what is inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

REASONS: Mapping[str, tuple[int, str]] = {
    "log-unavailable": (503, "The log cannot be reached"),
    "database-unavailable": (503, "The database cannot be reached"),
    "keys-unavailable": (503, "Tokens cannot be checked now"),
    "not-ready": (503, "Not ready yet"),
    "log-refused": (422, "The log does not take this event"),
    "stale-version": (412, "Somebody else was first"),
    "key-reused": (422, "The idempotency key was used for something else"),
}
"""What an exception's `reason` is answered with; services and drivers raise without knowing of HTTP."""

TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    413: "Too large",
    415: "Wrong type of body",
    422: "Something in the request is wrong",
}


class Problem(HTTPException):
    """An answer that is an error: raise it anywhere below a route; extra fields go into the body."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(status_code=status, detail=detail, headers=headers)
        self.title = title
        self.extra = extra


def not_found() -> Problem:
    """404, the same bytes for what does not exist and for what is not yours to see."""
    return Problem(404, TITLES[404], "There is nothing here for you; check the address and the unit.")


def forbidden(detail: str) -> Problem:
    """403: who asks is known, and their role may not."""
    return Problem(403, TITLES[403], detail)


def wrong(detail: str, *, field: str, reason: str = "value") -> Problem:
    """422 for one field that only the domain could find wrong, in the same form as validation's own."""
    return Problem(422, TITLES[422], detail, errors=[{"field": field, "reason": reason, "message": detail}])


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457): what is wrong and what to do.",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "title": "Problem",
                    "type": "object",
                    "required": ["type", "title", "status", "detail", "correlation_id"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "correlation_id": {"type": ["string", "null"]},
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["field", "reason", "message"],
                                "properties": {
                                    "field": {"type": "string"},
                                    "reason": {"type": "string"},
                                    "message": {"type": "string"},
                                },
                            },
                        },
                    },
                }
            },
        },
    }
}
"""How every route's errors look in its OpenAPI document."""


def answer(request: Request, problem: Problem) -> JSONResponse:
    """The problem as a response, with the correlation id under which the log speaks of it."""
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status_code,
        "detail": problem.detail,
        **problem.extra,
        "correlation_id": request.scope.get("state", {}).get("correlation_id"),
    }
    return JSONResponse(body, problem.status_code, dict(problem.headers or {}), MEDIA_TYPE)


def for_reason(error: Exception) -> Problem | None:
    """The problem for an exception that carries a known `reason`; None for any other."""
    status, title = REASONS.get(getattr(error, "reason", ""), (0, ""))
    if not status:
        return None
    headers = {"Retry-After": "2"} if status == 503 else None
    return Problem(status, title, str(error), headers=headers)


def install(app: FastAPI) -> None:
    """Answer every HTTP error and every failed validation of this application as a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return answer(request, error)
    if error.status_code == 404:
        return answer(request, not_found())
    title = TITLES.get(error.status_code, "The request failed")
    detail = error.detail
    if error.status_code == 405:
        detail = f"{request.method} is not possible here; see /openapi.json."
    return answer(request, Problem(error.status_code, title, detail, headers=error.headers))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found: Sequence[Mapping[str, Any]] = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return answer(request, Problem(400, TITLES[400], "The body is not valid JSON."))
    errors = [
        {"field": ".".join(map(str, one["loc"])), "reason": one["type"], "message": _wrong_about(one)}
        for one in found
    ]
    fields = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
    return answer(request, Problem(422, TITLES[422], f"Please mend {fields}.", errors=errors))


def _wrong_about(error: Mapping[str, Any]) -> str:
    """What is wrong with a value and how it should look; a parser's own words about dates help nobody."""
    return _FORMS.get(error["type"].partition("_")[0]) or error["msg"]


_FORMS = {
    "date": "it must be a day, as 2026-11-30",
    "datetime": "it must be a moment with its offset, as 2026-11-30T09:00:00+00:00",
}
