"""`/v1/inbox`: what the reader was told, nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Response

from runtime.auth import Principal, needs
from runtime.problems import not_found
from services.notify.api.escalations import Cursor, Limit
from services.notify.api.office import PEOPLE, Office, place_from, written
from services.notify.api.views import Inbox, ReceivedView
from services.notify.domain.message import NameOf, Received, body, subject_line
from services.notify.domain.overview import Place

READERS = (*PEOPLE, "operator")
Key = Annotated[str, Path(max_length=200)]


class Shelf(Protocol):
    """Where inboxes are read."""

    async def inbox(
        self, tenant: str, person: str, after: Place | None, limit: int
    ) -> tuple[Sequence[Received], int]: ...

    async def mark_read(self, tenant: str, person: str, message: str, at: dt.datetime) -> bool: ...


def router(office: Office, shelf: Shelf, name_of: NameOf, zone: ZoneInfo) -> APIRouter:
    """The inbox of whoever asks."""
    routes = APIRouter(tags=["inbox"])

    @routes.get("/v1/inbox", response_model=Inbox, summary="Your messages, the newest first.")
    async def inbox(who: Principal = needs(*READERS), limit: Limit = 50, cursor: Cursor = None) -> Inbox:
        found, unread = await shelf.inbox(who.tenant, who.subject, place_from(cursor), limit + 1)
        last = found[limit - 1].message if len(found) > limit else None
        items = [_view(kept, name_of, zone) for kept in found[:limit]]
        return Inbox(items=items, unread=unread, next_cursor=written((last.at, last.id)) if last else None)

    @routes.post("/v1/inbox/{id}/read", status_code=204, summary="Mark one of your messages as read.")
    async def read(id: Key, who: Principal = needs(*READERS)) -> Response:
        if not await shelf.mark_read(who.tenant, who.subject, id, office.now()):
            raise not_found()
        return Response(status_code=204)

    return routes


def _view(kept: Received, name_of: NameOf, zone: ZoneInfo) -> ReceivedView:
    message = kept.message
    return ReceivedView(
        id=message.id,
        escalation=message.escalation,
        unit=message.unit,
        title=subject_line(message),
        body=body(message, name_of, zone),
        at=message.at,
        read=kept.read,
    )
