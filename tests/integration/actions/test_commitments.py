"""Commitments over HTTP on a real Postgres: agreed, kept, moved, refused; once and by whom they are."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar

from tests.integration.actions.conftest import Asker, Council

pytestmark = pytest.mark.real

WISH: dict[str, Any] = {
    "unit": "north",
    "text": "Close the five oldest reviews.",
    "owner": "w-1",
    "deadline": "2026-12-04",
}


async def agreed(who: Asker, **change: Any) -> dict[str, Any]:
    return await who.did("/v1/commitments", {**WISH, **change})


async def test_agreed_and_found_again(manager: Asker) -> None:
    answer = await manager.post("/v1/commitments", WISH)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == f"/v1/commitments/{made['id']}"
    assert answer.headers["ETag"] == '"1"'
    found = await manager.get(f"/v1/commitments/{made['id']}")
    assert found.headers["ETag"] == '"1"'
    assert found.json() == made
    assert {name: made[name] for name in WISH} == WISH
    assert (made["state"], made["late"], made["version"]) == ("open", False, 1)
    assert made["agreed_at"] == "2026-11-23T09:30:00Z"


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"owner": None}, "one owner"),
    ({"owner": "w-77"}, "w-77"),
    ({"deadline": None}, "needs a deadline"),
    ({"deadline": "2026-11-31"}, "no date"),
    ({"deadline": "2026-11-22"}, "has passed"),
    ({"text": "x" * 2001}, "2001 characters"),
    ({"escalation": "e-unheard"}, "e-unheard"),
    ({"meeting": "m-unheard"}, "m-unheard"),
)


async def test_refused_with_a_sentence(manager: Asker) -> None:
    for change, said in REFUSED:
        answer = await manager.post("/v1/commitments", {**WISH, **change})
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert said in problem["detail"]
        assert problem["errors"][0]["field"] == next(iter(change))
    assert (await manager.saw("/v1/commitments"))["items"] == []


OTHER_SHAPES: tuple[dict[str, Any], ...] = (
    {"owner": ["w-1", "w-2"]},
    {"owner": 7},
    {"deadline": 20261204},
    {"text": None},
    {"person": "p-1"},
)


async def test_a_body_of_another_shape_is_refused(manager: Asker) -> None:
    for change in OTHER_SHAPES:
        answer = await manager.post("/v1/commitments", {**WISH, **change})
        assert answer.status_code == 422
        assert next(iter(change)) in answer.json()["detail"]


async def test_somebody_in_the_staff_directory_may_own_one(manager: Asker) -> None:
    assert (await agreed(manager, owner="w-50"))["owner"] == "w-50"


async def test_its_owner_completes_it(service: Council, manager: Asker) -> None:
    made = await agreed(manager)
    owner = service.as_("practitioner", "north", "w-1")
    service.pass_days(11)
    done = await owner.did(f"/v1/commitments/{made['id']}/complete", {"outcome": "All closed."}, version=1)
    assert (done["state"], done["late"], done["outcome"], done["ended_by"]) == (
        "done",
        False,
        "All closed.",
        "w-1",
    )
    again = await owner.post(f"/v1/commitments/{made['id']}/complete", {"outcome": "Again."}, version=2)
    assert again.status_code == 409
    assert "4 December 2026" in again.json()["detail"]


async def test_an_owner_elsewhere_sees_and_completes_their_own_alone(service: Council) -> None:
    head = service.as_("head", "long-term", "w-8")
    made = await agreed(head, unit="long-term", owner="w-3")
    owner = service.as_("practitioner", "south", "w-3")
    assert [one["id"] for one in (await owner.saw("/v1/commitments"))["items"]] == [made["id"]]
    stranger = service.as_("practitioner", "south", "w-4")
    assert (await stranger.saw("/v1/commitments"))["items"] == []
    assert (await stranger.get(f"/v1/commitments/{made['id']}")).status_code == 404
    body = {"outcome": "Done."}
    assert (await stranger.post(f"/v1/commitments/{made['id']}/complete", body, version=1)).status_code == 404
    assert (await owner.did(f"/v1/commitments/{made['id']}/complete", body, version=1))["state"] == "done"


async def test_a_colleague_may_look_but_not_complete(service: Council, manager: Asker) -> None:
    made = await agreed(manager)
    colleague = service.as_("practitioner", "north", "w-2")
    assert (await colleague.saw(f"/v1/commitments/{made['id']}"))["text"] == WISH["text"]
    answer = await colleague.post(f"/v1/commitments/{made['id']}/complete", {"outcome": "Me."}, version=1)
    assert answer.status_code == 403
    assert "its owner, or a manager" in answer.json()["detail"]


async def test_carried_forward_twice_then_refused(service: Council, manager: Asker) -> None:
    made = await agreed(manager)
    path = f"/v1/commitments/{made['id']}/carry-forward"
    await manager.did(path, {"deadline": "2026-12-11", "reason": "The panel met late."}, version=1)
    service.pass_days(20)
    moved = await manager.did(path, {"deadline": "2026-12-18", "reason": "One is ill."}, version=2)
    assert [(one["from"], one["to"], one["on"]) for one in moved["carried"]] == [
        ("2026-12-04", "2026-12-11", "2026-11-23"),
        ("2026-12-11", "2026-12-18", "2026-12-13"),
    ]
    third = await manager.post(path, {"deadline": "2026-12-30", "reason": "Again."}, version=3)
    assert third.status_code == 409
    assert "Re-scope" in third.json()["detail"]


async def test_dropped_with_a_reason(manager: Asker) -> None:
    made = await agreed(manager)
    path = f"/v1/commitments/{made['id']}/drop"
    assert (await manager.post(path, {"reason": " "}, version=1)).status_code == 422
    dropped = await manager.did(path, {"reason": "The team was merged."}, version=1)
    assert (dropped["state"], dropped["reason"]) == ("dropped", "The team was merged.")


async def test_a_command_says_which_version_it_saw(manager: Asker) -> None:
    made = await agreed(manager)
    path = f"/v1/commitments/{made['id']}/drop"
    assert (await manager.post(path, {"reason": "No."})).status_code == 428
    stale = await manager.post(path, {"reason": "No."}, version=7)
    assert stale.status_code == 412
    assert "version 7" in stale.json()["detail"]


async def test_fifty_racing_commands_have_one_winner(manager: Asker) -> None:
    made = await agreed(manager)
    path = f"/v1/commitments/{made['id']}/complete"
    answers = await asyncio.gather(
        *(manager.post(path, {"outcome": f"Outcome {number}."}, version=1) for number in range(50))
    )
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200] + [412] * 49
    winner = answers[codes.index(200)].json()
    assert await manager.saw(f"/v1/commitments/{made['id']}") == winner
    story = await manager.saw(f"/v1/history/commitment/{made['id']}")
    assert [event["sequence"] for event in story["events"]] == ["1", "2"]


async def test_fifty_repeats_under_one_key_happen_once(manager: Asker) -> None:
    answers = await asyncio.gather(
        *(manager.post("/v1/commitments", WISH, key="the-same") for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 49
    assert len((await manager.saw("/v1/commitments"))["items"]) == 1


async def test_a_repeat_gets_the_first_answer_whatever_came_after(service: Council, manager: Asker) -> None:
    first = await manager.post("/v1/commitments", WISH, key="k-1")
    made = first.json()
    await manager.did(f"/v1/commitments/{made['id']}/drop", {"reason": "No more."}, version=1)
    again = await manager.post("/v1/commitments", WISH, key="k-1")
    assert again.json() == made
    assert again.headers["ETag"] == '"1"'
    other = await manager.post("/v1/commitments", {**WISH, "text": "Something else."}, key="k-1")
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    colleague = service.as_("manager", "north", "w-7")
    assert (await colleague.post("/v1/commitments", WISH, key="k-1")).json()["id"] != made["id"]


async def test_lists_are_filtered_and_paged(service: Council) -> None:
    head = service.as_("head", "long-term", "w-8")
    for day, unit, owner in (("05", "north", "w-1"), ("04", "south", "w-3"), ("06", "long-term", "w-1")):
        await agreed(head, unit=unit, owner=owner, deadline=f"2026-12-{day}")
    gone = await agreed(head, text="Gone.", deadline="2026-12-01")
    await head.did(f"/v1/commitments/{gone['id']}/drop", {"reason": "No."}, version=1)
    service.pass_days(12)

    async def deadlines(**query: Any) -> list[str]:
        return [one["deadline"][-2:] for one in (await head.saw("/v1/commitments", **query))["items"]]

    assert await deadlines() == ["04", "05", "06", "01"]
    assert await deadlines(unit="north") == ["05", "01"]
    assert await deadlines(owner="w-1", state="open") == ["05", "06"]
    assert await deadlines(late=True) == ["04"]
    assert await deadlines(late=False) == ["05", "06", "01"]
    first = await head.saw("/v1/commitments", limit=3)
    rest = await head.saw("/v1/commitments", limit=3, cursor=first["next_cursor"])
    assert [one["deadline"][-2:] for one in first["items"] + rest["items"]] == ["04", "05", "06", "01"]
    assert rest["next_cursor"] is None


async def test_a_made_up_cursor_is_refused(manager: Asker) -> None:
    for cursor in ("x", "bm8=", "WzEsMl0=", "WyJhIiwiYiJd", "e30=", "é"):
        answer = await manager.get("/v1/commitments", cursor=cursor)
        assert answer.status_code == 422
        assert "cursor" in answer.json()["detail"]


async def test_counts_of_the_quarter(service: Council, manager: Asker) -> None:
    kept = await agreed(manager, deadline="2026-11-25")
    late = await agreed(manager, deadline="2026-11-25")
    await agreed(manager, deadline="2026-11-26")
    await agreed(manager, deadline="2027-01-05")
    await manager.did(f"/v1/commitments/{kept['id']}/complete", {"outcome": "Done."}, version=1)
    service.pass_days(5)
    await manager.did(f"/v1/commitments/{late['id']}/complete", {"outcome": "Done."}, version=1)
    counts = await manager.saw("/v1/commitments/counts", unit="north")
    assert counts == {
        "unit": "north",
        "from": "2026-10-01",
        "to": "2026-12-31",
        "as_at": "2026-11-28",
        "due": 3,
        "kept": 1,
        "open": 2,
        "late": 1,
    }


async def test_history_tells_all_that_happened(manager: Asker) -> None:
    made = await agreed(manager)
    await manager.did(f"/v1/commitments/{made['id']}/complete", {"outcome": "Done."}, version=1)
    story = await manager.saw(f"/v1/history/commitment/{made['id']}")
    assert story["version"] == 2
    assert [event["type"] for event in story["events"]] == [
        "primed.commitment.agreed.v1",
        "primed.commitment.completed.v1",
    ]
    assert story["events"][1]["data"]["outcome"] == "Done."
    assert story["events"][1]["subject"] == f"primed/actions/commitment/{made['id']}"
    assert (await manager.get(f"/v1/history/meeting/{made['id']}")).status_code == 404
    assert (await manager.get(f"/v1/history/team/{made['id']}")).status_code == 422


async def test_a_calendar_shows_what_is_open_by_its_day(service: Council, manager: Asker) -> None:
    made = await agreed(manager, text="Ring round; then, write it up.")
    gone = await agreed(manager, text="Gone.")
    await manager.did(f"/v1/commitments/{gone['id']}/drop", {"reason": "No."}, version=1)
    owner = service.as_("practitioner", "north", "w-1")
    answer = await owner.get("/v1/calendar/w-1.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    (entry,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert entry.decoded("dtstart") == dt.date(2026, 12, 4)
    assert str(entry["summary"]) == "Ring round; then, write it up."
    assert made["id"] in entry["uid"]
    stranger = service.as_("manager", "south", "w-4")
    assert (await stranger.get("/v1/calendar/w-1.ics")).status_code == 404
    assert not Calendar.from_ical((await stranger.get("/v1/calendar/w-4.ics")).text).walk("VEVENT")
