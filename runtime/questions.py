"""What an address asks for: a parameter that its route does not know is told, never passed over.

Else a misspelt `perod=2026-10` would be answered with another period's figure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from fastapi import Request

from runtime.problems import TITLES, Problem


def refuse_unknown(request: Request) -> None:
    """422 that names each parameter of the address which the route's own description does not list."""
    if not request.scope["query_string"]:
        return
    known = _known(request)
    if unknown := [name for name in dict.fromkeys(request.query_params) if name not in known]:
        errors = [_error(name, known) for name in unknown]
        raise Problem(422, TITLES[422], " ".join(error["message"] for error in errors), errors=errors)


def _known(request: Request) -> list[str]:
    route: Any = request.scope["route"]
    described: Mapping[str, Any] = request.app.openapi()["paths"].get(route.path_format, {})
    taken = described.get(request.method.lower(), {}).get("parameters", ())
    return sorted(one["name"] for one in taken if one["in"] == "query")


def _error(name: str, known: Collection[str]) -> dict[str, str]:
    near = get_close_matches(name, known, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    takes = f" It takes {', '.join(known)}." if known else " It takes none."
    message = f"There is no parameter {name[:80]} here.{meant}{takes}"
    return {"field": name[:80], "reason": "unknown", "message": message}
