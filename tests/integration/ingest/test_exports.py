"""Tables as case systems export them night by night: just the differences reach the log, in any order."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

import pytest

pytestmark = pytest.mark.real

MAPPING = b"""
format: table
source: mosaic/reviews
key: Review ID
fields: {received: Received, completed: Completed, team: Team, due: Due}
constants: {kind: review}
"""
HEAD = "Review ID,Received,Completed,Team,Due"
Rows = dict[str, str]


def keep(ingest: Any, name: str = "reviews") -> None:
    with ingest.client("operator") as client:
        answer = client.put(
            f"/v1/mappings/{name}", content=MAPPING, headers={"content-type": "application/yaml"}
        )
        assert answer.status_code == 200, answer.text


def table(rows: Rows) -> bytes:
    return "\n".join([HEAD, *(f"{key},{cells}" for key, cells in rows.items())]).encode()


def load(ingest: Any, rows: Rows | bytes, day: int, coverage: str = "all") -> dict[str, Any]:
    body = rows if isinstance(rows, bytes) else table(rows)
    as_of = f"2026-11-{day:02}T18:00:00%2B00:00"
    place = ingest.upload(body, f"?mapping=reviews&as_of={as_of}&coverage={coverage}")
    job: dict[str, Any] = ingest.wait(place, lambda job: job["state"] not in ("queued", "running"))
    return job


def history(events: Iterable[dict[str, Any]]) -> dict[str, list[tuple[str, str, str]]]:
    """Of each item the rows that differ from the one before, with those taken back left out."""
    events = list(events)
    gone = {event["data"]["id"] for event in events if event["type"] == "primed.event.retracted.v1"}
    rows = {event["id"]: event for event in events if event["type"] == "primed.work.recorded.v1"}
    found: dict[str, list[tuple[str, str, str]]] = {}
    for event in sorted(rows.values(), key=lambda event: event["recordedtime"]):
        if event["id"] not in gone:
            data = event["data"]
            said = (event["recordedtime"][:10], data["status"], data.get("team", ""))
            turns = found.setdefault(event["subject"].removeprefix("mosaic/reviews/"), [])
            if not turns or turns[-1][1:] != said[1:]:
                turns.append(said)
    return found


FIRST = {
    "R1": "2026-11-02,,north,2026-11-20",
    "R2": "2026-11-03,,south,",
    "R3": "2026-11-04,2026-11-09,north,",
}
SECOND = {"R1": "2026-11-02,,south,2026-11-20", "R2": "2026-11-03,,south,"}
THIRD = {"R1": "2026-11-02,2026-11-18,south,2026-11-20", "R3": "2026-11-04,2026-11-09,north,"}


async def test_the_same_table_again_changes_nothing_and_a_newer_one_sends_what_differs(ingest: Any) -> None:
    keep(ingest)
    first = load(ingest, FIRST, 10)
    assert (first["state"], first["accepted"], first["events"], first["unchanged"]) == ("done", 3, 3, 0)
    again = load(ingest, FIRST, 10)
    assert (again["state"], again["events"], again["unchanged"], again["withdrawn"]) == ("done", 0, 3, 0)
    second = load(ingest, SECOND, 12)
    assert (second["events"], second["unchanged"], second["withdrawn"]) == (2, 1, 1)
    assert history(await ingest.events()) == {
        "R1": [("2026-11-10", "open", "north"), ("2026-11-12", "open", "south")],
        "R2": [("2026-11-10", "open", "south")],
        "R3": [("2026-11-10", "completed", "north"), ("2026-11-12", "absent", "")],
    }


async def test_any_order_of_exports_comes_to_the_same_history(ingest: Any, stack: Any) -> None:
    keep(ingest)
    newest = load(ingest, THIRD, 14)
    assert (newest["state"], newest["older_than"], newest["placed"]) == ("done", None, 0)
    for day, rows, placed in ((10, FIRST, 3), (12, SECOND, 1)):
        older = load(ingest, rows, day)
        assert (older["state"], older["placed"]) == ("done", placed)
        assert older["older_than"].startswith("2026-11-14T18:00")
    assert history(await ingest.events()) == {
        "R1": [
            ("2026-11-10", "open", "north"),
            ("2026-11-12", "open", "south"),
            ("2026-11-14", "completed", "south"),
        ],
        "R2": [("2026-11-10", "open", "south"), ("2026-11-14", "absent", "")],
        "R3": [
            ("2026-11-10", "completed", "north"),
            ("2026-11-12", "absent", ""),
            ("2026-11-14", "completed", "north"),
        ],
    }


async def test_what_lies_outside_the_coverage_is_left_alone(ingest: Any) -> None:
    keep(ingest)
    load(ingest, FIRST, 10)
    later = load(ingest, {"R3": FIRST["R3"]}, 12, "received:2026-11-03..2026-11-30")
    assert (later["withdrawn"], later["unchanged"]) == (1, 1)
    assert history(await ingest.events())["R1"] == [("2026-11-10", "open", "north")]


async def test_a_broken_table_withdraws_nothing(ingest: Any) -> None:
    keep(ingest)
    load(ingest, FIRST, 10)
    broken = load(ingest, table({"R1": SECOND["R1"]}) + b'\nR2,"' + b"x" * 200_000, 12)
    assert (broken["state"], broken["withdrawn"], broken["events"]) == ("failed", 0, 1)
    assert "quotation mark" in broken["error"]
    refused = load(ingest, {"R1": SECOND["R1"], "R2": "31/02/2026,,south,", "R3": FIRST["R3"]}, 13)
    assert (refused["refused"], refused["withdrawn"]) == (1, 0), "a row that is refused is there all the same"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?mapping=reviews", "Say when the file was true"),
        ("?mapping=reviews&as_of=2026-11-10T18:00:00Z", "Say what the file covers"),
        ("?mapping=reviews&as_of=2026-11-10T18:00:00Z&coverage=started:..", "no date that the mapping fills"),
        ("?mapping=reviews&as_of=2026-11-10T18:00:00Z&coverage=due:2026-11-31..", "does not exist"),
        ("?mapping=reviews&as_of=2026-11-10T18:00:00Z&coverage=due:2026-11-30..2026-11-01", "before it"),
    ],
)
async def test_as_of_and_coverage_are_never_guessed(ingest: Any, query: str, says: str) -> None:
    keep(ingest)
    with ingest.client() as client:
        answer = client.post(f"/v1/imports{query}", content=table(FIRST))
    assert answer.status_code == 422
    assert says in answer.text
    assert ingest.uploads == []


@pytest.mark.faults
async def test_killed_again_and_again_an_import_says_each_difference_once(ingest: Any) -> None:
    keep(ingest)
    rng = random.Random(7)
    before = {f"R{n}": f"2026-11-02,,{rng.choice(['north', 'south'])}," for n in range(6_000)}
    after = {key: cells.replace("north", "east") for key, cells in before.items() if rng.random() < 0.9}
    load(ingest, before, 10)
    place = ingest.upload(table(after), "?mapping=reviews&as_of=2026-11-12T18:00:00%2B00:00&coverage=all")
    for _ in range(4):
        time.sleep(rng.uniform(0.05, 0.4))
        ingest.process.kill()
        ingest.process.start()
    job = ingest.wait(place, lambda job: job["state"] not in ("queued", "running"))
    assert job["state"] == "done"
    found = history(await ingest.events())
    for key, cells in before.items():
        team = cells.split(",")[2]
        expected = [("2026-11-10", "open", team)]
        if key not in after:
            expected.append(("2026-11-12", "absent", ""))
        elif team == "north":
            expected.append(("2026-11-12", "open", "east"))
        assert found[key] == expected, key


async def test_single_events_of_an_exported_item_are_refused_others_of_the_source_taken(ingest: Any) -> None:
    keep(ingest)
    load(ingest, FIRST, 10)

    def single(key: str) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"single-{key}",
            "source": "mosaic/reviews",
            "type": "primed.work.completed.v1",
            "subject": f"mosaic/reviews/{key}",
            "time": "2026-11-11T09:00:00+00:00",
            "data": {},
        }

    with ingest.client() as client:
        answer = client.post("/v1/events", json=[single("R1"), single("R9")])
        assert answer.status_code == 202, answer.text
        assert [(one["id"], one["reason"]) for one in answer.json()["refused"]] == [
            ("single-R1", "mixed-feed")
        ]


async def test_what_the_fields_of_a_table_are_worth_is_told_worst_first(ingest: Any) -> None:
    keep(ingest)
    rows = [
        "R1,2026-11-02,,north,",
        "R2,,,north,",
        "R1,2026-11-02,,north,",
        "R3,2026-11-09,2026-11-04,north,",
    ]
    job = load(ingest, "\n".join([HEAD, *rows]).encode(), 10)
    assert (job["accepted"], job["refused"], job["share"]) == (3, 1, 1.0)
    with ingest.client("analyst") as client:
        told = client.get("/v1/quality?source=mosaic/reviews").json()
        [day] = told["series"]
        assert client.get("/v1/quality?source=another").json()["checked"] == 0
        months = client.get("/v1/quality/over-time?source=mosaic/reviews").json()
        weeks = client.get("/v1/quality/over-time?grain=week").json()
    for said in (months, weeks):
        (source,) = said["sources"]
        (point,) = source["points"]
        assert (point["checked"], point["faulty"]) == (told["checked"], told["faulty"])
        assert {one["field"] for one in said["fields"]} == {one["field"] for one in told["fields"]}
    assert months["sources"][0]["points"][0]["first"].endswith("-01")
    fields = {one["field"]: one for one in told["fields"]}
    assert [one["field"] for one in told["fields"][-2:]] == ["due", "team"]
    assert {name: one["faulty"] for name, one in fields.items() if one["faulty"]} == {
        "key": 1,
        "received": 1,
        "completed": 1,
    }
    assert fields["key"]["examples"] == [{"result": "duplicate", "import": job["id"], "rows": [4]}]
    assert fields["received"]["results"]["missing"] == 1
    assert fields["completed"]["results"]["ends-before-start"] == 1
    assert (day["imports"], day["faulty"], told["imports"][0]["id"]) == (1, 3, job["id"])
