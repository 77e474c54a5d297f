"""`/v1/meetings`: schedule, start, review, decide, close; each with its agenda."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from runtime import commands
from runtime.auth import Principal, needs
from services.actions import answers, flow
from services.actions.answers import Wanted
from services.actions.api import views
from services.actions.api.bodies import Deciding, Reviewing, Scheduling
from services.actions.api.commitments import Cursor, Key, Limit, Unit
from services.actions.api.desk import Desk, carried_out, place_from, seen, written
from services.actions.domain import meeting
from services.actions.domain.decision import Versioned
from services.actions.domain.reach import LEADERS, READERS, Asked

State = Annotated[Literal["scheduled", "in_progress", "closed"] | None, Query()]


def router(desk: Desk) -> APIRouter:
    """Commands and questions about meetings."""
    routes = APIRouter(tags=["meetings"])
    _beginning(routes, desk)
    _holding(routes, desk)
    _questions(routes, desk)
    return routes


def _beginning(routes: APIRouter, desk: Desk) -> None:
    creating = desk.creating(*LEADERS)
    changing = desk.changing(*LEADERS)

    @routes.post(
        "/v1/meetings",
        status_code=201,
        response_model=views.WholeMeeting,
        summary="Plan a meeting of a unit.",
    )
    async def schedule(body: Scheduling, asked: Asked = creating) -> Response:
        key = desk.new_id("meeting")
        command = meeting.Schedule(key, body.unit, body.title, body.starts, asked.reach.person)
        return await _do(desk, asked, key, command, status=201)

    @routes.post(
        "/v1/meetings/{id}/start",
        response_model=views.WholeMeeting,
        summary="Hold it now; who starts it is in the chair.",
    )
    async def start(id: Key, asked: Asked = changing) -> Response:
        return await _do(desk, asked, id, meeting.Start(asked.reach.person))


def _holding(routes: APIRouter, desk: Desk) -> None:
    changing = desk.changing(*LEADERS)

    @routes.post(
        "/v1/meetings/{id}/review",
        response_model=views.WholeMeeting,
        summary="Say how a commitment stands; each that is due must be looked at before the meeting closes.",
    )
    async def review(id: Key, body: Reviewing, asked: Asked = changing) -> Response:
        command = meeting.ReviewCommitment(body.commitment, body.note, asked.reach.person)
        return await _do(desk, asked, id, command)

    @routes.post(
        "/v1/meetings/{id}/decisions",
        response_model=views.WholeMeeting,
        summary="Write down what was decided, where nobody needs to do anything.",
    )
    async def decide(id: Key, body: Deciding, asked: Asked = changing) -> Response:
        return await _do(desk, asked, id, meeting.RecordDecision(body.text, asked.reach.person))

    @routes.post(
        "/v1/meetings/{id}/close",
        response_model=views.WholeMeeting,
        summary="End it; 409 names the commitments that are due and were not reviewed.",
    )
    async def close(id: Key, asked: Asked = changing) -> Response:
        return await _do(desk, asked, id, meeting.Close(asked.reach.person))


def _questions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/meetings", response_model=views.Meetings)
    async def listed(
        who: Principal = needs(*READERS),
        unit: Unit = None,
        state: State = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> views.Meetings:
        """The latest first; agenda and outcome are with each meeting itself."""
        wanted = Wanted(who.tenant, limit, place_from(cursor), state=state)
        found = seen(await answers.meetings_of(desk.shelf, desk.reach(who, desk.now()), unit, wanted))
        return views.meetings_view(found, written(found.next))

    @routes.get("/v1/meetings/{id}", response_model=views.WholeMeeting)
    async def one(id: Key, who: Principal = needs(*READERS)) -> Response:
        """One meeting with its agenda, and its version as `ETag`."""
        at = desk.now()
        page = seen(await answers.meeting_of(desk.shelf, desk.reach(who, at), id, at))
        body = views.whole_meeting(page, at.date()).model_dump(mode="json")
        return commands.Answer(body, version=page.held.version).response()


async def _do(
    desk: Desk,
    asked: Asked,
    key: str,
    command: meeting.Command,
    status: int = 200,
) -> Response:
    answer, is_repeat = await carried_out("meeting", flow.on_led(desk.books, asked, "meeting", key, command))
    held = Versioned(meeting.known(answer.state), answer.version)
    page = await answers.page_of(desk.shelf, asked.reach, held, asked.at)
    body = views.whole_meeting(page, asked.at.date()).model_dump(mode="json")
    location = f"/v1/meetings/{body['id']}" if status == 201 else None
    return commands.Answer(body, status, answer.version, location).response(repeated=is_repeat)
