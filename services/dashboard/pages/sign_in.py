"""Signing in as one of the people of the staff directory, and out again; for the embedded stack alone."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from runtime.http import Problem
from runtime.staff import Person
from services.dashboard.domain import words
from services.dashboard.pages import session
from services.dashboard.pages.desk import READERS, Desk, desk, frame

router = APIRouter()
ORDER = ("manager", "head", "director", "practitioner", "finance", "analyst", "operator")
SHOWN_OF_ONE_ROLE = 12


@router.get("/sign-in", response_class=HTMLResponse)
async def sign_in(request: Request) -> Response:
    """Choose who to be."""
    here = desk(request)
    answer = HTMLResponse("")
    token = session.before_sign_in(request, answer)
    view = {
        **frame(request, None),
        "groups": _groups(here) if here.issuer else None,
        "form_token": token,
        "onward": _inside(request.query_params.get("next", "")),
        "signed_in": session.token_of(request) is not None,
    }
    answer.body = here.templates.get_template("sign_in.html").render(view).encode()
    answer.headers["content-length"] = str(len(answer.body))
    return answer


@router.post("/sign-in")
async def signed_in(
    request: Request,
    person: Annotated[str, Form(max_length=200)],
    form_token: Annotated[str, Form(max_length=200)] = "",
    onward: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Begin a session as this person."""
    here = desk(request)
    session.check_form(request, form_token, signing_in=True)
    chosen = here.directory.people().get(person)
    if here.issuer is None or chosen is None or chosen.role not in READERS:
        raise Problem(422, "Nobody of that name can sign in", "Go back and choose somebody from the list.")
    token = here.issuer.issue(chosen.role, chosen.unit, here.tenant, chosen.id, here.session_s)
    answer = RedirectResponse(_inside(onward) or "/", 303)
    session.begin(request, answer, token, here.session_s)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, form_token: Annotated[str, Form(max_length=200)] = "") -> Response:
    """End the session."""
    session.check_form(request, form_token)
    answer = RedirectResponse("/sign-in?done=signed-out", 303)
    session.end(request, answer)
    return answer


def _inside(path: str) -> str:
    """An address within these pages, or blank: nobody is sent elsewhere after signing in."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def _groups(here: Desk) -> list[tuple[str, list[Person], int]]:
    """People who can sign in, by role, and how many more there are than are shown."""
    able = [person for person in here.directory.people().values() if person.role in READERS]
    able.sort(key=lambda one: (ORDER.index(one.role or ""), one.unit or "", one.name))
    grouped = [(role, list(people)) for role, people in groupby(able, key=lambda one: one.role or "")]
    return [
        (words.capital(words.role(role)), people[:SHOWN_OF_ONE_ROLE], max(0, len(people) - SHOWN_OF_ONE_ROLE))
        for role, people in grouped
    ]
