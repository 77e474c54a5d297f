"""Commands over HTTP: versions, keys, and one answer for one command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Response
from fastapi.testclient import TestClient

from eventlog.event_store import Command, NewEvent
from eventlog.memory import MemoryEventStore
from runtime.auth import Principal, TokenIssuer, needs, token_reader
from runtime.commands import Answer, Order, once, ordered, versioned
from runtime.http import application
from runtime.settings import Settings


def routes(store: MemoryEventStore) -> APIRouter:
    """A small service of things that can be made and painted."""
    router = APIRouter()

    def command(order: Order, answer: Answer) -> Command | None:
        return None if order.key is None else Command(order.key, order.fingerprint, answer.kept())

    async def answered(order: Order) -> bytes | None:
        return await store.answered(Command(order.key or "", order.fingerprint))

    async def append(thing: str, expected: int, order: Order, answer: Answer) -> Answer:
        await store.append(thing, expected, [NewEvent("t", b"{}")], command=command(order, answer))
        return answer

    @router.post("/v1/things/{thing}")
    async def make(
        thing: str, said: dict[str, str], principal: Principal = needs("manager"), order: Order = ordered()
    ) -> Response:
        answer = Answer(
            {"made": said, "by": principal.subject}, 201, version=1, location=f"/v1/things/{thing}"
        )
        return await once(order, lambda: append(thing, 0, order, answer), lambda: answered(order))

    @router.post("/v1/things/{thing}/paint")
    async def paint(
        thing: str, said: dict[str, str], principal: Principal = needs("manager"), order: Order = versioned()
    ) -> Response:
        assert order.expected is not None
        answer = Answer({"painted": said}, version=order.expected + 1)
        expected = order.expected
        return await once(order, lambda: append(thing, expected, order, answer), lambda: answered(order))

    return router


@pytest.fixture
def as_person(tmp_path: Path) -> Callable[[str], TestClient]:
    settings = Settings(home=tmp_path, bind="127.0.0.1", oidc_issuer="")
    app = application("test", token_reader(settings), [routes(MemoryEventStore())], checks={})

    def client(subject: str = "w-1") -> TestClient:
        token = TokenIssuer(settings.keys).issue("manager", None, "demo", subject, 60)
        return TestClient(app, headers={"Authorization": f"Bearer {token}"})

    return client


@pytest.fixture
def client(as_person: Callable[[str], TestClient]) -> TestClient:
    return as_person("w-1")


def test_an_answer_carries_version_and_place(client: TestClient) -> None:
    made = client.post("/v1/things/a", json={"colour": "red"})
    assert (made.status_code, made.headers["etag"], made.headers["location"]) == (201, '"1"', "/v1/things/a")
    painted = client.post("/v1/things/a/paint", json={}, headers={"If-Match": made.headers["etag"]})
    assert (painted.status_code, painted.headers["etag"]) == (200, '"2"')


def test_a_command_on_what_exists_must_say_which_version_it_saw(client: TestClient) -> None:
    client.post("/v1/things/a", json={})
    answer = client.post("/v1/things/a/paint", json={})
    assert answer.status_code == 428
    assert "If-Match" in answer.json()["detail"]


@pytest.mark.parametrize("seen", ['"0"', '"2"', '"99"', "1", "*", '"x"', '"-1"', '"1", "2"'])
def test_a_stale_or_odd_version_is_412_and_nothing_happens(client: TestClient, seen: str) -> None:
    client.post("/v1/things/a", json={})
    assert client.post("/v1/things/a/paint", json={}, headers={"If-Match": seen}).status_code == 412
    assert client.post("/v1/things/a/paint", json={}, headers={"If-Match": '"1"'}).status_code == 200


def same(first: Any, again: Any) -> None:
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("etag") == first.headers.get("etag")
    assert again.headers.get("location") == first.headers.get("location")


def test_a_repeat_with_the_same_key_gets_the_first_answer(client: TestClient) -> None:
    headers = {"Idempotency-Key": "6f0c"}
    first = client.post("/v1/things/a", json={"colour": "é☃"}, headers=headers)
    again = client.post("/v1/things/a", json={"colour": "é☃"}, headers=headers)
    same(first, again)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    painting = {"If-Match": '"1"', "Idempotency-Key": "6f0d"}
    same(
        client.post("/v1/things/a/paint", json={}, headers=painting),
        client.post("/v1/things/a/paint", json={}, headers=painting),
    )


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/things/a", {"colour": "blue"}), ("/v1/things/b", {"colour": "red"})]
)
def test_the_same_key_for_something_else_is_422(client: TestClient, path: str, body: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "6f0c"}
    assert client.post("/v1/things/a", json={"colour": "red"}, headers=headers).status_code == 201
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == 422
    assert "use a new key" in answer.json()["detail"]


def test_a_key_belongs_to_who_sent_it(as_person: Callable[[str], TestClient]) -> None:
    headers = {"Idempotency-Key": "1"}
    mine = as_person("w-1").post("/v1/things/a", json={"colour": "red"}, headers=headers)
    theirs = as_person("w-2").post("/v1/things/b", json={"colour": "blue"}, headers=headers)
    assert (mine.json()["by"], theirs.json()["by"]) == ("w-1", "w-2")


@pytest.mark.parametrize("key", ["", "x" * 201, "with space"])
def test_a_key_that_is_none_is_400(client: TestClient, key: str) -> None:
    assert client.post("/v1/things/a", json={}, headers={"Idempotency-Key": key}).status_code == 400


def test_without_a_key_each_command_counts(client: TestClient) -> None:
    assert client.post("/v1/things/a", json={}).status_code == 201
    assert client.post("/v1/things/a", json={}).status_code == 412


def test_what_was_kept_is_what_is_answered() -> None:
    answer = Answer({"text": 'é "quoted"\n', "n": [1, None, True]}, 201, 7, "/v1/x")
    assert Answer.of(answer.kept()) == answer
