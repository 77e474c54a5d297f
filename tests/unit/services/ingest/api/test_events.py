"""`POST /v1/events` as a sender meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

BATCH = "application/cloudevents-batch+json"
Make = Callable[..., dict[str, Any]]


async def test_one_event_is_in_the_log_when_202_is_answered(ingest: Any, event: Make) -> None:
    answer = await ingest.post(event())
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "refused": []})
    [record] = ingest.records()
    assert record.key == b"demo/demo/cases/7"
    assert json.loads(record.value) == {**event(), "tenant": "demo"}
    assert ("content-type", b"application/cloudevents+json") in record.headers


async def test_the_good_ones_of_a_batch_are_kept(ingest: Any, event: Make) -> None:
    bad = [event(id="e2", time="2025-03-04T09:30:00"), {"id": "e3"}, 7]
    answer = await ingest.post([event(), *bad, event(id="e4")], BATCH)
    body = answer.json()
    assert (answer.status_code, body["accepted"]) == (202, 2)
    assert [(one["index"], one["id"], one["reason"]) for one in body["refused"]] == [
        (1, "e2", "wrong-time"),
        (2, "e3", "wrong-shape"),
        (3, None, "wrong-shape"),
    ]
    assert sorted(json.loads(record.value)["id"] for record in ingest.records()) == ["e1", "e4"]


async def test_a_batch_of_bad_ones_alone_is_a_problem_with_the_same_list(ingest: Any, event: Make) -> None:
    answer = await ingest.post([event(id="e2", colour="red")], BATCH)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(one["index"], one["id"]) for one in answer.json()["refused"]] == [(0, "e2")]


async def test_one_bad_event_is_a_problem_that_says_what_to_do(ingest: Any, event: Make) -> None:
    answer = await ingest.post(event(time="2025-03-04T09:30:00"))
    body = answer.json()
    assert (answer.status_code, body["refused"][0]["field"]) == (422, "time")
    assert "offset" in body["detail"]
    assert ingest.records() == []


async def test_what_stands_twice_in_a_batch_is_sent_once(ingest: Any, event: Make) -> None:
    answer = await ingest.post([event(), event(), event(id="e2")], BATCH)
    assert answer.json() == {"accepted": 2, "duplicates": 1, "refused": []}
    assert len(ingest.records()) == 2


async def test_plain_json_may_be_either(ingest: Any, event: Make) -> None:
    assert (await ingest.post(event(), "application/json")).json()["accepted"] == 1
    assert (await ingest.post([event(), event(id="e2")], "application/json; charset=utf-8")).json()[
        "accepted"
    ] == 2
    assert (await ingest.post([], BATCH)).json() == {"accepted": 0, "refused": []}


async def test_binary_mode_is_the_same_event(ingest: Any, event: Make) -> None:
    sent = event(sequence="3", subject="demo/cases/caf\xe9")
    headers = {f"ce-{name}": text for name, text in sent.items() if name != "data"}
    headers["ce-subject"] = "demo/cases/caf%C3%A9"
    answer = await ingest.post(json.dumps(sent["data"]).encode(), "application/json", **headers)
    assert answer.status_code == 202
    expected = {**sent, "tenant": "demo", "datacontenttype": "application/json"}
    assert json.loads(ingest.records()[0].value) == expected


async def test_a_large_batch_is_taken_whole_and_in_order(ingest: Any, event: Make) -> None:
    answer = await ingest.post([event(id=f"e{n}") for n in range(100)], BATCH)
    assert answer.json()["accepted"] == 100
    assert [json.loads(record.value)["id"] for record in ingest.records()] == [f"e{n}" for n in range(100)]


async def test_the_organisation_goes_to_its_own_topic(ingest: Any, event: Make) -> None:
    joined = event(type="primed.worker.joined.v1", data={"worker": "w-1", "team": "north"})
    assert (await ingest.post(joined)).status_code == 202
    assert len(ingest.records("primed.organisation")) == 1
    assert ingest.records() == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/cloudevents+json", 400),
        (b"", "application/cloudevents+json", 400),
        (b"\xff\xfe{", "application/cloudevents+json", 400),
        (b"[{]", BATCH, 400),
        (b"[" * 99_000, BATCH, 400),
        (b"[1] trailing", BATCH, 400),
        (b"{}", BATCH, 422),
        (b"[1]", "application/cloudevents+json", 422),
        (b'"text"', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}", "application/json; charset=latin-1", 415),
        (b" " * 4_001, "application/cloudevents+json", 413),
        (b" " * 4_001 + b"{}", "application/json", 413),
        (b"[" + b"1," * 100 + b"1]", BATCH, 413),
        (b" " * 100_001, BATCH, 413),
    ],
)
async def test_a_body_that_cannot_be_taken_has_a_clear_answer(
    ingest: Any, body: bytes, kind: str, status: int
) -> None:
    answer = await ingest.post(body, kind)
    assert answer.status_code == status
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    assert ingest.records() == []


async def test_a_body_that_does_not_say_its_length_has_the_same_limit(ingest: Any) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 1_000

    headers = {**ingest.token(), "content-type": BATCH}
    answer = await ingest.client.post("/v1/events", content=endless(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("token", [None, "Bearer", "Bearer nonsense", "Basic dXNlcjpwYXNz"])
async def test_without_a_good_token_nothing_is_read(ingest: Any, event: Make, token: str | None) -> None:
    headers = {} if token is None else {"authorization": token}
    answer = await ingest.client.post("/v1/events", json=event(), headers=headers)
    assert answer.status_code == 401
    assert ingest.records() == []


@pytest.mark.parametrize(
    "role", ["practitioner", "manager", "head", "director", "finance", "analyst", "operator"]
)
async def test_only_feeders_feed(ingest: Any, event: Make, role: str) -> None:
    answer = await ingest.client.post("/v1/events", json=event(), headers=ingest.token(role))
    assert answer.status_code == 403


async def test_a_council_cannot_write_into_another(ingest: Any, event: Make) -> None:
    assert (await ingest.post(event(tenant="other"))).status_code == 422
    assert (await ingest.post(event(tenant="demo"))).status_code == 202


async def test_while_the_log_is_away_the_sender_is_asked_to_repeat(ingest: Any, event: Make) -> None:
    ingest.log.away = True
    answer = await ingest.post(event())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    ingest.log.away = False
    assert (await ingest.post(event())).status_code == 202


async def test_known_types_are_listed_with_their_schema(ingest: Any) -> None:
    answer = await ingest.client.get("/v1/types", headers=ingest.token("analyst"))
    known = {one["type"]: one for one in answer.json()["types"]}
    assert known["primed.work.received.v1"]["may_be_sent"]
    assert not known["primed.measure.changed.v1"]["may_be_sent"]
    assert "due" in json.dumps(known["primed.work.received.v1"]["data"])
