"""`/v1/history`: all that ever happened to one thing, as events."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel

from runtime.auth import Principal, needs
from services.actions import answers
from services.actions.api.commitments import Key
from services.actions.api.desk import Desk, seen
from services.actions.domain.reach import READERS
from services.actions.domain.said import Noun


class History(BaseModel):
    """The stream of one thing: CloudEvents as they stand in the log, oldest first."""

    kind: Noun
    id: str
    version: int
    events: list[dict[str, Any]]


def router(desk: Desk) -> APIRouter:
    """The streams of meetings and commitments."""
    routes = APIRouter(tags=["history"])

    @routes.get("/v1/history/{kind}/{id}", response_model=History)
    async def history(kind: Noun, id: Key, who: Principal = needs(*READERS)) -> History:
        """Who said what, and when; nothing is ever changed or taken away."""
        reach = desk.reach(who, desk.now())
        found = seen(await answers.history_of(desk.shelf, reach, kind, id))
        events = [msgspec.json.decode(raw, type=dict[str, Any]) for raw in found]
        return History(kind=kind, id=id, version=len(events), events=events)

    return routes
