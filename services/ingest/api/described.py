"""How the OpenAPI document describes what can go wrong: always a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.problems import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
    },
}


def problems(others: Mapping[int, str] | None = None) -> Responses:
    """The problems of a route: those that every route has, and its own by status."""
    told = {
        400: "The request cannot be read.",
        401: "There is no valid token.",
        403: "The token's role may not do this.",
        422: "Something in the request is wrong.",
        503: "Something behind it is away: repeat after `Retry-After` seconds.",
        **(others or {}),
    }
    content = {MEDIA_TYPE: {"schema": _PROBLEM}}
    return {status: {"description": text, "content": content} for status, text in sorted(told.items())}
