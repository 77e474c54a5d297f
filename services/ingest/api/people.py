"""People: forgetting whose a random id is, so that nothing leads back to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from runtime.auth import Principal, needs
from runtime.telemetry import log
from services.ingest.api.described import problems


class People(Protocol):
    """Whom random ids stand for, by the keyed hash of what identifies them."""

    async def erase(self, tenant: str, hashed: str) -> bool: ...


class Somebody(BaseModel):
    """Who is to be erased, as files name them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)
    identifier: str = Field(
        min_length=1,
        max_length=200,
        description="The council's number of the person, or the NHS number where files have no other.",
    )


def router(people: People, hashed: Callable[[str], str], clock: Callable[[], dt.datetime]) -> APIRouter:
    """The route that erases somebody; `hashed` makes of an identifier what the table knows."""
    routes = APIRouter(tags=["people"])

    @routes.post(
        "/v1/people/erase",
        summary="Forget whose a random id is, for ever; no later file brings the person back.",
        responses=problems(),
    )
    async def erase(somebody: Somebody, who: Principal = needs("operator")) -> dict[str, Any]:
        known = await people.erase(who.tenant, hashed(somebody.identifier))
        at = clock().isoformat()
        log().info("person-erased", tenant=who.tenant, by=who.subject, known=known)
        return {"erased": known, "kept_out": True, "at": at, "by": who.subject}

    return routes
