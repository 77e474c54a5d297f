"""Meetings over HTTP on a real Postgres: the agenda fills itself, and nothing due is passed over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.actions.conftest import Asker, Council

pytestmark = pytest.mark.real

PLAN = {"unit": "north", "title": "Team meeting", "starts": "2026-11-23T10:00:00+00:00"}


async def scheduled(who: Asker, **change: Any) -> dict[str, Any]:
    return await who.did("/v1/meetings", {**PLAN, **change})


async def started(who: Asker, **change: Any) -> dict[str, Any]:
    made = await scheduled(who, **change)
    return await who.did(f"/v1/meetings/{made['id']}/start", version=1)


async def agreed(who: Asker, text: str, deadline: str, **more: Any) -> dict[str, Any]:
    return await who.did(
        "/v1/commitments", {"unit": "north", "text": text, "owner": "w-1", "deadline": deadline, **more}
    )


async def held(who: Asker) -> dict[str, Any]:
    meeting = await started(who)
    return await who.did(f"/v1/meetings/{meeting['id']}/close", version=2)


def texts(commitments: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in commitments]


async def test_scheduled_held_and_closed(service: Council, manager: Asker) -> None:
    answer = await manager.post("/v1/meetings", PLAN)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["chair"], made["version"]) == ("scheduled", None, 1)
    path = f"/v1/meetings/{made['id']}"
    assert answer.headers["Location"] == path
    begun = await manager.did(f"{path}/start", version=1)
    assert (begun["state"], begun["chair"], begun["started_at"]) == (
        "in_progress",
        "w-9",
        "2026-11-23T09:30:00Z",
    )
    decided = await manager.did(f"{path}/decisions", {"text": "Move two workers."}, version=2)
    assert decided["decisions"] == [{"text": "Move two workers.", "by": "w-9"}]
    closed = await manager.did(f"{path}/close", version=3)
    assert (closed["state"], closed["version"]) == ("closed", 4)
    assert await manager.saw(path) == closed
    after = await manager.post(f"{path}/decisions", {"text": "One more."}, version=4)
    assert after.status_code == 409


async def test_the_agenda_begins_with_last_meetings_commitments(service: Council, manager: Asker) -> None:
    await agreed(manager, "Ended before the last meeting.", "2026-11-24")
    early = (await manager.saw("/v1/commitments"))["items"][0]
    await manager.did(f"/v1/commitments/{early['id']}/complete", {"outcome": "Done."}, version=1)
    service.pass_days(1)
    last = await started(manager)
    at_last = await agreed(manager, "Made at the last meeting.", "2026-11-27", meeting=last["id"])
    await agreed(manager, "Open and due later.", "2026-12-10")
    await manager.did(f"/v1/meetings/{last['id']}/close", version=2)
    service.pass_days(1)
    between = await agreed(manager, "Made between and done.", "2026-11-30")
    await manager.did(f"/v1/commitments/{between['id']}/complete", {"outcome": "Done."}, version=1)
    await agreed(service.as_("manager", "south"), "Another team's.", "2026-11-27", unit="south", owner="w-3")
    service.pass_days(6)
    this = await started(manager)
    await agreed(manager, "Made at this meeting.", "2026-12-20", meeting=this["id"])
    this = await manager.saw(f"/v1/meetings/{this['id']}")
    assert texts(this["agenda"]["last_commitments"]) == [
        "Made at the last meeting.",
        "Open and due later.",
        "Made between and done.",
    ]
    assert this["agenda"]["reports"] == ["workload", "completed", "outcomes"]
    assert texts(this["agreed"]) == ["Made at this meeting."]
    assert this["to_review"] == [at_last["id"]]
    assert this["agenda"]["last_commitments"][0]["late"] is True


async def test_it_cannot_close_over_what_is_due(service: Council, manager: Asker) -> None:
    one = await agreed(manager, "Ring the ten longest waits.", "2026-11-24")
    two = await agreed(manager, "Ask the panel for a second day.", "2026-11-25")
    three = await agreed(manager, "Tell the front door.", "2026-11-25")
    await agreed(manager, "Due tomorrow.", "2026-11-26")
    service.pass_days(2)
    meeting = await started(manager)
    path = f"/v1/meetings/{meeting['id']}"
    assert set(meeting["to_review"]) == {one["id"], two["id"], three["id"]}
    refused = await manager.post(f"{path}/close", version=2)
    assert refused.status_code == 409
    problem = refused.json()
    assert set(problem["commitments"]) == {one["id"], two["id"], three["id"]}
    assert "Ring the ten longest waits." in problem["detail"]
    note = {"commitment": one["id"], "note": "Six of ten are rung."}
    reviewed = await manager.did(f"{path}/review", note, version=2)
    assert reviewed["reviewed"] == [{**note, "by": "w-9"}]
    await manager.did(f"/v1/commitments/{two['id']}/complete", {"outcome": "Granted."}, version=1)
    moved = {"deadline": "2026-12-04", "reason": "The manager there is away.", "meeting": meeting["id"]}
    still = await manager.post(f"{path}/close", version=3)
    assert still.json()["commitments"] == [three["id"]]
    await manager.did(f"/v1/commitments/{three['id']}/carry-forward", moved, version=1)
    closed = await manager.did(f"{path}/close", version=3)
    assert closed["state"] == "closed"


async def test_only_what_belongs_to_the_unit_is_reviewed(service: Council, manager: Asker) -> None:
    theirs = await agreed(service.as_("manager", "south"), "Theirs.", "2026-11-25", unit="south", owner="w-3")
    meeting = await started(manager)
    answer = await manager.post(
        f"/v1/meetings/{meeting['id']}/review", {"commitment": theirs["id"], "note": "Well."}, version=2
    )
    assert answer.status_code == 422
    assert theirs["id"] in answer.json()["detail"]


async def test_nothing_is_agreed_at_a_meeting_that_is_not_held(service: Council, manager: Asker) -> None:
    planned, closed = await scheduled(manager), await held(manager)
    for meeting in (planned, closed):
        body = {"unit": "north", "text": "It.", "owner": "w-1", "deadline": "2026-12-01"}
        answer = await manager.post("/v1/commitments", {**body, "meeting": meeting["id"]})
        assert answer.status_code == 409
        assert "not in progress" in answer.json()["detail"]
    other = await started(service.as_("manager", "south"), unit="south")
    answer = await manager.post("/v1/commitments", {**body, "meeting": other["id"]})
    assert answer.status_code == 422


async def test_a_services_meeting_gives_commitments_to_its_teams(service: Council) -> None:
    head = service.as_("head", "long-term", "w-8")
    meeting = await started(head, unit="long-term")
    made = await agreed(head, "For team north.", "2026-12-01", meeting=meeting["id"])
    assert made["unit"] == "north"
    assert texts((await head.saw(f"/v1/meetings/{meeting['id']}"))["agreed"]) == ["For team north."]


async def test_agreeing_and_closing_at_once_keeps_both_or_refuses_one(manager: Asker) -> None:
    for _ in range(5):
        meeting = await started(manager)
        body = {
            "unit": "north",
            "text": "It.",
            "owner": "w-1",
            "deadline": "2026-12-01",
            "meeting": meeting["id"],
        }
        close, *made = await asyncio.gather(
            manager.post(f"/v1/meetings/{meeting['id']}/close", version=2),
            *(manager.post("/v1/commitments", body) for _ in range(4)),
        )
        assert close.status_code == 200
        assert {answer.status_code for answer in made} <= {201, 409}
        now = await manager.saw(f"/v1/meetings/{meeting['id']}")
        assert len(now["agreed"]) == sum(answer.status_code == 201 for answer in made)
        assert now["state"] == "closed"


async def test_fifty_racing_closings_have_one_winner(manager: Asker) -> None:
    meeting = await started(manager)
    path = f"/v1/meetings/{meeting['id']}/close"
    answers = await asyncio.gather(*(manager.post(path, version=2) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49


async def test_a_repeated_start_gives_the_first_answer(manager: Asker) -> None:
    made = await scheduled(manager)
    path = f"/v1/meetings/{made['id']}/start"
    first = await manager.post(path, version=1, key="start-1")
    await manager.did(f"/v1/meetings/{made['id']}/decisions", {"text": "Go."}, version=2)
    again = await manager.post(path, version=1, key="start-1")
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert again.json() == first.json()
    assert (await manager.saw(f"/v1/history/meeting/{made['id']}"))["version"] == 3


async def test_lists_show_the_latest_first(service: Council) -> None:
    head = service.as_("head", "long-term", "w-8")
    await scheduled(head, title="First", starts="2026-11-02T10:00:00+00:00")
    await scheduled(head, title="Third", starts="2026-11-30T10:00:00+00:00", unit="south")
    await scheduled(head, title="Second", starts="2026-11-30T10:30:00+01:00", unit="long-term")

    async def titles(**query: Any) -> list[str]:
        return [one["title"] for one in (await head.saw("/v1/meetings", **query))["items"]]

    assert await titles() == ["Third", "Second", "First"]
    assert await titles(unit="north") == ["First"]
    assert await titles(state="closed") == []
    first = await head.saw("/v1/meetings", limit=2)
    rest = await head.saw("/v1/meetings", limit=2, cursor=first["next_cursor"])
    assert [one["title"] for one in first["items"] + rest["items"]] == ["Third", "Second", "First"]


@pytest.mark.parametrize(
    "change",
    [{"starts": "2026-11-23T10:00:00"}, {"starts": "soon"}, {"title": " "}, {"title": "x" * 201}],
)
async def test_a_plan_without_time_or_title_is_refused(manager: Asker, change: dict[str, str]) -> None:
    answer = await manager.post("/v1/meetings", {**PLAN, **change})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(change))
