"""`GET /v1/types`: what may be said, with the JSON Schema of each type's data."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter

from runtime.auth import ROLES, Principal, needs
from schemas.registry import TOPIC_OF, TYPES
from services.ingest.api.described import problems
from services.ingest.domain.edge import FEEDER_TOPICS


def router() -> APIRouter:
    """The route of types; its answer never changes while the process lives."""
    routes = APIRouter(tags=["events"])
    answer = {"types": [_shown(name) for name in sorted(TYPES)]}

    @routes.get(
        "/v1/types",
        summary="Every type of event, whether feeders may send it, and its data's schema.",
        responses=problems(),
    )
    async def list_types(who: Principal = needs(*ROLES)) -> dict[str, Any]:
        return answer

    return routes


def _shown(name: str) -> dict[str, Any]:
    return {
        "type": name,
        "topic": TOPIC_OF[name],
        "may_be_sent": TOPIC_OF[name] in FEEDER_TOPICS,
        "description": (TYPES[name].__doc__ or "").partition("\n")[0],
        "data": msgspec.json.schema(TYPES[name]),
    }
