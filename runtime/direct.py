"""Routes that are answered at once, past the framework's own way to a route.

That way (matching every route, solving dependencies, building models) costs ten times what it takes to admit
one event; a route that asks for nothing but the request and who sends it needs none of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from runtime.auth import Needs, bearer_of


class NotDirect(Exception):
    """A route that cannot be answered at once: it takes more than the request and `needs(…)`."""


@dataclass(frozen=True, slots=True)
class Direct:
    """One such route, as an application of its own; raises what the route raises."""

    route: RouteContext
    endpoint: Callable[..., Awaitable[Response]]
    request: str
    who: str
    needs: Needs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self.route
        request = Request(scope, receive, send)
        who = await self.needs(request, await bearer_of(request))
        answer = await self.endpoint(**{self.request: request, self.who: who})
        await answer(scope, receive, send)


def direct_routes(routes: Iterable[RouteContext], paths: Collection[str]) -> Mapping[tuple[str, str], Direct]:
    """The routes of these paths by method and path; raises `NotDirect`."""
    found = {
        (method, str(route.path)): _direct(route)
        for route in routes
        if route.path in paths
        for method in route.methods or ()
    }
    if missing := set(paths) - {path for _, path in found}:
        raise NotDirect(f"There is no route at {', '.join(sorted(missing))}.")
    return found


def _direct(route: RouteContext) -> Direct:
    asked: Any = getattr(route, "dependant", None)
    endpoint, name = route.endpoint, getattr(asked, "request_param_name", None)
    if not isinstance(asked, Dependant) or endpoint is None or name is None or not _asks_nothing_else(asked):
        raise NotDirect(f"{route.path} takes more than the request and needs(…), so it cannot be direct.")
    (who,) = asked.dependencies
    assert isinstance(who.call, Needs)
    assert who.name is not None
    return Direct(route, endpoint, name, who.name, who.call)


def _asks_nothing_else(asked: Dependant) -> bool:
    params = (
        asked.path_params,
        asked.query_params,
        asked.header_params,
        asked.cookie_params,
        asked.body_params,
    )
    return not any(params) and [type(inner.call) for inner in asked.dependencies] == [Needs]
