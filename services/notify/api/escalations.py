"""`/v1/escalations`: exceptions, and the three answers that a person can give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Path, Query, Request, Response

from runtime.auth import Principal, needs
from runtime.commands import Answer, Order, versioned
from runtime.problems import forbidden, not_found
from services.notify import flow
from services.notify.api.office import PEOPLE, READERS, Office, Reach, Work, place_from, written
from services.notify.api.views import Acknowledging, Closing, Escalations, EscalationView, Snoozing
from services.notify.domain.chain import role_over
from services.notify.domain.command import Acknowledge, Close, Command, Snooze
from services.notify.domain.escalation import Known, State, Unraised, people
from services.notify.domain.overview import Place, Shown, overview
from services.notify.domain.rule import Rule
from services.notify.domain.scene import Scene

Key = Annotated[str, Path(max_length=100)]
Unit = Annotated[str | None, Query(max_length=200, description="A unit, with all below it.")]
Wanted = Annotated[Literal["open", "raised", "acknowledged", "snoozed", "cleared", "closed"] | None, Query()]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the piece before.")]

STATES = {"open": ["raised", "acknowledged", "snoozed"]}

Said = Callable[[Scene, Rule | None], Command]
"""What a person said, as a command at the moment at which it is decided."""

Answering = Callable[[Request, Principal, Order, str, Said], Awaitable[Response]]


class Shelf(Protocol):
    """Where exceptions are read."""

    async def escalations(
        self,
        tenant: str,
        units: Sequence[str] | None,
        states: Sequence[str] | None,
        person: str | None,
        after: Place | None,
        limit: int,
    ) -> Sequence[Shown]: ...

    async def escalation(self, tenant: str, exception: str) -> Shown | None: ...


def router(office: Office, shelf: Shelf) -> APIRouter:
    """Exceptions: read within the reader's reach, answered by those who lead the unit or were asked."""
    routes = APIRouter(tags=["escalations"])
    _questions(routes, office, shelf)
    answer = _answering(office, shelf)
    _answers(routes, answer)
    _ends(routes, answer)
    return routes


def _questions(routes: APIRouter, office: Office, shelf: Shelf) -> None:
    @routes.get("/v1/escalations", response_model=Escalations, summary="Exceptions, the newest first.")
    async def escalations(
        who: Principal = needs(*READERS),
        unit: Unit = None,
        state: Wanted = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Escalations:
        reach = office.reach(who)
        units, states = reach.units(unit), STATES.get(state, [state]) if state else None
        asked = None if unit else who.subject
        found = await shelf.escalations(who.tenant, units, states, asked, place_from(cursor), limit + 1)
        more = found[limit - 1].place if len(found) > limit else None
        items = [_view(reach, one.body, one.commitments, one.rule) for one in found[:limit]]
        return Escalations(items=items, next_cursor=written(more))

    @routes.get("/v1/escalations/{id}", response_model=EscalationView, summary="One, its version as ETag.")
    async def escalation(id: Key, who: Principal = needs(*READERS)) -> Response:
        reach, found = office.reach(who), await shelf.escalation(who.tenant, id)
        if found is None or not (reach.sees(found.body["unit"]) or who.subject in found.people):
            raise not_found()
        view = _view(reach, found.body, found.commitments, found.rule)
        return Answer(view.model_dump(mode="json"), version=view.version).response()


def _answering(office: Office, shelf: Shelf) -> Answering:
    async def answer(request: Request, who: Principal, order: Order, id: str, said: Said) -> Response:
        reach, linked = office.reach(who), await shelf.escalation(who.tenant, id)

        async def act(work: Work, scene: Scene) -> Answer:
            state, _ = await work.load(id)
            asking = _refuse(reach, state)
            rule = (await work.rules()).get(asking.breach.rule)
            await flow.answer(work, scene, id, said(scene, rule), order.expected)
            state, version = await work.load(id)
            assert not isinstance(state, Unraised)
            view = _view(reach, overview(state, version), linked.commitments if linked else [], rule)
            return Answer(view.model_dump(mode="json"), version=version)

        return await office.command(request, who, order, act)

    return answer


def _answers(routes: APIRouter, answer: Answering) -> None:
    @routes.post(
        "/v1/escalations/{id}/acknowledge",
        response_model=EscalationView,
        summary="Say that you are on it, with a note of what you do; nobody else is asked.",
    )
    async def acknowledge(
        id: Key,
        request: Request,
        body: Acknowledging,
        who: Principal = needs(*PEOPLE),
        order: Order = versioned(),
    ) -> Response:
        def said(scene: Scene, rule: Rule | None) -> Command:
            return Acknowledge(who.subject, body.note, scene.lapse(rule) if rule else None)

        return await answer(request, who, order, id, said)

    @routes.post(
        "/v1/escalations/{id}/snooze",
        response_model=EscalationView,
        summary="Say until when it can wait, and why; nobody is asked before.",
    )
    async def snooze(
        id: Key, request: Request, body: Snoozing, who: Principal = needs(*PEOPLE), order: Order = versioned()
    ) -> Response:
        def said(scene: Scene, _: Rule | None) -> Command:
            return Snooze(who.subject, body.note, body.until.astimezone(scene.now.tzinfo), scene.now)

        return await answer(request, who, order, id, said)


def _ends(routes: APIRouter, answer: Answering) -> None:
    @routes.post(
        "/v1/escalations/{id}/close",
        response_model=EscalationView,
        summary="End it with a commitment, or with a reason why none is needed.",
    )
    async def close(
        id: Key, request: Request, body: Closing, who: Principal = needs(*PEOPLE), order: Order = versioned()
    ) -> Response:
        def said(*_: object) -> Command:
            return Close(who.subject, body.commitment, body.reason)

        return await answer(request, who, order, id, said)


def _refuse(reach: Reach, state: State) -> Known:
    """404 for what is not theirs to see, 403 for what is not theirs to answer."""
    if isinstance(state, Unraised):
        raise not_found()
    if reach.who.subject in people(state) or reach.leads(state.breach.unit):
        return state
    if not reach.sees(state.breach.unit):
        raise not_found()
    raise forbidden("This exception is answered by who was asked, or by a manager of the unit or above.")


def _view(reach: Reach, body: dict[str, Any], commitments: list[str], rule: Rule | None) -> EscalationView:
    onward = body["next"]
    if onward:
        role = role_over(reach.tree, body["unit"], onward["person"], reach.today)
        onward = {**onward, "role": role}
    name = rule.name if rule else body["rule"]
    return EscalationView(**{**body, "next": onward, "rule_name": name, "commitments": commitments})
