"""The inbox on the dashboard: always there, so that nobody depends on e-mail."""

from __future__ import annotations

from typing import Protocol

from services.notify.domain.delivery import Delivered, Delivery, Hopeless, Outcome
from services.notify.domain.message import Message


class Shelf(Protocol):
    """Where inboxes are kept."""

    async def put(self, tenant: str, message: Message) -> None: ...


class Inbox:
    """Lays messages into inboxes."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def send(self, delivery: Delivery) -> Outcome:
        """Lay it there."""
        if not isinstance(delivery.content, Message):
            return Hopeless("Only messages to people go into an inbox.")
        await self._shelf.put(delivery.tenant, delivery.content)
        return Delivered("It is in the inbox.")
