"""What open pages hear, who may hear it, and that a slow one costs nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from eventlog.records import Record
from runtime.auth import Principal
from runtime.http import Problem
from services.dashboard.live import Hub, LivePage, Window, messages
from tests.browser import council
from tests.patience import PATIENCE_S

MANAGER = Principal(tenant="demo", subject="w-0001", role="manager", unit="north-locality")
HEAD = Principal(tenant="demo", subject="w-0002", role="head", unit="long-term-support")


def hub(most: int = 10, each: int = 3, life_s: float = 60) -> Hub:
    made = Hub(most=most, each=each, life_s=life_s)
    made.trees["demo"] = council.tree()
    return made


def changed(unit: str, measure: str = "overdue") -> Record:
    data = {
        "unit": unit,
        "measure": measure,
        "grain": "month",
        "period": "2026-11",
        "value": 24,
        "as_at": "2026-11-18",
        "fresh_at": "2026-11-18T09:14:00+00:00",
        "positions": {},
    }
    return record(
        "primed.metric-events", council.event("primed.measure.changed.v1", f"{unit}/{measure}", data)
    )


def agreed(unit: str) -> Record:
    data = {"commitment": "c", "unit": unit, "text": "t", "owner": "w", "deadline": "2026-12-01", "by": "w"}
    return record("primed.action-events", council.event("primed.commitment.agreed.v1", "c", data))


def record(topic: str, value: bytes | None) -> Record:
    return Record(topic=topic, partition=0, offset=0, timestamp_ms=0, key=b"k", value=value)


async def test_a_page_hears_of_its_own_unit_by_the_name_of_the_measure() -> None:
    one = hub()
    with one.window(MANAGER, "north-locality") as window:
        await one.hear([changed("north-locality"), changed("south-locality", "open")])
        assert window.waiting == {"measure-overdue": {"unit": "north-locality", "measure": "overdue"}}


async def test_another_council_in_the_same_log_has_a_tree_of_its_own() -> None:
    one = hub()
    data = {"unit": "north-locality", "level": "council", "name": "Another council's"}
    said = council.event("primed.unit.registered.v1", "north-locality", data)
    await one.hear_organisation(
        [record("primed.organisation", said.replace(b'"tenant": "demo"', b'"tenant": "other"'))]
    )
    assert one.tree("demo") == council.tree()
    assert [unit.name for unit in one.tree("other").path("north-locality")] == ["Another council's"]
    assert one.tree("nobody").path("north-locality") == []
    stranger = Principal(tenant="other", subject="w-9", role="head", unit="long-term-support")
    assert one.sees(HEAD, "north-locality")
    assert not one.sees(stranger, "north-locality")


async def test_an_overview_hears_of_what_lies_below_it() -> None:
    one = hub()
    with one.window(HEAD, "long-term-support") as window:
        await one.hear([changed("north-locality"), agreed("reviews"), changed("contact-centre")])
        assert set(window.waiting) == {"below", "commitments"}


async def test_many_changes_of_one_thing_wait_as_one_word() -> None:
    one = hub()
    with one.window(MANAGER, "north-locality") as window:
        await one.hear([changed("north-locality") for _ in range(10_000)])
        assert len(window.waiting) == 1


async def test_another_council_hears_nothing() -> None:
    one = hub()
    stranger = Principal(tenant="other", subject="w", role="manager", unit="north-locality")
    with one.window(stranger, "north-locality") as window:
        await one.hear([changed("north-locality")])
        assert window.waiting == {}


def test_scope_decides_who_may_look() -> None:
    assert hub().sees(HEAD, "north-locality")
    assert not hub().sees(MANAGER, "long-term-support")
    assert not hub().sees(MANAGER, "nowhere")


async def test_what_cannot_be_read_is_passed_over() -> None:
    one = hub()
    with one.window(MANAGER, "north-locality") as window:
        await one.hear([record("primed.metric-events", b"{broken"), record("primed.metric-events", None)])
        await one.hear([changed("north-locality")])
        assert set(window.waiting) == {"measure-overdue"}


def test_connections_are_capped_for_one_person_and_in_all() -> None:
    one = hub(most=3, each=2)
    first, second = one.window(MANAGER, "north-locality"), one.window(MANAGER, "north-locality")
    with first, second:
        with pytest.raises(Problem) as refused, one.window(MANAGER, "north-locality"):
            pass
        assert refused.value.status_code == 503
        with one.window(HEAD, "long-term-support"):
            third = Principal(tenant="demo", subject="w-9", role="director", unit=None)
            with pytest.raises(Problem), one.window(third, "demo-council"):
                pass
    with one.window(MANAGER, "north-locality"):
        pass


async def test_a_page_that_was_left_before_its_answer_began_keeps_no_place() -> None:
    one = hub(each=1)
    sent: list[Any] = []

    async def left() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    for _ in range(3):  # one place in all: the second would find none
        answer = LivePage(one, MANAGER, "north-locality", asyncio.Event(), again=False)
        await answer({"type": "http", "asgi": {"spec_version": "2.3"}}, left, send)
    with one.window(MANAGER, "north-locality"):
        assert [m for m in sent if m["type"] == "http.response.body" and not m.get("more_body")] == []


async def heard(told: Any, count: int) -> list[str]:
    found: list[str] = []
    async for message in told:
        if message:
            found.append(message)
        if len(found) == count:
            break
    return found


async def test_a_page_that_comes_back_is_told_to_fetch_everything() -> None:
    one = hub()
    first, second = await heard(messages(one, Window(MANAGER, "n"), asyncio.Event(), again=True), 2)
    assert first == "retry: 1000\n\n"
    assert "event: everything\n" in second


async def test_ids_only_rise() -> None:
    one = hub()
    window = Window(MANAGER, "n")
    window.tell("exceptions", {})
    window.tell("meetings", {})
    told = await heard(messages(one, window, asyncio.Event(), again=False), 3)
    ids = [int(message.split("\n")[0].removeprefix("id: ")) for message in told[1:]]
    assert ids == sorted(set(ids))


async def test_a_page_is_let_go_when_the_process_leaves() -> None:
    draining = asyncio.Event()
    told = messages(hub(), Window(MANAGER, "n"), draining, again=False)
    reading = asyncio.create_task(heard(told, 5))
    await asyncio.sleep(0.05)
    draining.set()
    assert len(await asyncio.wait_for(reading, PATIENCE_S)) < 5


async def test_a_connection_ends_when_it_has_lived_its_time() -> None:
    told = messages(hub(life_s=0), Window(MANAGER, "n"), asyncio.Event(), again=False)
    assert await heard(told, 5) == ["retry: 1000\n\n"]
