"""Packages of care and rows of exports by `POST /v1/events`: taken as written, or refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

BATCH = "application/cloudevents-batch+json"
PACKAGE = {
    "team": "north",
    "setting": "community",
    "unit_cost": 2050,
    "frequency": "Hourly",
    "units_per_week": "14.5",
    "decided_in": "demo/cases/7",
}
SAID = {
    "primed.package.started.v1": PACKAGE,
    "primed.package.changed.v1": {"setting": "nursing"},
    "primed.package.ended.v1": {"reason": "moved-home"},
    "primed.package.recorded.v1": {"status": "running", "started": "2026-05-04", **PACKAGE},
    "primed.work.recorded.v1": {
        "status": "open",
        "received": "2026-05-04",
        "kind": "review",
        "team": "north",
    },
}


def event(kind: str, data: dict[str, Any] | str, number: int = 1) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"x{number}",
        "source": "demo/care",
        "subject": f"demo/care/{number}",
        "type": kind,
        "time": "2026-06-01T00:00:00+01:00",
        "recordedtime": "2026-06-01T00:00:00+01:00",
        "timeprecision": "day",
        "data": data,
    }


async def test_each_new_type_is_in_the_log_as_it_was_written(ingest: Any) -> None:
    sent = [event(kind, data, number) for number, (kind, data) in enumerate(SAID.items())]
    answer = await ingest.post(sent, BATCH)
    assert (answer.status_code, answer.json()["accepted"]) == (202, len(SAID))
    found = {record["id"]: record["data"] for record in map(json.loads, (r.value for r in ingest.records()))}
    assert found == {one["id"]: one["data"] for one in sent}


@pytest.mark.parametrize(
    ("what", "kind", "data", "reason"),
    [
        ("an unknown frequency", "primed.package.started.v1", {"frequency": "sometimes"}, "wrong-data"),
        ("pence that are not whole", "primed.package.started.v1", {"unit_cost": 2050.5}, "wrong-number"),
        ("units as a float", "primed.package.started.v1", {"units_per_week": 14.5}, "wrong-number"),
        ("units of three decimals", "primed.package.started.v1", {"units_per_week": "1.125"}, "wrong-data"),
        ("a row without a status", "primed.work.recorded.v1", {"received": "2026-05-04"}, "wrong-data"),
        (
            "a row with a date of another age",
            "primed.work.recorded.v1",
            {"status": "open", "team_since": "1899-12-30"},
            "wrong-date",
        ),
    ],
)
async def test_what_they_may_not_say_is_refused(
    ingest: Any, what: str, kind: str, data: dict[str, Any], reason: str
) -> None:
    answer = await ingest.post(event(kind, data))
    assert (answer.status_code, answer.json()["refused"][0]["reason"]) == (422, reason), what
    assert ingest.records() == []


async def test_types_say_that_feeders_may_send_them(ingest: Any) -> None:
    answer = await ingest.client.get("/v1/types", headers=ingest.token())
    shown = {one["type"]: one for one in answer.json()["types"]}
    assert all(shown[kind]["may_be_sent"] for kind in SAID)
    assert shown["primed.package.started.v1"]["description"].startswith("What a package event may say")
