"""A route that is answered at once answers as it does by the framework's own way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from runtime.auth import Principal, TokenIssuer, needs, token_reader
from runtime.direct import NotDirect
from runtime.http import Problem, application
from runtime.settings import Settings

PATH = "/v1/things"


class Away(Exception):
    reason = "log-unavailable"


def things() -> APIRouter:
    router = APIRouter()

    @router.post(PATH, status_code=202)
    async def post_things(request: Request, who: Principal = needs("feeder")) -> Response:
        said = await request.body()
        match said:
            case b"wrong":
                raise Problem(422, "Wrong", "Say something else.", headers={"Retry-After": "7"}, more=1)
            case b"away":
                raise Away("Kafka did not acknowledge.")
            case b"broken":
                raise RuntimeError("Canary-Person-1234")
        return JSONResponse({"by": who.subject, "said": said.decode()}, 202)

    return router


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, bind="127.0.0.1", oidc_issuer="")


def served(settings: Settings, direct: tuple[str, ...] = (PATH,)) -> TestClient:
    reader = token_reader(settings)
    return TestClient(application("test", reader, [things()], checks={}, body_limit=100, direct=direct))


def bearer(settings: Settings, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TokenIssuer(settings.keys).issue(role, None, 'demo', 'w-1', 60)}"}


def told(client: TestClient, method: str, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
    answer = client.request(method, PATH, content=body, headers={"X-Correlation-Id": "a" * 16, **headers})
    return answer.status_code, sorted(answer.headers.items()), answer.content


@pytest.mark.parametrize("body", [b"hello", b"", b"wrong", b"away", b"broken", b"x" * 101])
@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
@pytest.mark.parametrize("role", ["feeder", "manager", None, "Basic bWU6bWU="])
def test_both_ways_give_one_answer(settings: Settings, method: str, role: str | None, body: bytes) -> None:
    known = role in ("feeder", "manager")
    headers = bearer(settings, str(role)) if known else {} if role is None else {"Authorization": role}
    once = told(served(settings), method, body, headers)
    assert once == told(served(settings, ()), method, body, headers)
    if (method, role, body) == ("POST", "feeder", b"hello"):
        assert once[0] == 202
        assert once[2] == b'{"by":"w-1","said":"hello"}'


def test_it_counts_under_its_route_and_stands_in_the_document(settings: Settings) -> None:
    client = served(settings)
    client.post(PATH, content=b"hello", headers=bearer(settings, "feeder"))
    counted = f'primed_http_request_seconds_count{{method="POST",route="{PATH}",status="202"}}'
    assert counted in client.get("/metrics").text
    assert "post" in client.get("/openapi.json").json()["paths"][PATH]


def test_a_route_that_asks_for_more_cannot_be_direct(settings: Settings) -> None:
    router, reader = APIRouter(), token_reader(settings)

    @router.get("/v1/limited")
    async def limited(request: Request, limit: int = 1, who: Principal = needs("feeder")) -> Response:
        return Response()

    @router.get("/v1/blind")
    async def blind(who: Principal = needs("feeder")) -> Response:
        return Response()

    for path, why in (("/v1/limited", "takes more"), ("/v1/blind", "takes more"), ("/v1/none", "no route")):
        with pytest.raises(NotDirect, match=why):
            application("test", reader, [router], checks={}, direct=(path,))
