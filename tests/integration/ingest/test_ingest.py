"""Ingest on the real Kafka and Postgres: what it promised is in the log, whatever happened meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from eventlog.codec import dead_letter
from eventlog.kafka import KafkaProducer
from eventlog.records import Message, Record
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.real
Make = Callable[..., dict[str, Any]]


async def test_what_is_accepted_is_in_the_log_and_nothing_else(ingest: Any, event: Make) -> None:
    with ingest.client() as client:
        assert client.post("/v1/events", json=event()).json() == {"accepted": 1, "refused": []}
        batch = [event(2), event(3, time="2025-03-04"), event(4)]
        assert client.post("/v1/events", json=batch).json()["accepted"] == 2
        assert (
            client.post("/v1/events", content=b"{", headers={"content-type": "application/json"}).status_code
            == 400
        )
    assert sorted(one["id"] for one in await ingest.events()) == ["e1", "e2", "e4"]


async def test_while_kafka_is_frozen_senders_are_told_soon_and_nothing_accepted_is_lost(
    ingest: Any, stack: Any, event: Make
) -> None:
    with ingest.client() as client:
        assert client.post("/v1/events", json=event()).status_code == 202
        os.kill(stack.kafka.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            answer = client.post("/v1/events", json=event(2))
            assert (answer.status_code, time.monotonic() - began < 6) == (503, True)
            assert int(answer.headers["retry-after"]) > 0
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["checks"]["kafka"]["ok"]) == (503, False)
        finally:
            os.kill(stack.kafka.pid, signal.SIGCONT)
        until = time.monotonic() + PATIENCE_S
        while client.post("/v1/events", json=event(3)).status_code != 202:
            assert time.monotonic() < until
    assert {"e1", "e3"} <= {one["id"] for one in await ingest.events()} <= {"e1", "e2", "e3"}


async def test_the_receipt_log_twice_is_the_same_events_twice(ingest: Any, receipt: bytes) -> None:
    for _ in range(2):
        place = ingest.upload(receipt, "?mapping=receipt&name=receipt.xes.gz")
        job = ingest.wait(place, lambda job: job["state"] not in ("queued", "running"))
        assert (job["state"], job["rows_read"], job["accepted"], job["refused"]) == ("done", 1434, 1434, 0)
    events = await ingest.events()
    kinds = Counter(one["type"].split(".")[2] for one in events)
    assert kinds == {"received": 2868, "allocated": 2868, "started": 2868, "completed": 2658}
    bodies = Counter(json.dumps(one, sort_keys=True) for one in events)
    assert set(bodies.values()) == {2}
    assert ingest.uploads == []


async def test_progress_is_told_as_it_happens(ingest: Any, event: Make) -> None:
    lines = b"".join(json.dumps(event(n)).encode() + b"\n" for n in range(3_000))
    place = ingest.upload(lines)
    with ingest.client() as client, client.stream("GET", f"{place}/events") as stream:
        told = [line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: ")]
    last = json.loads(told[-1])
    assert (last["state"], last["rows_read"], last["events"]) == ("done", 3_000, 3_000)
    assert [json.loads(one)["rows_read"] for one in told] == sorted(
        json.loads(one)["rows_read"] for one in told
    )


async def test_rejects_say_which_row_and_what_to_do(ingest: Any, event: Make) -> None:
    lines = [json.dumps(event()), "{", json.dumps(event(3, time="today")), json.dumps(event(4))]
    place = ingest.upload("\n".join(lines).encode())
    job = ingest.wait(place, lambda job: job["state"] == "done")
    assert (job["accepted"], job["refused"]) == (2, 2)
    with ingest.client() as client:
        table = client.get(job["rejects"]).text.splitlines()
    assert table[0] == "row,column,value,reason,remedy"
    assert [line.split(",")[0] for line in table[1:]] == ["2", "3"]


async def test_a_file_that_breaks_off_keeps_what_was_read(ingest: Any, receipt: bytes) -> None:
    place = ingest.upload(receipt[:100_000], "?mapping=receipt")
    job = ingest.wait(place, lambda job: job["state"] == "failed")
    assert "gzip" in job["error"]
    assert len({one["subject"] for one in await ingest.events()}) == job["accepted"] > 100


async def test_an_import_can_be_cancelled(ingest: Any, event: Make) -> None:
    place = ingest.upload(b"".join(json.dumps(event(n)).encode() + b"\n" for n in range(30_000)))
    ingest.wait(place, lambda job: job["rows_read"] > 0)
    with ingest.client() as client:
        assert client.post(f"{place}/cancel").json()["state"] == "cancelled"
    await asyncio.sleep(1)
    job = ingest.wait(place, lambda job: True)
    assert (job["state"], job["rows_read"] < 30_000) == ("cancelled", True)
    assert ingest.uploads == []


async def test_a_mapping_is_kept_with_its_versions(ingest: Any) -> None:
    body = "format: xes\nsource: s\nkey: k\nevents: {received: {time: t}}\n"
    with ingest.client("operator") as client:
        assert client.get("/v1/mappings/mine").status_code == 404
        versions = [client.put("/v1/mappings/mine", content=body).json()["version"] for _ in range(2)]
        assert versions == [1, 2]
        stale = client.put("/v1/mappings/mine", content=body, headers={"if-match": '"1"'})
        assert stale.status_code == 412
        names = [one["name"] for one in client.get("/v1/mappings").json()["mappings"]]
        assert {"cld", "mine", "organisation", "receipt", "steps"} == set(names)


async def test_a_dead_letter_is_found_mended_and_sent_again(ingest: Any, stack: Any, event: Make) -> None:
    poison = Record("primed.case-events", 3, 17, 0, f"{ingest.tenant}/demo/cases/9".encode(), b"{poison")
    letter: Message = dead_letter(poison, "not-json", "metrics")
    producer = await KafkaProducer.start(stack.bootstrap)
    await producer.send([letter])
    await producer.close()
    with ingest.client("operator") as client:
        [listed] = client.get("/v1/dead-letters").json()["dead_letters"]
        assert (listed["reason"], listed["offset"], listed["bytes"]) == ("not-json", "17", 7)
        path = f"/v1/dead-letters/{listed['id']}"
        assert client.get(path).json()["value"] == "{poison"
        assert client.post(f"{path}/replay").status_code == 422
        assert client.post(f"{path}/replay", json=event(9)).status_code == 202
    assert [one["id"] for one in await ingest.events()] == ["e9"]
