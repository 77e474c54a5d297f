"""Answers that end: a snooze is over, an acknowledgement lapses, and the ladder goes on from there."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.organisation import UnitRegistered
from schemas.tree import Tree
from tests.integration.notify.conftest import Notify, happened

pytestmark = pytest.mark.real

MONDAY = "2026-11-30T09:00:00+00:00"


async def one(notify: Notify) -> Any:
    """The one exception that there is."""
    [found] = (await notify.as_("operator").saw("/v1/escalations"))["items"]
    return found


async def test_a_snoozed_exception_asks_nobody_until_then_and_goes_on_where_it_was(notify: Notify) -> None:
    await notify.told(23)
    path = f"/v1/escalations/{(await one(notify))['id']}/snooze"
    leah, later = notify.as_("manager", "north", "leah"), {"note": "Two start on Monday.", "until": MONDAY}
    for body, field in (
        ({**later, "note": " "}, "note"),
        ({**later, "until": "2026-11-23T09:00:00Z"}, "until"),
        ({**later, "until": "2027-03-01T09:00:00Z"}, "until"),
        ({**later, "until": "2026-11-30T09:00:00"}, "body.until"),
        ({"note": "When?"}, "body.until"),
    ):
        refused = await leah.send("POST", path, body, version=1)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await leah.send("POST", path, later)).status_code == 428
    foreign = await notify.as_("manager", "south", "sam").send("POST", path, later, version=1)
    assert foreign.status_code == 404
    assert (await notify.as_("practitioner", "north").send("POST", path, later, version=1)).status_code == 403

    snoozed = await leah.did(path, later, version=1)
    assert (snoozed["state"], snoozed["next"], snoozed["snoozed"]["until"]) == (
        "snoozed",
        None,
        "2026-11-30T09:00:00Z",
    )
    assert len((await leah.saw("/v1/escalations", state="open"))["items"]) == 1
    await notify.told(29)
    await notify.pass_time(days=6, hours=23)
    assert (await one(notify))["state"] == "snoozed"

    await notify.pass_time(minutes=30)
    woken = await one(notify)
    assert (woken["state"], woken["next"]["person"]) == ("raised", "ruth")
    assert [asked["person"] for asked in woken["asked"]] == ["leah", "leah"]
    sent = [letter for letter in await notify.deliver_all() if letter.receiver == "leah"]
    assert "snoozed until now" in (await leah.saw("/v1/inbox"))["items"][0]["body"]
    assert len({letter.id for letter in sent}) == 2
    await notify.pass_time(days=1)
    assert [asked["person"] for asked in (await one(notify))["asked"]] == ["leah", "leah", "ruth"]
    await notify.told(3)
    cleared = await one(notify)
    assert (cleared["state"], cleared["cleared"]["value"]) == ("cleared", 3)
    over = [letter.receiver for letter in await notify.deliver_all() if letter.content.kind == "over"]
    assert sorted(over) == ["leah", "ruth"]
    closed = await leah.did(
        path.replace("snooze", "close"), {"reason": "They came."}, version=cleared["version"]
    )
    assert (closed["state"], closed["cleared"]["value"]) == ("closed", 3)


async def test_an_acknowledgement_lapses_after_five_working_days(notify: Notify) -> None:
    await notify.told(23)
    leah = notify.as_("manager", "north", "leah")
    path = f"/v1/escalations/{(await one(notify))['id']}/acknowledge"
    answer = await leah.did(path, {"note": "On it."}, version=1)
    assert answer["acknowledged"]["until"] == "2026-11-30T09:30:00Z"
    await notify.pass_time(days=6, hours=23)
    assert (await one(notify))["state"] == "acknowledged"
    await notify.pass_time(hours=1)
    lapsed = await one(notify)
    assert (lapsed["state"], lapsed["acknowledged"]) == ("raised", None)
    await notify.deliver_all()
    assert "that has lapsed" in (await leah.saw("/v1/inbox"))["items"][0]["body"]
    again = await leah.did(path, {"note": "Still on it."}, version=lapsed["version"])
    assert again["acknowledged"]["note"] == "Still on it."


async def test_a_snoozed_exception_clears_by_itself_and_is_answered_by_whoever_is_back(
    notify: Notify,
) -> None:
    await notify.told(23)
    path = f"/v1/escalations/{(await one(notify))['id']}"
    leah = notify.as_("manager", "north", "leah")
    await leah.did(f"{path}/snooze", {"note": "Wait.", "until": MONDAY}, version=1)
    await leah.did(f"{path}/acknowledge", {"note": "Back."}, version=2)
    await leah.did(f"{path}/snooze", {"note": "Wait more.", "until": MONDAY}, version=3)
    await notify.told(3)
    assert (await one(notify))["state"] == "cleared"
    await notify.pass_time(days=30)
    assert (await one(notify))["version"] == 5


async def test_that_nobody_can_be_found_is_written_down_once(notify: Notify) -> None:
    notify.tree = Tree().after(happened(UnitRegistered(unit="lonely", level="team", name="Lonely")))
    await notify.told(23, unit="lonely")
    for _ in range(5):
        await notify.pass_time(hours=1)
    assert (await one(notify))["version"] == 1
