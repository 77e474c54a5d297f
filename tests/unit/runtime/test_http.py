"""The application around every service: closed doors, readable errors, limits before reading."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Body, Query, Request
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from starlette.applications import Starlette

from runtime.auth import Principal, TokenIssuer, needs, token_reader
from runtime.http import Problem, Unguarded, application, not_found
from runtime.problems import wrong
from runtime.settings import Settings

CANARY = "Canary-Person-1234"


class Thing(BaseModel):
    name: str = Field(max_length=20)
    size: int = 0


class Away(Exception):
    reason = "log-unavailable"


router = APIRouter()


@router.get("/v1/things/{thing}")
async def one(thing: str, principal: Principal = needs("manager")) -> dict[str, str]:
    if thing == "missing":
        raise not_found()
    return {"thing": thing, "by": principal.subject}


@router.get("/v1/things")
async def several(
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    on: dt.date | None = None,
    since: dt.datetime | None = None,
    principal: Principal = needs("manager"),
) -> int:
    return limit


@router.post("/v1/things")
async def make(thing: Thing, principal: Principal = needs("manager")) -> Thing:
    if thing.name == "broken":
        raise RuntimeError(CANARY)
    if thing.name == "away":
        raise Away("Kafka did not acknowledge within 5 seconds.")
    if thing.name == "odd":
        raise wrong("The name is odd; choose an even one.", field="body.name")
    if thing.name == "taken":
        raise Problem(409, "Taken", "Choose another name.", name="taken")
    return thing


@router.post("/v1/raw")
async def raw(request: Request, principal: Principal = needs("manager")) -> int:
    return len(await request.body())


@router.post("/v1/upload")
async def upload(request: Request, principal: Principal = needs("feeder", "manager")) -> int:
    return sum([len(part) async for part in request.stream()])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, bind="127.0.0.1", oidc_issuer="")


@pytest.fixture
def client(settings: Settings) -> TestClient:
    app = application(
        "test", token_reader(settings), [router], checks={}, body_limit=1_000, streamed={"/v1/upload"}
    )
    return TestClient(app, headers=bearer(settings, "manager"))


def bearer(settings: Settings, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TokenIssuer(settings.keys).issue(role, None, 'demo', 'w-1', 60)}"}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The answer is this problem, in the form of RFC 9457."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "correlation_id"} <= set(body)
    assert body["status"] == status
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    return body


def test_a_route_answers_who_may(client: TestClient) -> None:
    assert client.get("/v1/things/a").json() == {"thing": "a", "by": "w-1"}


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic bWU6bWU="])
def test_without_a_valid_token_there_is_401(client: TestClient, token: str) -> None:
    answer = client.get("/v1/things/a", headers={"Authorization": token})
    assert "Bearer" in problem(answer, 401)["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


def test_another_role_gets_403(client: TestClient, settings: Settings) -> None:
    answer = client.get("/v1/things/a", headers=bearer(settings, "feeder"))
    assert problem(answer, 403)["detail"] == "The role feeder may not do this; it takes: manager."


def test_what_is_missing_and_what_was_never_there_look_alike(client: TestClient) -> None:
    missing, nowhere = client.get("/v1/things/missing"), client.get("/v1/nowhere")
    bodies = [problem(answer, 404) for answer in (missing, nowhere)]
    for body in bodies:
        del body["correlation_id"]
    assert bodies[0] == bodies[1]


def test_a_method_that_is_not_possible_is_405(client: TestClient) -> None:
    answer = client.delete("/v1/things/a")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET"


def test_a_wrong_body_is_422_with_each_field(client: TestClient) -> None:
    body = problem(client.post("/v1/things", json={"name": "x" * 30, "size": CANARY}), 422)
    assert {entry["field"] for entry in body["errors"]} == {"body.name", "body.size"}
    assert all(entry["message"] and entry["reason"] for entry in body["errors"])
    assert CANARY not in json.dumps(body)


def test_a_wrong_query_is_422(client: TestClient) -> None:
    assert problem(client.get("/v1/things?limit=0"), 422)["errors"][0]["field"] == "query.limit"


def test_a_parameter_that_no_route_knows_is_422_with_the_one_that_was_meant(client: TestClient) -> None:
    told = problem(client.get("/v1/things", params={"limt": "5", "on": "2026-11-23"}), 422)
    assert told["errors"] == [
        {
            "field": "limt",
            "reason": "unknown",
            "message": "There is no parameter limt here. Did you mean limit? It takes limit, on, since.",
        }
    ]
    told = problem(client.get("/v1/things/1?colour=red"), 422)
    assert told["detail"] == "There is no parameter colour here. It takes none."
    assert client.get("/v1/things?limt=5", headers={"Authorization": ""}).status_code == 401


def test_a_wrong_date_is_answered_with_the_form_of_a_right_one(client: TestClient) -> None:
    detail = problem(client.get("/v1/things?on=31/02/2026&since=yesterday"), 422)["detail"]
    assert detail == (
        "Please mend query.on: it must be a day, as 2026-11-30; "
        "query.since: it must be a moment with its offset, as 2026-11-30T09:00:00+00:00."
    )


def test_what_only_the_domain_finds_wrong_looks_the_same(client: TestClient) -> None:
    body = problem(client.post("/v1/things", json={"name": "odd"}), 422)
    assert body["errors"] == [
        {"field": "body.name", "reason": "value", "message": "The name is odd; choose an even one."}
    ]


def test_a_problem_may_say_more(client: TestClient) -> None:
    assert problem(client.post("/v1/things", json={"name": "taken"}), 409)["name"] == "taken"


def test_an_outage_is_503_and_says_when_to_come_again(client: TestClient) -> None:
    answer = client.post("/v1/things", json={"name": "away"})
    assert problem(answer, 503)["detail"] == "Kafka did not acknowledge within 5 seconds."
    assert answer.headers["retry-after"] == "2"


def test_an_error_of_ours_is_500_and_tells_nothing_of_the_inside(
    client: TestClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/v1/things", json={"name": "broken"})
    body = problem(answer, 500)
    told = json.dumps(body) + caplog.text + "".join(capsys.readouterr())
    assert CANARY not in told
    assert "RuntimeError" not in json.dumps(body)
    assert body["correlation_id"] in told
    assert "test_http.py" in told


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"size": Infinity, "name": "a"}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "a\\u0000b"}',
        b'{"\\u0000": 1}',
        b'{"name": "a", "size": 99999999999999999999}',
        b"[" * 900,
    ],
)
def test_json_that_two_readers_might_read_differently_is_400(client: TestClient, body: bytes) -> None:
    problem(client.post("/v1/things", content=body, headers={"content-type": "application/json"}), 400)


def test_a_body_over_the_limit_is_413_before_it_is_read(client: TestClient) -> None:
    def never() -> Any:
        raise AssertionError("the body was read")
        yield b""

    answer = client.post("/v1/raw", content=never(), headers={"content-length": "1001"})
    assert "1,000 bytes" in problem(answer, 413)["detail"]
    assert client.post("/v1/raw", content=b"x" * 1000).json() == 1000


def test_a_body_that_does_not_say_its_length_is_counted_as_it_comes(client: TestClient) -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b"x" * 300

    problem(client.post("/v1/raw", content=endless()), 413)
    problem(client.post("/v1/things", content=endless(), headers={"content-type": "application/json"}), 413)


def test_a_length_that_is_no_number_is_not_believed(client: TestClient) -> None:
    problem(client.post("/v1/raw", content=b"x", headers={"content-length": "-1"}), 413)


def test_a_streamed_upload_has_no_limit_here(client: TestClient) -> None:
    assert client.post("/v1/upload", content=b"x" * 50_000).json() == 50_000


def test_a_nul_in_the_address_is_400(client: TestClient) -> None:
    problem(client.get("/v1/things/a%00b"), 400)
    problem(client.get("/v1/things?limit=%00"), 400)


def test_a_correlation_id_that_was_sent_is_kept_if_it_is_harmless(client: TestClient) -> None:
    kept = client.get("/v1/things/a", headers={"x-correlation-id": "req-12345678"})
    assert kept.headers["x-correlation-id"] == "req-12345678"
    made = client.get("/v1/things/a", headers={"x-correlation-id": "<script>alert(1)</script>"})
    assert "<" not in made.headers["x-correlation-id"]


def test_a_route_that_lets_anybody_in_keeps_the_application_from_being_built(settings: Settings) -> None:
    opened = APIRouter(prefix="/inner")

    @opened.get("/open")
    async def anybody() -> None: ...

    outer = APIRouter(prefix="/v1")
    outer.include_router(opened)
    with pytest.raises(Unguarded, match="/v1/inner/open"):
        application("test", token_reader(settings), [router, outer], checks={})
    app = application("test", token_reader(settings), [outer], checks={}, public={"/v1/inner/open"})
    assert TestClient(app).get("/v1/inner/open").status_code == 200


def test_a_mounted_application_counts_as_open_too(settings: Settings, tmp_path: Path) -> None:
    mounting = APIRouter()
    mounting.mount("/static", StaticFiles(directory=tmp_path))
    mounting.mount("/inner", Starlette())
    with pytest.raises(Unguarded, match="/inner"):
        application("test", token_reader(settings), [mounting], checks={}, public={"/static"})


def test_needs_of_a_whole_router_guards_its_routes(settings: Settings) -> None:
    guarded = APIRouter(dependencies=[needs("operator")])

    @guarded.get("/v1/inside")
    async def inside() -> int:
        return 1

    app = application("test", token_reader(settings), [guarded], checks={})
    assert TestClient(app).get("/v1/inside").status_code == 401
    assert TestClient(app, headers=bearer(settings, "operator")).get("/v1/inside").json() == 1


def test_a_token_may_be_somewhere_else_where_the_service_says_so(settings: Settings) -> None:
    app = application(
        "test",
        token_reader(settings),
        [router],
        checks={},
        token_of=lambda request: request.cookies.get("session"),
    )
    token = bearer(settings, "manager")["Authorization"].removeprefix("Bearer ")
    client = TestClient(app, cookies={"session": token})
    assert client.get("/v1/things/a").status_code == 200
    assert client.get("/v1/things/a", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_the_openapi_document_is_public_and_names_the_token(client: TestClient) -> None:
    document = TestClient(client.app).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["paths"]["/v1/things/{thing}"]["get"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in document["paths"]["/livez"]["get"]


def test_the_openapi_document_says_how_errors_look(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    answers = document["paths"]["/v1/things"]["post"]["responses"]
    assert list(answers["default"]["content"]) == ["application/problem+json"]
    assert "422" not in answers, "the framework's own form of it is not ours"


# --- probes ---


def probed(settings: Settings, **checks: Any) -> TestClient:
    return TestClient(application("test", token_reader(settings), [], checks=checks))


async def well() -> str | None:
    return None


async def ill() -> str | None:
    return "Kafka does not answer; start it."


async def hanging() -> str | None:
    await asyncio.sleep(60)
    return None


async def breaking() -> str | None:
    raise RuntimeError(CANARY)


def test_alive_never_asks_anybody(settings: Settings) -> None:
    client = probed(settings, kafka=hanging)
    assert client.get("/livez").json() == {"status": "alive"}


def test_ready_tells_each_check_and_its_age(settings: Settings) -> None:
    answer = probed(settings, kafka=well, postgres=well).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert set(answer.json()["checks"]) == {"kafka", "postgres"}
    assert all(check["ok"] and check["age_seconds"] >= 0 for check in answer.json()["checks"].values())


@pytest.mark.parametrize(
    ("check", "detail"),
    [(ill, "Kafka does not answer; start it."), (hanging, "No answer within"), (breaking, "RuntimeError")],
)
def test_one_check_that_is_not_well_makes_503_and_says_why(
    settings: Settings, check: Any, detail: str
) -> None:
    answer = probed(settings, kafka=check, postgres=well).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert detail in answer.json()["checks"]["kafka"]["detail"]
    assert answer.json()["checks"]["postgres"]["ok"] is True
    assert CANARY not in answer.text


def test_a_check_is_not_asked_more_often_than_once_a_second(settings: Settings) -> None:
    asked = 0

    async def count() -> str | None:
        nonlocal asked
        asked += 1
        return None

    client = probed(settings, kafka=count)
    for _ in range(5):
        client.get("/readyz")
    assert asked == 1


def test_a_stopping_process_is_not_ready(settings: Settings) -> None:
    client = probed(settings, kafka=well)
    client.app.state.readiness.draining.set()  # type: ignore[attr-defined]  # the client hides that it is ours
    assert client.get("/readyz").status_code == 503


def test_metrics_count_by_route_never_by_path(client: TestClient) -> None:
    client.get(f"/v1/things/{CANARY}")
    client.get(f"/nowhere/{CANARY}")
    text = client.get("/metrics").text
    assert 'primed_http_request_seconds_count{method="GET",route="/v1/things/{thing}",status="200"}' in text
    assert 'route="unmatched",status="404"' in text
    assert CANARY not in text


def test_a_body_parameter_of_text_is_checked_too(settings: Settings) -> None:
    texts = APIRouter()

    @texts.post("/v1/text")
    async def text(said: Annotated[str, Body()], principal: Principal = needs("manager")) -> str:
        return said

    app = application("test", token_reader(settings), [texts], checks={})
    client = TestClient(app, headers=bearer(settings, "manager"))
    assert client.post("/v1/text", json="hello").json() == "hello"
    problem(client.post("/v1/text", json=["hello"]), 422)
