"""`/v1/commitments`: agree, complete, carry forward, drop; lists and counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from runtime import commands
from runtime.auth import Principal, needs
from services.actions import answers, flow
from services.actions.answers import Wanted
from services.actions.api import views
from services.actions.api.bodies import Agreeing, Carrying, Completing, Dropping
from services.actions.api.desk import Desk, carried_out, place_from, seen, written
from services.actions.domain import commitment
from services.actions.domain.decision import Versioned
from services.actions.domain.reach import DOERS, LEADERS, READERS, Asked

Key = Annotated[str, Path(max_length=200)]
Unit = Annotated[str | None, Query(max_length=200, description="A unit, with all below it.")]
Person = Annotated[str | None, Query(max_length=200, description="Staff id.")]
Some = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the piece before.")]
State = Annotated[Literal["open", "done", "dropped"] | None, Query()]
Late = Annotated[bool | None, Query(description="Past its deadline, or done after it.")]


def router(desk: Desk) -> APIRouter:
    """Commands and questions about commitments."""
    routes = APIRouter(tags=["commitments"])
    _making(routes, desk)
    _moving(routes, desk)
    _questions(routes, desk)
    return routes


def _making(routes: APIRouter, desk: Desk) -> None:
    creating = desk.creating(*LEADERS)
    finishing = desk.changing(*DOERS)

    @routes.post(
        "/v1/commitments",
        status_code=201,
        response_model=views.Commitment,
        summary="Agree a commitment, with one owner and a deadline: at a meeting or by itself.",
    )
    async def agree(body: Agreeing, asked: Asked = creating) -> Response:
        key = desk.new_id("commitment")
        command = commitment.Agree(commitment=key, by=asked.reach.person, **body.model_dump())
        return await _do(desk, asked, key, command, status=201)

    @routes.post(
        "/v1/commitments/{id}/complete",
        response_model=views.Commitment,
        summary="It is done: said by its owner, or by a manager of the unit or above.",
    )
    async def complete(id: Key, body: Completing, asked: Asked = finishing) -> Response:
        command = commitment.Complete(body.outcome, asked.reach.person)
        return await _do(desk, asked, id, command)


def _moving(routes: APIRouter, desk: Desk) -> None:
    changing = desk.changing(*LEADERS)

    @routes.post(
        "/v1/commitments/{id}/carry-forward",
        response_model=views.Commitment,
        summary="Give it a later deadline, with a reason; the third time it must be re-scoped or dropped.",
    )
    async def carry_forward(id: Key, body: Carrying, asked: Asked = changing) -> Response:
        command = commitment.CarryForward(
            body.deadline, body.reason, asked.reach.person, meeting=body.meeting
        )
        return await _do(desk, asked, id, command)

    @routes.post(
        "/v1/commitments/{id}/drop",
        response_model=views.Commitment,
        summary="The promise no longer stands, with the reason.",
    )
    async def drop(id: Key, body: Dropping, asked: Asked = changing) -> Response:
        command = commitment.Drop(body.reason, asked.reach.person)
        return await _do(desk, asked, id, command)


def _questions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/commitments", response_model=views.Commitments)
    async def listed(
        who: Principal = needs(*READERS),
        unit: Unit = None,
        owner: Person = None,
        state: State = None,
        late: Late = None,
        meeting: Some = None,
        escalation: Some = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> views.Commitments:
        """Open ones first, by deadline; then what has ended, the latest first."""
        at = desk.now()
        wanted = Wanted(who.tenant, limit, place_from(cursor), state=state, owner=owner)
        wanted = replace(wanted, meeting=meeting, escalation=escalation)
        if late is not None:
            wanted = replace(wanted, late_on=(late, at.date()))
        found = seen(await answers.commitments_of(desk.shelf, desk.reach(who, at), unit, wanted))
        items = views.commitments_view(found.items, at.date())
        return views.Commitments(items=items, next_cursor=written(found.next))

    @routes.get("/v1/commitments/counts", response_model=views.Counts)
    async def counts(who: Principal = needs(*READERS), unit: Unit = None) -> views.Counts:
        """Kept on time this quarter, of those that fell due so far; by the law of the ledger's postings."""
        at = desk.now()
        counted = seen(await answers.counts_of(desk.shelf, desk.reach(who, at), unit, at.date()))
        return views.counts_view(unit or who.unit, counted, at.date())

    @routes.get("/v1/commitments/{id}", response_model=views.Commitment)
    async def one(id: Key, who: Principal = needs(*READERS)) -> Response:
        """One commitment, with its version as `ETag`."""
        at = desk.now()
        found = seen(await answers.commitment_of(desk.shelf, desk.reach(who, at), id))
        body = views.commitment_view(found, at.date()).model_dump(mode="json")
        return commands.Answer(body, version=found.version).response()


async def _do(
    desk: Desk,
    asked: Asked,
    key: str,
    command: commitment.Command,
    status: int = 200,
) -> Response:
    answer, is_repeat = await carried_out("commitment", flow.on_commitment(desk.books, asked, key, command))
    state = commitment.known(answer.state)
    body = views.commitment_view(Versioned(state, answer.version), asked.at.date()).model_dump(mode="json")
    location = f"/v1/commitments/{state.promise.commitment}" if status == 201 else None
    return commands.Answer(body, status, answer.version, location).response(repeated=is_repeat)
