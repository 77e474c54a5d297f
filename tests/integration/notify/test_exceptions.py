"""An exception from the figure to its end, over a real database."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from schemas import registry
from schemas.commitments import CommitmentAgreed
from schemas.organisation import RoleAssigned, UnitRegistered
from schemas.tree import Tree
from services.notify import flow
from tests.integration.notify.conftest import TENANT, Notify, happened

pytestmark = pytest.mark.real


async def one(notify: Notify) -> Any:
    """The one exception that there is."""
    [found] = (await notify.as_("operator").saw("/v1/escalations"))["items"]
    return found


async def test_a_breach_asks_the_manager_then_the_head_and_clears_itself(notify: Notify) -> None:
    await notify.told(20)
    assert (await notify.as_("operator").saw("/v1/escalations"))["items"] == []
    await notify.told(23)
    raised = await one(notify)
    assert raised["title"] == "North Locality: overdue work is 23, above the limit of 20"
    assert (raised["state"], raised["value"], raised["threshold"], raised["rule_name"]) == (
        "raised",
        23,
        20,
        "Overdue work",
    )
    assert [asked["person"] for asked in raised["asked"]] == ["leah"]
    assert raised["next"] == {"person": "ruth", "role": "head", "at": "2026-11-24T09:30:00Z"}

    await notify.told(31)
    await notify.pass_time(hours=23, minutes=59)
    assert (await one(notify))["version"] == 1
    await notify.pass_time(minutes=1)
    climbed = await one(notify)
    assert [asked["person"] for asked in climbed["asked"]] == ["leah", "ruth"]
    assert climbed["next"] is None
    await notify.pass_time(days=7)
    assert (await one(notify))["version"] == 2

    await notify.told(16)
    assert (await one(notify))["state"] == "raised"
    await notify.told(15)
    cleared = await one(notify)
    assert cleared["state"] == "cleared"
    assert cleared["cleared"]["why"] == "Overdue work is now 15, at or below 15."

    await notify.told(25)
    found = (await notify.as_("operator").saw("/v1/escalations"))["items"]
    assert [exception["state"] for exception in found] == ["raised", "cleared"]


async def test_everybody_asked_hears_it_and_hears_that_it_is_over(notify: Notify) -> None:
    await notify.told(23)
    await notify.pass_time(days=1)
    await notify.told(3)
    sent = await notify.deliver_all()
    assert [(letter.receiver, letter.content.kind) for letter in sent if letter.receiver == "leah"] == [
        ("leah", "asked"),
        ("leah", "over"),
    ]
    mail = (await notify.as_("manager", "north", "leah").saw("/v1/inbox"))["items"]
    assert [item["title"][:5] for item in mail] == ["Over:", "North"]
    assert (
        "If nobody answers, it goes to Ruth Adeyemi on Tuesday 24 November 2026 at 09:30." in mail[1]["body"]
    )
    head = (await notify.as_("head", "long-term", "ruth").saw("/v1/inbox"))["items"]
    assert "You are asked because nobody answered in time before you." in head[1]["body"]
    assert (await notify.as_("manager", "south", "sam").saw("/v1/inbox")) == {
        "items": [],
        "unread": 0,
        "next_cursor": None,
    }


async def test_only_ones_own_inbox_is_read_and_marked(notify: Notify) -> None:
    await notify.told(23)
    await notify.deliver_all()
    leah, sam = notify.as_("manager", "north", "leah"), notify.as_("manager", "south", "sam")
    [item] = (await leah.saw("/v1/inbox"))["items"]
    assert (await sam.send("POST", f"/v1/inbox/{item['id']}/read")).status_code == 404
    assert (await leah.saw("/v1/inbox"))["unread"] == 1
    assert (await leah.send("POST", f"/v1/inbox/{item['id']}/read")).status_code == 204
    assert (await leah.saw("/v1/inbox"))["unread"] == 0


async def test_an_acknowledgement_stops_the_ladder(notify: Notify) -> None:
    await notify.told(23)
    path = f"/v1/escalations/{(await one(notify))['id']}"
    leah = notify.as_("manager", "north", "leah")
    assert (await leah.send("POST", f"{path}/acknowledge", {"note": "On it."})).status_code == 428
    assert (await leah.send("POST", f"{path}/acknowledge", {"note": " "}, version=1)).status_code == 422
    headers = {"Authorization": f"Bearer {leah.token}", "If-Match": '"1"', "Content-Type": "application/json"}
    half = await leah.http.post(f"{path}/acknowledge", content=b'{"note":"\\ud800"}', headers=headers)
    assert half.status_code in {400, 422}
    assert (await leah.send("POST", f"{path}/acknowledge", {"note": "On it."}, version=7)).status_code == 412
    answer = await leah.did(f"{path}/acknowledge", {"note": "Two people moved to the oldest."}, version=1)
    assert answer["acknowledged"]["by"] == "leah"
    await notify.pass_time(days=5)
    assert [asked["person"] for asked in (await one(notify))["asked"]] == ["leah"]
    again = await leah.send("POST", f"{path}/acknowledge", {"note": "Again."}, version=2)
    assert again.status_code == 409
    assert "on it already" in again.json()["detail"]


async def test_closing_takes_a_commitment_or_a_reason_and_stays_closed_until_the_figure_is_well(
    notify: Notify,
) -> None:
    await notify.told(23)
    path = f"/v1/escalations/{(await one(notify))['id']}/close"
    leah = notify.as_("manager", "north", "leah")
    for body in ({}, {"reason": "a", "commitment": "c"}, {"reason": "  "}):
        assert (await leah.send("POST", path, body, version=1)).status_code == 422
    closed = await leah.did(path, {"reason": "A count that is being mended."}, version=1)
    assert closed["closed"]["reason"] == "A count that is being mended."
    await notify.told(29)
    await notify.told(18)
    await notify.told(28)
    assert (await one(notify))["state"] == "closed"
    await notify.told(10)
    assert (await one(notify))["state"] == "closed"
    await notify.told(21)
    assert len((await notify.as_("operator").saw("/v1/escalations", state="open"))["items"]) == 1


async def test_a_command_repeated_under_its_key_is_answered_alike(notify: Notify) -> None:
    await notify.told(23)
    path = f"/v1/escalations/{(await one(notify))['id']}/acknowledge"
    leah = notify.as_("manager", "north", "leah")
    answers = await asyncio.gather(
        *(leah.send("POST", path, {"note": "On it."}, version=1, key="k-1") for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert (await one(notify))["version"] == 2
    other = await leah.send("POST", path, {"note": "Something else."}, version=1, key="k-1")
    assert other.status_code == 422


async def test_of_many_at_once_one_wins(notify: Notify) -> None:
    await notify.told(23)
    path = f"/v1/escalations/{(await one(notify))['id']}/acknowledge"
    people = [notify.as_("manager", "north", f"m-{number}") for number in range(20)]
    answers = await asyncio.gather(*(who.send("POST", path, {"note": "Mine."}, version=1) for who in people))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [412] * 19


async def test_a_commitment_of_the_unit_or_above_closes_it_and_any_other_is_remembered(
    notify: Notify,
) -> None:
    await notify.told(23)
    await notify.told(23, unit="south")
    items = (await notify.as_("operator").saw("/v1/escalations"))["items"]
    by_unit = {item["unit"]: item["id"] for item in items}

    async def agree(commitment: str, unit: str, exception: str) -> None:
        day = notify.now.date()
        made = CommitmentAgreed(
            commitment=commitment,
            unit=unit,
            text="It.",
            owner="w-1",
            deadline=day,
            by="ruth",
            escalation=exception,
        )
        async with notify.books.open(TENANT, notify.now) as work:
            await flow.agreed(work, notify.scene(), made, exception)

    await agree("c-1", "long-term", by_unit["north"])
    await agree("c-2", "north", by_unit["south"])
    await agree("c-3", "north", "never-raised")
    seen = {item["unit"]: item for item in (await notify.as_("operator").saw("/v1/escalations"))["items"]}
    assert seen["north"]["closed"]["commitment"] == "c-1"
    assert (seen["south"]["state"], seen["south"]["commitments"]) == ("raised", ["c-2"])
    again = await notify.as_("head", "long-term", "ruth").send(
        "POST", f"/v1/escalations/{by_unit['north']}/close", {"commitment": "c-1"}, version=1
    )
    assert (again.status_code, again.json()["state"]) == (200, "closed")


async def test_a_breach_must_last_and_is_raised_though_no_further_figure_comes(notify: Notify) -> None:
    await notify.told(35, measure="unallocated")
    await notify.pass_time(hours=23)
    assert (await notify.as_("operator").saw("/v1/escalations"))["items"] == []
    await notify.pass_time(hours=1)
    assert (await one(notify))["measure"] == "unallocated"


async def test_a_breach_that_did_not_last_is_forgotten(notify: Notify) -> None:
    await notify.told(35, measure="unallocated")
    await notify.pass_time(hours=20)
    await notify.told(29, measure="unallocated")
    await notify.pass_time(days=3)
    assert (await notify.as_("operator").saw("/v1/escalations"))["items"] == []


async def test_the_week_of_a_measure_says_nothing_to_a_rule_on_its_month(notify: Notify) -> None:
    await notify.told(23)
    await notify.told(23, grain="week", period="2026-W18")
    await notify.told(4, grain="week", period="2026-W18")
    assert (await one(notify))["state"] == "raised"


async def test_old_months_and_late_tellings_raise_nothing_and_a_correction_clears(notify: Notify) -> None:
    await notify.told(90, period="2025-03")
    await notify.told(22, sequence=1000)
    await notify.told(2, sequence=900)
    await notify.told(3, period="2026-10", sequence=2000)
    assert (await one(notify))["state"] == "raised"
    await notify.pass_time(days=12)
    await notify.told(4, period="2026-11", sequence=3000)
    assert (await one(notify))["cleared"]["why"] == (
        "The figure for November 2026 was corrected to 4, which is at or below 15."
    )


async def test_weeks_neither_raise_nor_clear_what_a_rule_says_of_months(notify: Notify) -> None:
    await notify.told(90, grain="week", period="2026-W48")
    assert (await notify.as_("operator").saw("/v1/escalations"))["items"] == []
    await notify.told(23)
    await notify.told(1, grain="week", period="2026-W48")
    assert (await one(notify))["state"] == "raised"


async def test_with_nobody_in_a_role_it_waits_for_somebody(notify: Notify) -> None:
    await notify.told(23, unit="nobody-knows")
    assert (await notify.as_("operator").saw("/v1/escalations"))["items"] == []
    notify.tree = Tree().after(happened(UnitRegistered(unit="lonely", level="team", name="Lonely")))
    await notify.told(23, unit="lonely")
    raised = await one(notify)
    assert (raised["asked"][0]["person"], raised["next"]) == ("", None)
    await notify.pass_time(hours=1)
    notify.tree = notify.tree.after(happened(RoleAssigned(unit="lonely", role="manager", person="mo")))
    await notify.pass_time(seconds=5)
    assert [asked["person"] for asked in (await one(notify))["asked"]] == ["mo"]


async def test_what_is_said_to_the_log(notify: Notify) -> None:
    await notify.told(23)
    await notify.told(3)
    async with notify.pool.acquire() as connection:
        rows = await connection.fetch("SELECT data FROM event ORDER BY pos")
    events = [registry.read(row["data"].encode()) for row in rows]
    assert [event.envelope.type for event in events] == [
        "primed.escalation.raised.v1",
        "primed.escalation.cleared.v1",
    ]
    first = events[0].envelope
    assert first.subject == f"primed/notify/escalation/{events[0].data.escalation}"
    assert (first.sequence, first.tenant, first.causationid) == ("1", TENANT, events[0].data.cause)
