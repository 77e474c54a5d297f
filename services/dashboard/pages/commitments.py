"""Commitments: the list, the form for a new one, and what may be done with one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.dashboard.domain import words
from services.dashboard.flow import Asked
from services.dashboard.pages import desk
from services.dashboard.pages.desk import Holder, Owner, Who
from services.dashboard.stories import agreements

router = APIRouter()
Id = Annotated[str, Path(max_length=200)]
PARTS = {"one": agreements.commitment}
FORM = {"form": agreements.commitment_form}
FIELDS = ("text", "owner", "deadline", "meeting", "measure", "escalation")
VERBS = {
    "complete": ("completed", {"outcome": "Say what came of it"}),
    "carry-forward": (
        "carried",
        {"deadline": "Give the new deadline", "reason": "Say why it is carried forward"},
    ),
    "drop": ("dropped", {"reason": "Say why it no longer stands"}),
}


@router.get("/commitments", response_class=HTMLResponse)
async def commitments(request: Request, who: Who) -> Response:
    """What the unit has promised, and what came of it."""
    asking = desk.asked(request, who)
    parts = {"kept": agreements.commitments}
    return await desk.show(request, who, asking, "commitments.html", parts, nav="commitments")


@router.get("/commitments/new", response_class=HTMLResponse)
async def new(request: Request, who: Holder) -> Response:
    """The form for a new commitment."""
    asking = desk.asked(request, who)
    values = dict(asking.options)
    return await desk.show(
        request, who, asking, "commitment_new.html", FORM, nav="commitments", values=values
    )


@router.post("/commitments/new", response_class=HTMLResponse)
async def agree(request: Request, who: Holder) -> Response:
    """Agree a commitment: one owner, one deadline."""
    fields = await desk.form(request)
    asking = desk.asked(request, who, fields.get("unit") or None, **fields)
    errors = await promised(asking, fields)
    if not errors:
        return desk.onward(_back(fields), "agreed")
    return await desk.show(
        request,
        who,
        asking,
        "commitment_new.html",
        FORM,
        nav="commitments",
        errors=errors,
        values=fields,
    )


async def promised(asking: Asked, fields: dict[str, str]) -> tuple[str, ...]:
    """Send a new commitment; answers with what is wrong with it, nothing when it is agreed."""
    wanted = {
        "text": "Say what will be done",
        "owner": "Choose one person who owns it",
        "deadline": "Give the day by which it is done",
    }
    errors = tuple(said for field, said in wanted.items() if not fields.get(field))
    if not errors and words.date_of(fields["deadline"]) is None:
        errors = ("The deadline must be a day, such as 30 November 2026",)
    if errors:
        return errors
    body = {"unit": asking.unit} | {name: fields[name] for name in FIELDS if fields.get(name)}
    return await desk.commanded(asking, "actions", "/v1/commitments", body, fields)


def _back(fields: dict[str, str]) -> str:
    if fields.get("meeting"):
        return f"/meetings/{fields['meeting']}"
    if fields.get("escalation"):
        return f"/escalations/{fields['escalation']}"
    return f"/commitments?unit={fields.get('unit', '')}"


@router.get("/commitments/{commitment}", response_class=HTMLResponse)
async def commitment(request: Request, who: Who, commitment: Id) -> Response:
    """One commitment."""
    asking = desk.asked(request, who, commitment=commitment)
    return await desk.show(request, who, asking, "commitment.html", PARTS, nav="commitments")


@router.post("/commitments/{commitment}/{verb}", response_class=HTMLResponse)
async def act(
    request: Request, who: Owner, commitment: Id, verb: Literal["complete", "carry-forward", "drop"]
) -> Response:
    """Complete it, carry it forward or drop it."""
    fields = await desk.form(request)
    asking = desk.asked(request, who, commitment=commitment)
    done, wanted = VERBS[verb]
    errors = tuple(said for field, said in wanted.items() if not fields.get(field))
    if not errors:
        body = {field: fields[field] for field in wanted}
        errors = await desk.commanded(asking, "actions", f"/v1/commitments/{commitment}/{verb}", body, fields)
        if not errors:
            return desk.onward(f"/commitments/{commitment}", done)
    return await desk.show(
        request,
        who,
        asking,
        "commitment.html",
        PARTS,
        nav="commitments",
        errors=errors,
        values=fields,
    )
