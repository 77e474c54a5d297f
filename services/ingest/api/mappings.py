"""Mappings: which there are, what one says, and changing one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from runtime.auth import Principal, needs
from runtime.http import not_found
from runtime.problems import Problem, wrong
from services.ingest.api.bodies import Room
from services.ingest.api.described import problems
from services.ingest.api.ports import KeptMapping, Mappings
from services.ingest.domain.mapping import MAX_BYTES, BadMapping, parse

READERS = ("feeder", "operator", "analyst", "service")
WRITERS = ("feeder", "operator", "analyst")
Name = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$", description="Small letters, digits, hyphens.")
]


def router(mappings: Mappings, room: Room) -> APIRouter:
    """The routes of mappings."""
    routes = APIRouter(tags=["mappings"])
    _reading(routes, mappings)
    _changing(routes, mappings, room)
    return routes


def _reading(routes: APIRouter, mappings: Mappings) -> None:
    @routes.get(
        "/v1/mappings",
        summary="The mappings that can be used; version 0 ships with Primed.",
        responses=problems(),
    )
    async def list_mappings(who: Principal = needs(*READERS)) -> dict[str, Any]:
        return {"mappings": [_shown(kept) for kept in await mappings.all(who.tenant)]}

    @routes.get(
        "/v1/mappings/{name}",
        summary="A mapping as YAML.",
        response_class=Response,
        responses={200: {"content": {"application/yaml": {}}}, **problems(MISSING)},
    )
    async def get_mapping(name: Name, who: Principal = needs(*READERS)) -> Response:
        kept = await mappings.find(who.tenant, name)
        if kept is None:
            raise not_found()
        return Response(kept.body, media_type="application/yaml", headers={"ETag": f'"{kept.version}"'})


def _changing(routes: APIRouter, mappings: Mappings, room: Room) -> None:
    @routes.put(
        "/v1/mappings/{name}",
        summary="Make or change a mapping; the body is YAML. If-Match guards against a change in between.",
        responses=problems(CHANGING),
        openapi_extra={"requestBody": REQUEST_BODY},
    )
    async def put_mapping(
        name: Name,
        request: Request,
        response: Response,
        who: Principal = needs(*WRITERS),
        if_match: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        async with room.body(request, MAX_BYTES) as body:
            text = _checked(body)
        kept = await mappings.find(who.tenant, name)
        present = 0 if kept is None else kept.version
        if if_match is not None and if_match.strip().strip('"') != str(present):
            raise _changed()
        version = await mappings.put(who.tenant, name, text, present, who.subject)
        if version is None:
            raise _changed()
        response.headers["ETag"] = f'"{version}"'
        return {"name": name, "version": version}


def _checked(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
        parse(text)
    except UnicodeDecodeError as error:
        raise wrong("The mapping is not in UTF-8.", field="body") from error
    except BadMapping as error:
        raise wrong(str(error), field="body", reason="mapping") from error
    return text


def _shown(kept: KeptMapping) -> dict[str, Any]:
    said = parse(kept.body)
    return {
        "name": kept.name,
        "title": said.title,
        "format": said.format,
        "source": said.source,
        "version": kept.version,
        "shipped": kept.version == 0,
    }


def _changed() -> Problem:
    return Problem(412, "Somebody else was first", "The mapping has changed; read it again, then change it.")


MISSING = {404: "There is no such mapping for you."}
CHANGING = {
    400: "The body ended early.",
    412: "Somebody changed it first.",
    413: "The mapping is too large.",
    422: "It cannot be used.",
}
REQUEST_BODY = {
    "required": True,
    "content": {"application/yaml": {"schema": {"type": "string"}}},
}
