"""`/v1/purposes`: what each unit is for, and what it wants to reach; set, changed, listed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from runtime import commands
from runtime.auth import Principal, needs
from services.actions import answers, flow
from services.actions.answers import Wanted
from services.actions.api import aim_views
from services.actions.api.bodies import Changing, Setting
from services.actions.api.commitments import Cursor, Limit, Unit
from services.actions.api.desk import Desk, carried_out, place_from, seen, written
from services.actions.domain import purpose
from services.actions.domain.decision import Versioned
from services.actions.domain.reach import LEADERS, READERS, Asked

Whose = Annotated[str, Path(max_length=200, description="The unit.")]


def router(desk: Desk) -> APIRouter:
    """Commands and questions about purposes."""
    routes = APIRouter(tags=["purposes"])
    _commands(routes, desk)
    _questions(routes, desk)
    return routes


def _commands(routes: APIRouter, desk: Desk) -> None:
    creating = desk.creating(*LEADERS)
    changing = desk.changing(*LEADERS)

    @routes.post(
        "/v1/purposes",
        status_code=201,
        response_model=aim_views.Purpose,
        summary="Say what a unit is for; 409 where it was said before.",
    )
    async def set_(body: Setting, asked: Asked = creating) -> Response:
        command = purpose.Set(by=asked.reach.person, **body.model_dump())
        return await _do(desk, asked, body.unit, command, status=201)

    @routes.post(
        "/v1/purposes/{unit}/change",
        response_model=aim_views.Purpose,
        summary="Say it anew, with the reason; what was said before stays in its history.",
    )
    async def change(unit: Whose, body: Changing, asked: Asked = changing) -> Response:
        return await _do(desk, asked, unit, purpose.Change(by=asked.reach.person, **body.model_dump()))


def _questions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/purposes", response_model=aim_views.Purposes)
    async def listed(
        who: Principal = needs(*READERS), unit: Unit = None, limit: Limit = 50, cursor: Cursor = None
    ) -> aim_views.Purposes:
        """By unit."""
        wanted = Wanted(who.tenant, limit, place_from(cursor))
        found = seen(await answers.purposes_of(desk.shelf, desk.reach(who, desk.now()), unit, wanted))
        return aim_views.purposes_view(found, written(found.next))

    @routes.get("/v1/purposes/{unit}", response_model=aim_views.Purpose)
    async def one(unit: Whose, who: Principal = needs(*READERS)) -> Response:
        """The purpose of one unit, with its version as `ETag`."""
        found = seen(await answers.purpose_of(desk.shelf, desk.reach(who, desk.now()), unit))
        body = aim_views.purpose_view(found).model_dump(mode="json")
        return commands.Answer(body, version=found.version).response()


async def _do(desk: Desk, asked: Asked, unit: str, command: purpose.Command, status: int = 200) -> Response:
    answer, is_repeat = await carried_out("purpose", flow.on_led(desk.books, asked, "purpose", unit, command))
    held = Versioned(purpose.known(answer.state), answer.version)
    body = aim_views.purpose_view(held).model_dump(mode="json")
    location = f"/v1/purposes/{unit}" if status == 201 else None
    return commands.Answer(body, status, answer.version, location).response(repeated=is_repeat)
