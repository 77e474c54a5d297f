"""A national return loaded twice, then a newer one, as a council does; and nothing of anybody left behind."""

from __future__ import annotations

import gzip
import json
from typing import Any

import asyncpg
import pytest

from tests.returns import CANARIES, file, told

pytestmark = pytest.mark.real

FREE = "Persephone Quillfeather P00017 of ZZ99 4WZ, born 17/08/1941"
FIRST = [
    told("request", Event_Description=FREE),
    told("assessment", Event_Reference="P00017/4"),
    told("review", Event_Outcome=FREE),
    told("service"),
    told("service", Event_Reference="S-1", Event_End_Date="01/08/2026"),
    told("service", Event_Reference="S-2", Service_Component="Meals", Unit_Cost=FREE),
    told("review", Event_Type=FREE),
]


def load(ingest: Any, body: bytes, day: int, query: str = "") -> dict[str, Any]:
    place = ingest.upload(body, f"?as_of=2026-10-{day:02}T18:00:00%2B01:00{query}")
    job: dict[str, Any] = ingest.wait(place, lambda job: job["state"] not in ("queued", "running"))
    assert job["state"] == "done", job
    return job


async def test_a_return_twice_then_a_newer_one_and_nothing_of_anybody_is_left(ingest: Any) -> None:
    first = load(ingest, gzip.compress(file(*FIRST).encode("utf-16")), 5)
    assert (first["format"], first["mapping"], first["coverage"]["field"]) == (
        "cld",
        "cld",
        "reporting-period",
    )
    assert (first["events"], first["refused"], first["accepted"]) == (4, 2, 5)
    again = load(ingest, file(*FIRST).encode(), 5)
    assert (again["events"], again["unchanged"], again["withdrawn"]) == (0, 4, 0)
    dearer = told("service", Unit_Cost="22.00")
    newer = load(ingest, file(FIRST[0], FIRST[1], dearer).encode(), 9, "&mapping=cld&format=cld")
    assert (newer["events"], newer["unchanged"], newer["withdrawn"]) == (2, 2, 1)
    events = await ingest.events()
    people = {event["data"]["person"] for event in events if "person" in event["data"]}
    assert len(people) == 1, "one person is one random id in every event"
    assert "key of this test" not in str(people)
    cost = [event["data"]["unit_cost"] for event in events if event["type"] == "primed.package.recorded.v1"]
    assert cost == [2050, 2200]
    left = [*map(json.dumps, events), *_answers(ingest, first), await _kept(ingest), _logged(ingest)]
    assert [canary for canary in CANARIES for text in left if canary.lower() in text.lower()] == []
    assert list(ingest.uploads) == []


async def test_a_return_of_periods_with_a_gap_must_be_told_what_it_covers(ingest: Any) -> None:
    gap = told("review", Reporting_Period_Start_Date="01/11/2026", Reporting_Period_End_Date="30/11/2026")
    body = file(told("request"), gap).encode()
    place = ingest.upload(body, "?as_of=2026-12-05T18:00:00%2B00:00")
    job = ingest.wait(place, lambda job: job["state"] not in ("queued", "running"))
    assert job["state"] == "failed"
    assert "reporting periods leave gaps" in job["error"]
    named = load(ingest, body, 5, "&coverage=reported:2026-04-01..2026-11-30")
    assert named["events"] == 2


async def test_somebody_who_was_erased_is_in_no_later_return(ingest: Any) -> None:
    load(ingest, file(told("request")).encode(), 5)
    with ingest.client("operator") as client:
        receipts = [client.post("/v1/people/erase", json={"identifier": "P00017"}).json() for _ in range(2)]
    assert [receipt["erased"] for receipt in receipts] == [True, False]
    load(ingest, file(told("request", Event_Outcome="NFA: Deceased")).encode(), 9)
    first, later = await ingest.events()
    assert ("person" in first["data"], "person" in later["data"]) == (True, False)


def _answers(ingest: Any, job: dict[str, Any]) -> list[str]:
    """What people are shown of the import."""
    with ingest.client("operator") as client:
        places = (f"/v1/imports/{job['id']}", f"/v1/imports/{job['id']}/rejects", "/v1/quality")
        answers = [client.get(place) for place in places]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert "(hidden)" in answers[1].text
    return [answer.text for answer in answers]


async def _kept(ingest: Any) -> str:
    """All that ingest keeps in its tables."""
    connection = await asyncpg.connect(ingest.process.dsn)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'ingest'")
        assert {"pseudonym", "turn", "reject"} <= {row["tablename"] for row in names}
        kept = []
        for row in names:
            rows = await connection.fetch(f'SELECT * FROM ingest."{row["tablename"]}"')
            kept += [" ".join(_text(value) for value in one.values()) for one in rows]
        return "\n".join(kept)
    finally:
        await connection.close()


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _logged(ingest: Any) -> str:
    text: str = (ingest.process.home / "ingest.log").read_text("utf-8")
    return text
