"""What every page route needs: who asks, of which unit, for which day, and how an answer is rendered."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from runtime.auth import Principal, TokenIssuer, needs
from runtime.http import Problem
from runtime.staff import Directory, StaffFileWrong
from runtime.telemetry import log
from schemas.tree import Tree as Whole
from services.dashboard.domain import words
from services.dashboard.domain.questions import Moment
from services.dashboard.domain.refusals import Refused
from services.dashboard.domain.tree import Tree
from services.dashboard.flow import Asked, Part, Reader, page
from services.dashboard.pages import session
from services.dashboard.pages.navigation import places

READERS = ("practitioner", "manager", "head", "director", "finance", "analyst", "operator")
HOLDERS = ("manager", "head", "director")
OWNERS = ("practitioner", "manager", "head", "director")
PIECES = re.compile(r"[\w.:-]*\w")
Who = Annotated[Principal, needs(*READERS)]
Holder = Annotated[Principal, needs(*HOLDERS)]
Owner = Annotated[Principal, needs(*OWNERS)]

DONE = {
    "acknowledged": "You have acknowledged the exception. The ladder stops while you are on it.",
    "snoozed": "The exception waits. You are asked again when the day has come, unless it has cleared.",
    "closed": "The exception is closed.",
    "agreed": "The commitment is agreed.",
    "completed": "The commitment is done.",
    "carried": "The commitment is carried forward.",
    "dropped": "The commitment is dropped.",
    "planned": "The meeting is planned.",
    "started": "The meeting has started.",
    "reviewed": "The review is kept.",
    "decided": "The decision is kept.",
    "meeting-closed": "The meeting is closed.",
    "mapping-kept": "The mapping is kept. Files that come from now on are read by it.",
    "signed-out": "You have signed out.",
}
"""What a page says after a command that went well."""


class Services(Protocol):
    """The other services, read with one person's token."""

    def reader(self, token: str) -> Reader: ...


@dataclass(frozen=True)
class Desk:
    """Joined in `__main__`: the ways to the services, the staff directory, the organisation, the clock."""

    services: Services
    directory: Directory
    templates: jinja2.Environment
    clock: Callable[[], dt.datetime]
    whole: Callable[[str], Whole]
    issuer: TokenIssuer | None
    tenant: str
    session_s: int
    cases: Mapping[str, str] = field(default_factory=dict)

    def name(self, staff: str | None) -> str:
        """A person's name, or the id where the directory cannot say."""
        try:
            return self.directory.person(staff).name if staff else "nobody"
        except StaffFileWrong as error:
            log().error("staff-file-wrong", message=str(error))
            return staff or "nobody"


def desk(request: Request) -> Desk:
    """The desk of this process."""
    found: Desk = request.app.state.desk
    return found


def reader(request: Request) -> Reader:
    """A reader with this person's token, from the session or from `Authorization`."""
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    return desk(request).services.reader(sent or session.token_of(request) or "")


def asked(request: Request, who: Principal, unit: str | None = None, /, **options: str) -> Asked:
    """This request in the flow's terms; without a unit, the reader's own, else the whole council."""
    when = Moment(desk(request).clock(), _as_at(request))
    tree = Tree(desk(request).whole(who.tenant), who.unit, when.today)
    query = {key: value[:300] for key, value in request.query_params.items()}
    return Asked(
        reader=reader(request),
        tree=tree,
        unit=unit or query.get("unit") or tree.home,
        when=when,
        names=desk(request).name,
        paused=query.get("live") == "off" or query.get("shared") == "on",
        cases=desk(request).cases,
        options={**query, **options},
    )


def _as_at(request: Request) -> dt.date | None:
    given = request.query_params.get("as_at")
    if not given:
        return None
    day = words.date_of(given)
    today = desk(request).clock().astimezone(words.LONDON).date()
    if day is None or not dt.date(1990, 1, 1) <= day <= today or len(given) != 10:
        raise Problem(
            422,
            "That day cannot be shown",
            "Choose a day up to today, written like 2026-09-30 in the address.",
        )
    return day


async def show(
    request: Request,
    who: Principal,
    asking: Asked,
    template: str,
    parts: Mapping[str, Part],
    *,
    nav: str,
    errors: tuple[str, ...] = (),
    **extra: Any,
) -> HTMLResponse:
    """Read the page's parts and render them: all of the page, or the one part that is asked for anew.

    With `errors`, what is wrong with a form, it is a 422.
    """
    only = request.query_params.get("part", "")
    wanted = {only: parts[only]} if only in parts else {} if only == "fresh" else parts
    read = await page(asking, wanted)
    name = f"parts/{only}.html" if only in parts or only == "fresh" else template
    view = {
        **frame(request, who),
        "asked": asking,
        "page": read,
        "tree": asking.tree,
        "unit": asking.tree.units[asking.unit],
        "when": asking.when,
        "today": asking.when.today,
        "as_at": asking.when.as_at.isoformat() if asking.when.as_at else None,
        "places": places(who, asking.tree, asking.unit, read.waiting),
        "live": None if asking.when.as_at or asking.paused else f"/live?unit={asking.unit}",
        "nav": nav,
        "errors": errors,
        "key": secrets.token_hex(12),
        "values": {},
        **read.parts,
        **extra,
    }
    return HTMLResponse(desk(request).templates.get_template(name).render(view), 422 if errors else 200)


def frame(request: Request, who: Principal | None) -> dict[str, Any]:
    """What the frame of any page shows, also of an error."""
    return {
        "me": who,
        "my_name": desk(request).name(who.subject) if who else "",
        "form_token": session.form_token(request),
        "path": request.url.path,
        "query": {key: value for key, value in request.query_params.items() if key != "part"},
        "name": desk(request).name,
        "said": DONE.get(request.query_params.get("done", ""), ""),
        "now": desk(request).clock(),
    }


def onward(path: str, done: str, place: str = "") -> RedirectResponse:
    """After a command: the page that shows what came of it, at a place of it where one is named."""
    there = f"#{place}" if place else ""
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done={done}{there}", 303)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form, trimmed, once its token is right."""
    sent = await request.form()
    fields = {key: str(value).strip()[:4000] for key, value in sent.items()}
    session.check_form(request, fields.pop(session.FORM_FIELD, ""))
    return fields


async def commanded(
    asking: Asked, service: str, path: str, body: Mapping[str, Any], fields: Mapping[str, str]
) -> tuple[str, ...]:
    """Do what a form asks for; answers with what the service says is wrong, nothing where it went well."""
    try:
        await asking.reader.command(service, path, body, key=fields.get("key", ""), version=version(fields))
    except Refused as refused:
        return tuple(_named(text, asking) for text in refused.problems or (str(refused),))
    return ()


def _named(text: str, asking: Asked) -> str:
    """What a service says, with people's names where it knows them by their ids alone."""
    people = asking.tree.people(asking.unit)
    return PIECES.sub(lambda found: asking.names(found[0]) if found[0] in people else found[0], text)


def version(fields: Mapping[str, str]) -> int | None:
    """The version of what the reader saw when they decided."""
    return int(fields["version"]) if fields.get("version", "").isdigit() else None
