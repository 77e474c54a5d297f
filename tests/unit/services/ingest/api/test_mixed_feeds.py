"""A source feeds an item by exports or by single events: the other is refused while its sender listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Make = Callable[..., dict[str, Any]]
BATCH = "application/cloudevents-batch+json"


async def test_single_events_of_an_item_that_exports_show_are_refused_with_the_remedy(
    ingest: Any, event: Make
) -> None:
    ingest.exported.items = {("demo/cases", "7")}
    answer = await ingest.post(event())
    assert answer.status_code == 422
    assert answer.json()["refused"][0]["reason"] == "mixed-feed"
    assert "a source of their own" in answer.json()["detail"]
    assert ingest.records() == []


async def test_the_other_items_of_the_source_and_of_a_batch_are_taken(ingest: Any, event: Make) -> None:
    ingest.exported.items = {("demo/cases", "7")}
    others = [event(id="e2", subject="demo/cases/8"), event(id="e3", source="other", subject="other/7")]
    answer = await ingest.post([event(), *others], BATCH)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [(one["index"], one["reason"]) for one in answer.json()["refused"]] == [(0, "mixed-feed")]
    assert len(ingest.records()) == 2


async def test_rows_and_retractions_of_such_an_item_are_taken(ingest: Any, event: Make) -> None:
    ingest.exported.items = {("demo/cases", "7")}
    row = event("recorded", {"status": "open", "kind": "review", "received": "2025-03-01"}, id="row")
    row["recordedtime"] = row["time"]
    taken_back = event(data={"source": "demo/cases", "id": "e0"}, type="primed.event.retracted.v1", id="back")
    answer = await ingest.post([row, taken_back], BATCH)
    assert (answer.status_code, answer.json()["refused"]) == (202, [])


async def test_packages_are_held_to_it_too(ingest: Any, event: Make) -> None:
    ingest.exported.items = {("demo/cases", "7")}
    package = event(type="primed.package.started.v1", data={"setting": "nursing", "unit_cost": 100})
    answer = await ingest.post(package)
    assert (answer.status_code, answer.json()["refused"][0]["reason"]) == (422, "mixed-feed")
