"""Lists of teams and staff, loaded into the real log: dated events, and again just what differs."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.real

UNITS = b"""Unit,Level,Unit name,Belongs to,Since,Closed,Merged into
council,council,Demoshire,,01/04/2020,,
north,team,North,council,01/04/2020,,
south,team,South,council,01/04/2020,,
"""
STAFF = b"Staff ID,Team,Joined\nw-1,north,01/05/2021\nw-2,nowhere,01/05/2021\n"
REVIEWS = b"""
format: table
source: mosaic/reviews
key: Review ID
fields: {received: Received, team: Team}
constants: {kind: review}
"""


def load(ingest: Any, body: bytes, query: str) -> dict[str, Any]:
    job: dict[str, Any] = ingest.wait(
        ingest.upload(body, query), lambda job: job["state"] not in ("queued", "running")
    )
    assert job["state"] == "done", job
    return job


async def test_a_list_loaded_again_sends_just_what_differs(ingest: Any) -> None:
    asked = "?mapping=organisation&format=organisation"
    assert load(ingest, UNITS, asked)["events"] == 3
    assert load(ingest, UNITS, asked)["events"] == 0
    assert load(ingest, STAFF, asked)["events"] == 2
    merged = UNITS.replace(b"South,council,01/04/2020,,", b"South,council,01/04/2020,01/11/2026,north")
    assert load(ingest, merged, asked)["events"] == 1
    said = await ingest.events("primed.organisation")
    assert [event["type"] for event in said][-1] == "primed.unit.closed.v1"
    assert said[-1]["data"] == {"unit": "south", "successor": "north"}
    assert {event["tenant"] for event in said} == {ingest.tenant}


async def test_a_team_that_nobody_registered_is_kept_and_counted_as_unknown(ingest: Any) -> None:
    load(ingest, UNITS, "?mapping=organisation")
    with ingest.client("operator") as client:
        kind = {"content-type": "application/yaml"}
        assert client.put("/v1/mappings/reviews", content=REVIEWS, headers=kind).status_code == 200
    body = b"Review ID,Received,Team\nR1,2026-11-02,north\nR2,2026-11-03,elsewhere\n"
    job = load(ingest, body, "?mapping=reviews&coverage=none&as_of=2026-11-10T18:00:00%2B00:00")
    assert (job["accepted"], job["events"]) == (2, 2)
    with ingest.client("analyst") as client:
        told = client.get("/v1/quality?source=mosaic/reviews").text
    assert "unknown-team" in told
    teams = {event["data"]["team"] for event in await ingest.events()}
    assert teams == {"north", "elsewhere"}
