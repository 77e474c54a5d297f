"""`/v1/deliveries`: every attempt to tell somebody, for those who look after the system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Query

from runtime.auth import Principal, needs
from services.notify.api.escalations import Limit, Unit
from services.notify.api.office import Office, no_cursor
from services.notify.api.views import Deliveries, DeliveryView

Wanted = Annotated[Literal["waiting", "delivered", "given_up"] | None, Query()]
Exception_ = Annotated[str | None, Query(alias="escalation", max_length=100)]
Cursor = Annotated[str | None, Query(max_length=20)]


class Shelf(Protocol):
    """Where deliveries are read."""

    async def deliveries(
        self,
        tenant: str,
        units: Sequence[str] | None,
        exception: str | None,
        state: str | None,
        before: int | None,
        limit: int,
    ) -> Sequence[Mapping[str, Any]]: ...


def router(office: Office, shelf: Shelf) -> APIRouter:
    """Deliveries within the reader's reach."""
    routes = APIRouter(tags=["deliveries"])

    @routes.get("/v1/deliveries", response_model=Deliveries, summary="What was sent or waits.")
    async def deliveries(
        who: Principal = needs("operator", "analyst", "service"),
        unit: Unit = None,
        escalation: Exception_ = None,
        state: Wanted = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Deliveries:
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise no_cursor()
        units, before = office.reach(who).units(unit), int(cursor) if cursor else None
        found = await shelf.deliveries(who.tenant, units, escalation, state, before, limit + 1)
        more = str(found[limit - 1]["place"]) if len(found) > limit else None
        return Deliveries(items=[_view(row) for row in found[:limit]], next_cursor=more)

    return routes


def _view(row: Mapping[str, Any]) -> DeliveryView:
    fields = {name: row[name] for name in DeliveryView.model_fields if name != "attempts"}
    return DeliveryView(**fields, attempts=json.loads(row["tries"]))
