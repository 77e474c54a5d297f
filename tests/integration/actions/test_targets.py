"""Targets and purposes over HTTP on a real Postgres: agreed, superseded, withdrawn, set, changed, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.actions.conftest import Asker, Council

pytestmark = pytest.mark.real

AIM: dict[str, Any] = {
    "unit": "north",
    "measure": "completed",
    "value": 40,
    "since": "2026-12",
    "reason": "The post is filled.",
}
PURPOSE: dict[str, Any] = {
    "unit": "north",
    "purpose": "People live the lives they choose.",
    "objectives": ["Nobody waits longer than 28 days."],
}


async def agreed(who: Asker, **change: Any) -> dict[str, Any]:
    return await who.did("/v1/targets", {**AIM, **change})


async def found(who: Asker, target: dict[str, Any]) -> dict[str, Any]:
    return await who.saw(f"/v1/targets/{target['id']}")


async def test_agreed_and_found_again(manager: Asker) -> None:
    answer = await manager.post("/v1/targets", {**AIM, "tolerance": 2.5, "grain": "month"})
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/v1/targets/{made['id']}"
    assert await found(manager, made) == made
    assert {name: made[name] for name in AIM} == AIM
    assert (made["tolerance"], made["grain"], made["agreed_by"]) == (2.5, "month", "w-9")
    assert (made["state"], made["in_force"]) == ("agreed", False), "it begins next month"
    history = await manager.saw(f"/v1/history/target/{made['id']}")
    assert [event["type"] for event in history["events"]] == ["primed.target.agreed.v1"]


async def test_a_newer_one_takes_its_place_from_its_month_on(service: Council, manager: Asker) -> None:
    first = await agreed(manager, since="2026-10")
    service.pass_days(1)
    second = await agreed(manager, since="2027-01", value=50)
    older = await found(manager, first)
    assert (older["in_force"], older["superseded_by"]) == (True, second["id"])
    assert older["superseded_since"] == "2027-01"
    service.pass_days(60)
    in_force = await manager.saw("/v1/targets", in_force=True)
    assert [one["id"] for one in in_force["items"]] == [second["id"]]
    assert not (await found(manager, first))["in_force"]


async def test_one_that_begins_earlier_takes_the_whole_place(service: Council, manager: Asker) -> None:
    first = await agreed(manager, since="2027-01")
    service.pass_days(1)
    second = await agreed(manager, since="2026-10", value=30)
    assert (await found(manager, first))["superseded_by"] == second["id"]
    assert (await found(manager, first))["superseded_since"] == "2027-01"
    assert (await found(manager, second))["superseded_by"] is None


@pytest.mark.parametrize(
    "other", [{"measure": "overdue"}, {"unit": "south"}, {"worker": "w-1"}, {"grain": "week"}]
)
async def test_targets_of_something_else_take_no_place(service: Council, other: dict[str, str]) -> None:
    lead = service.as_("head", "long-term")
    first = await agreed(lead)
    service.pass_days(1)
    await agreed(lead, **other)
    assert (await found(lead, first))["superseded_by"] is None


async def test_withdrawn_what_held_before_holds_again(service: Council, manager: Asker) -> None:
    first = await agreed(manager, since="2026-10")
    service.pass_days(1)
    second = await agreed(manager, since="2026-11")
    assert not (await found(manager, first))["in_force"]
    path = f"/v1/targets/{second['id']}/withdraw"
    assert (await manager.post(path, {"reason": "Too soon."})).status_code == 428
    assert (await manager.post(path, {"reason": "Too soon."}, version=7)).status_code == 412
    gone = await manager.did(path, {"reason": "Too soon."}, version=1)
    assert (gone["state"], gone["withdrawn_because"], gone["withdrawn_by"]) == (
        "withdrawn",
        "Too soon.",
        "w-9",
    )
    assert await found(manager, second) == gone
    assert (await found(manager, first))["in_force"]
    again = await manager.post(path, {"reason": "Again."}, version=2)
    assert (again.status_code, again.json()["reason"]) == (409, "ended")


async def test_sent_twice_it_is_agreed_once(manager: Asker) -> None:
    answers = [await manager.post("/v1/targets", AIM, key="k-1") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len((await manager.saw("/v1/targets"))["items"]) == 1


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"since": "2026-13"}, "no month"),
    ({"since": "2026-12-01"}, "no month"),
    ({"since": "1989-12"}, "no month"),
    ({"value": 1e300}, "no number"),
    ({"tolerance": -1}, "no number"),
    ({"worker": "w-3"}, "w-3"),
    ({"reason": " "}, "reason is missing"),
    ({"meeting": "m-unheard"}, "m-unheard"),
    ({"measure": "Completed work"}, "measure"),
    ({"grain": "day"}, "grain"),
)


async def test_refused_with_a_sentence(manager: Asker) -> None:
    for change, said in REFUSED:
        answer = await manager.post("/v1/targets", {**AIM, **change})
        assert answer.status_code == 422, change
        assert said in answer.json()["detail"], answer.json()
        assert answer.json()["errors"][0]["field"].endswith(next(iter(change)))
    assert (await manager.saw("/v1/targets"))["items"] == []


async def test_agreed_at_a_meeting_in_progress(manager: Asker) -> None:
    plan = {"unit": "north", "title": "Team meeting", "starts": "2026-11-23T10:00:00+00:00"}
    meeting = await manager.did("/v1/meetings", plan)
    answer = await manager.post("/v1/targets", {**AIM, "meeting": meeting["id"]})
    assert (answer.status_code, "not in progress" in answer.json()["detail"]) == (409, True)
    await manager.did(f"/v1/meetings/{meeting['id']}/start", version=1)
    assert (await agreed(manager, meeting=meeting["id"]))["meeting"] == meeting["id"]


async def test_a_workers_target_is_for_them_and_their_leaders(service: Council, manager: Asker) -> None:
    theirs = await agreed(manager, worker="w-1")
    path = f"/v1/targets/{theirs['id']}"
    for who, may in (
        (service.as_("practitioner", "north", "w-1"), True),
        (service.as_("head", "long-term", "w-8"), True),
        (service.as_("practitioner", "north", "w-2"), False),
        (service.as_("analyst", None, "w-7"), False),
    ):
        assert (await who.get(path)).status_code == (200 if may else 404)
        assert (await who.get(f"/v1/history/target/{theirs['id']}")).status_code == (200 if may else 404)
        assert len((await who.saw("/v1/targets"))["items"]) == may


async def test_lists_go_on_where_they_end(service: Council, manager: Asker) -> None:
    for value in range(5):
        await agreed(manager, value=value)
        service.pass_days(1)
    values, cursor = [], None
    while True:
        piece = await manager.saw("/v1/targets", limit=2, **({"cursor": cursor} if cursor else {}))
        values += [one["value"] for one in piece["items"]]
        cursor = piece["next_cursor"]
        if cursor is None:
            break
    assert values == [4, 3, 2, 1, 0]


async def test_a_purpose_is_set_once_and_changed_with_a_reason(service: Council, manager: Asker) -> None:
    answer = await manager.post("/v1/purposes", PURPOSE)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/purposes/north")
    again = await manager.post("/v1/purposes", PURPOSE)
    assert (again.status_code, again.json()["reason"]) == (409, "purpose-set")
    service.pass_days(1)
    anew = {"purpose": "People live well at home.", "reason": "Said shorter."}
    assert (await manager.post("/v1/purposes/north/change", anew, version=2)).status_code == 412
    said = await manager.did("/v1/purposes/north/change", anew, version=1)
    assert (said["purpose"], said["objectives"], said["version"]) == (anew["purpose"], [], 2)
    assert await manager.saw("/v1/purposes/north") == said
    history = await manager.saw("/v1/history/purpose/north")
    assert [event["data"]["purpose"] for event in history["events"]] == [PURPOSE["purpose"], anew["purpose"]]


async def test_a_purpose_is_seen_by_all_of_the_unit_and_above(service: Council, manager: Asker) -> None:
    await manager.did("/v1/purposes", PURPOSE)
    head = service.as_("head", "long-term", "w-8")
    await head.did("/v1/purposes", {**PURPOSE, "unit": "long-term"})
    assert [one["unit"] for one in (await head.saw("/v1/purposes"))["items"]] == ["long-term", "north"]
    worker = service.as_("practitioner", "north", "w-1")
    assert [one["unit"] for one in (await worker.saw("/v1/purposes"))["items"]] == ["north"]
    assert (await worker.get("/v1/purposes/long-term")).status_code == 404


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"purpose": ""}, "purpose is missing"),
    ({"objectives": ["One."] * 11}, "11 objectives"),
    ({"objectives": ["One.", " "]}, "objective is missing"),
    ({"meeting": "m-unheard"}, "m-unheard"),
)


async def test_a_purpose_is_refused_with_a_sentence(manager: Asker) -> None:
    for change, said in WRONG:
        answer = await manager.post("/v1/purposes", {**PURPOSE, **change})
        assert answer.status_code == 422, change
        assert said in answer.json()["detail"]
    assert (await manager.saw("/v1/purposes"))["items"] == []
    change = {"purpose": "It.", "reason": "So."}
    assert (await manager.post("/v1/purposes/north/change", change, version=0)).status_code == 404
