"""`/v1/subscriptions`: other programs that want to hear of exceptions by signed webhook."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Response

from eventlog.event_store import KeyReused
from runtime.auth import Principal, needs
from runtime.commands import Answer, Order, ordered
from runtime.problems import not_found, wrong
from services.notify.api.office import Office
from services.notify.api.views import NewSubscription, Subscribing, Subscriptions, SubscriptionView, Trial
from services.notify.domain.delivery import Delivered, Outcome
from services.notify.domain.subscription import EVENTS, Subscription, unknown_events

SUBSCRIBERS = ("service", "operator")
Key = Annotated[str, Path(max_length=100)]


class Shelf(Protocol):
    """Where subscriptions are kept; `by` of None means everybody's."""

    async def subscribe(self, tenant: str, new: Subscription) -> None: ...
    async def subscriptions(self, tenant: str, by: str | None) -> Sequence[Subscription]: ...
    async def subscription(self, tenant: str, by: str | None, which: str) -> Subscription | None: ...
    async def unsubscribe(self, tenant: str, which: str, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What the routes need of webhooks: what is wrong with a URL, the secret, and a first try."""

    fault: Callable[[str], str | None]
    secret: Callable[[str], str]
    attempt: Callable[[str, str], Awaitable[Outcome]]
    new_id: Callable[[], str]


def router(office: Office, shelf: Shelf, webhooks: Webhooks) -> APIRouter:
    """Subscriptions: each program its own, an operator all of them."""
    routes = APIRouter(tags=["subscriptions"])
    _commands(routes, office, shelf, webhooks)
    _questions(routes, shelf, webhooks)
    return routes


def _commands(routes: APIRouter, office: Office, shelf: Shelf, webhooks: Webhooks) -> None:
    @routes.post(
        "/v1/subscriptions",
        status_code=201,
        response_model=NewSubscription,
        summary="Subscribe; the secret that signs what is sent is shown in this answer only.",
    )
    async def subscribe(
        body: Subscribing, who: Principal = needs(*SUBSCRIBERS), order: Order = ordered()
    ) -> Response:
        _refuse(body, webhooks)
        asked = _asked(body, who, order, webhooks.new_id, office)
        await shelf.subscribe(who.tenant, asked)
        kept = await shelf.subscription(who.tenant, who.subject, asked.id)
        if kept is None or (kept.url, kept.events) != (asked.url, asked.events):
            raise KeyReused
        view = NewSubscription(**dataclasses.asdict(kept), secret=webhooks.secret(kept.id))
        return Answer(view.model_dump(mode="json"), 201, location=f"/v1/subscriptions/{kept.id}").response()

    @routes.delete("/v1/subscriptions/{id}", status_code=204, summary="End a subscription.")
    async def unsubscribe(id: Key, who: Principal = needs(*SUBSCRIBERS)) -> Response:
        if await shelf.subscription(who.tenant, _whose(who), id) is None:
            raise not_found()
        await shelf.unsubscribe(who.tenant, id, f"Ended by {who.subject}.")
        return Response(status_code=204)

    @routes.post(
        "/v1/subscriptions/{id}/test",
        response_model=Trial,
        summary="Send one signed notice now, and say what came of it.",
    )
    async def test(id: Key, who: Principal = needs(*SUBSCRIBERS)) -> Trial:
        if await shelf.subscription(who.tenant, _whose(who), id) is None:
            raise not_found()
        outcome = await webhooks.attempt(who.tenant, id)
        return Trial(delivered=isinstance(outcome, Delivered), detail=outcome.detail)


def _questions(routes: APIRouter, shelf: Shelf, webhooks: Webhooks) -> None:
    @routes.get("/v1/subscriptions", response_model=Subscriptions, summary="Subscriptions, without secrets.")
    async def subscriptions(who: Principal = needs(*SUBSCRIBERS)) -> Subscriptions:
        found = await shelf.subscriptions(who.tenant, _whose(who))
        return Subscriptions(items=[SubscriptionView(**dataclasses.asdict(one)) for one in found])

    @routes.get("/v1/subscriptions/{id}", response_model=SubscriptionView, summary="One subscription.")
    async def subscription(id: Key, who: Principal = needs(*SUBSCRIBERS)) -> SubscriptionView:
        found = await shelf.subscription(who.tenant, _whose(who), id)
        if found is None:
            raise not_found()
        return SubscriptionView(**dataclasses.asdict(found))


def _refuse(body: Subscribing, webhooks: Webhooks) -> None:
    if fault := webhooks.fault(body.url):
        raise wrong(fault, field="url")
    if unknown := unknown_events(body.events):
        raise wrong(f"Not known: {', '.join(unknown)}. Known are: {', '.join(EVENTS)}.", field="events")


def _asked(
    body: Subscribing, who: Principal, order: Order, new_id: Callable[[], str], office: Office
) -> Subscription:
    """The subscription asked for; its id follows from the Idempotency-Key: a repeat makes no second."""
    name = hashlib.sha256(order.key.encode()).hexdigest()[:32] if order.key else new_id()
    events = sorted(set(body.events)) or list(EVENTS)
    return Subscription(name, body.url, events, who.unit, who.subject, office.now(), "active", None)


def _whose(who: Principal) -> str | None:
    return None if who.role == "operator" else who.subject
