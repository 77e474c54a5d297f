"""`/v1/targets`: what measures of units and of workers are to reach; agreed, withdrawn, listed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from runtime import commands
from runtime.auth import Principal, needs
from services.actions import answers, flow
from services.actions.answers import Aimed, Wanted
from services.actions.api import aim_views
from services.actions.api.bodies import Targeting, Withdrawing
from services.actions.api.commitments import Cursor, Key, Limit, Person, Some, Unit
from services.actions.api.desk import Desk, carried_out, place_from, seen, written
from services.actions.domain import target
from services.actions.domain.decision import Versioned
from services.actions.domain.reach import LEADERS, READERS, Asked

State = Annotated[Literal["agreed", "withdrawn"] | None, Query()]
InForce = Annotated[bool, Query(description="Only those that hold for a period that begins today.")]


def router(desk: Desk) -> APIRouter:
    """Commands and questions about targets."""
    routes = APIRouter(tags=["targets"])
    _commands(routes, desk)
    _questions(routes, desk)
    return routes


def _commands(routes: APIRouter, desk: Desk) -> None:
    creating = desk.creating(*LEADERS)
    changing = desk.changing(*LEADERS)

    @routes.post(
        "/v1/targets",
        status_code=201,
        response_model=aim_views.Target,
        summary="Agree a target from a month on; of several for the same the one agreed last holds.",
    )
    async def agree(body: Targeting, asked: Asked = creating) -> Response:
        key = desk.new_id("target")
        command = target.Agree(target=key, by=asked.reach.person, **body.model_dump())
        return await _do(desk, asked, key, command, status=201)

    @routes.post(
        "/v1/targets/{id}/withdraw",
        response_model=aim_views.Target,
        summary="It holds no more, with the reason; what held before it holds again.",
    )
    async def withdraw(id: Key, body: Withdrawing, asked: Asked = changing) -> Response:
        return await _do(desk, asked, id, target.Withdraw(body.reason, asked.reach.person))


def _questions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/targets", response_model=aim_views.Targets)
    async def listed(
        who: Principal = needs(*READERS),
        unit: Unit = None,
        measure: Some = None,
        worker: Person = None,
        state: State = None,
        in_force: InForce = False,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> aim_views.Targets:
        """The latest agreed first. One worker's are for that worker and for who leads the unit."""
        at = desk.now()
        wanted = Wanted(who.tenant, limit, place_from(cursor), state=state)
        aimed = Aimed(measure, worker, at.date() if in_force else None)
        found = seen(await answers.targets_of(desk.shelf, desk.reach(who, at), unit, wanted, aimed))
        return aim_views.targets_view(found, at.date(), written(found.next))

    @routes.get("/v1/targets/{id}", response_model=aim_views.Target)
    async def one(id: Key, who: Principal = needs(*READERS)) -> Response:
        """One target, with its version as `ETag`."""
        at = desk.now()
        found = seen(await answers.target_of(desk.shelf, desk.reach(who, at), id))
        body = aim_views.target_view(found, at.date()).model_dump(mode="json")
        return commands.Answer(body, version=found.version).response()


async def _do(desk: Desk, asked: Asked, key: str, command: target.Command, status: int = 200) -> Response:
    """Just agreed it is the newest, just withdrawn nothing takes its place: no other is looked up."""
    answer, is_repeat = await carried_out("target", flow.on_led(desk.books, asked, "target", key, command))
    held = Versioned(target.Held(target.known(answer.state)), answer.version)
    body = aim_views.target_view(held, asked.at.date()).model_dump(mode="json")
    location = f"/v1/targets/{body['id']}" if status == 201 else None
    return commands.Answer(body, status, answer.version, location).response(repeated=is_repeat)
