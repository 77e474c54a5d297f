"""Every attempt is kept, tried again for a day, in order for each receiver, by one process at a time."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from services.notify.domain.delivery import Delivered, Gone, Hopeless, Postponed
from tests.integration.notify.conftest import Notify

pytestmark = pytest.mark.real

HOOK = {"url": "https://example.org/hook"}
SECONDS = dt.timedelta(seconds=1)


async def test_a_message_is_tried_for_a_day_under_one_id_then_given_up(notify: Notify) -> None:
    await notify.told(23)
    ids, attempts = set(), 0
    for _ in range(26 * 60):
        for one in await notify.deliver("email", Postponed("The mail server answered 451.")):
            ids.add(one.id)
            attempts += 1
        notify.now += dt.timedelta(minutes=1)
    [shown] = [
        item
        for item in (await notify.as_("operator").saw("/v1/deliveries", state="given_up"))["items"]
        if item["channel"] == "email" and item["receiver"] == "leah"
    ]
    assert ids == {shown["id"]}
    assert len(shown["attempts"]) == attempts
    assert 9 <= attempts <= 16
    assert {attempt["result"] for attempt in shown["attempts"]} == {"postponed"}
    assert "@" not in str(shown)


async def test_nobody_hears_that_it_is_over_before_they_heard_of_it(notify: Notify) -> None:
    await notify.told(23)
    await notify.deliver("email", Postponed("Away."))
    await notify.told(3)
    assert await notify.deliver("email") == []
    notify.now += dt.timedelta(minutes=1)
    assert [one.content.kind for one in await notify.deliver("email")] == ["asked"]  # type: ignore[union-attr]  # letters
    assert [one.content.kind for one in await notify.deliver("email")] == ["over"]  # type: ignore[union-attr]  # letters


async def test_two_processes_never_send_the_same_and_a_lease_that_ran_out_is_taken_over(
    notify: Notify,
) -> None:
    for unit in ("north", "south"):
        await notify.told(23, unit=unit)
    until = notify.now + 60 * SECONDS
    claims = await asyncio.gather(*(notify.queue.claim("inbox", notify.now, until, 10) for _ in range(6)))
    claimed = [one.id for claim in claims for one in claim]
    assert len(claimed) == len(set(claimed)) == 2
    assert await notify.queue.claim("inbox", notify.now + 59 * SECONDS, until, 10) == []
    later = await notify.queue.claim("inbox", notify.now + 60 * SECONDS, until + 60 * SECONDS, 10)
    assert sorted(one.id for one in later) == sorted(claimed)


async def test_a_repeat_after_a_kill_lays_the_same_message_into_the_inbox_once(notify: Notify) -> None:
    await notify.told(23)
    [first] = await notify.queue.claim("inbox", notify.now, notify.now + SECONDS, 10)
    await notify.queue.put(first.tenant, first.content)  # type: ignore[arg-type]  # a letter; killed before it was recorded
    notify.now += 2 * SECONDS
    [again] = await notify.deliver()
    assert again.id == first.id
    assert len((await notify.as_("manager", "north", "leah").saw("/v1/inbox"))["items"]) == 1


async def test_subscribers_hear_of_what_they_asked_for_within_their_reach(notify: Notify) -> None:
    wide = notify.as_("service", None, "bi")
    await wide.did("/v1/subscriptions", HOOK)
    narrow = notify.as_("service", "front-door", "desk")
    await narrow.did("/v1/subscriptions", HOOK)
    picky = notify.as_("service", "long-term", "picky")
    only = {**HOOK, "events": ["primed.escalation.cleared.v1"]}
    chosen = (await picky.did("/v1/subscriptions", only))["id"]
    await notify.told(23)
    first = await notify.deliver("webhook")
    await notify.told(3)
    second = await notify.deliver("webhook")
    assert [one.content.type for one in first] == ["primed.escalation.raised.v1"]  # type: ignore[union-attr]  # notices
    assert [one.content.type for one in second] == ["primed.escalation.cleared.v1"] * 2  # type: ignore[union-attr]  # notices
    assert chosen in {one.receiver for one in second}


async def test_a_receiver_that_is_gone_is_not_written_to_again(notify: Notify) -> None:
    service = notify.as_("service", None, "bi")
    await service.did("/v1/subscriptions", HOOK)
    await notify.told(23)
    await notify.told(3)
    assert len(await notify.deliver("webhook", Gone("The receiver answered 410."))) == 1
    await notify.told(30)
    notify.now += dt.timedelta(hours=1)
    assert await notify.deliver("webhook") == []
    [shown] = (await service.saw("/v1/subscriptions"))["items"]
    assert (shown["state"], shown["why"]) == ("disabled", "The receiver answered 410.")


async def test_what_can_never_work_is_given_up_at_once(notify: Notify) -> None:
    await notify.told(23)
    await notify.deliver("email", Hopeless("The mail server refused the address (550)."))
    notify.now += dt.timedelta(hours=1)
    assert await notify.deliver("email") == []


async def test_deliveries_are_read_by_those_who_look_after_the_system_within_their_reach(
    notify: Notify,
) -> None:
    await notify.told(23)
    await notify.deliver("inbox", Delivered("x"))
    for role, unit, status in (
        ("operator", None, 200),
        ("analyst", "long-term", 200),
        ("manager", "north", 403),
        ("director", "adults", 403),
    ):
        assert (await notify.as_(role, unit).get("/v1/deliveries")).status_code == status, role
    assert len((await notify.as_("analyst", "long-term").saw("/v1/deliveries"))["items"]) == 2
    assert (await notify.as_("analyst", "front-door").saw("/v1/deliveries"))["items"] == []
    page = await notify.as_("operator").saw("/v1/deliveries", limit=1)
    rest = await notify.as_("operator").saw("/v1/deliveries", cursor=page["next_cursor"])
    assert len(rest["items"]) == 1
    assert (await notify.as_("operator").get("/v1/deliveries", cursor="x")).status_code == 422
