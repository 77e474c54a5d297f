"""Those who listen: the present state first, then each change once; who leaves is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from services.metrics import live as module
from services.metrics.api.stream import _events
from services.metrics.domain.telling import Notice, Subject, Telling
from services.metrics.live import Ears, Live


@dataclass
class Told:
    """What was told, in memory; a later telling of a subject replaces the one before."""

    tellings: dict[tuple[str, Subject | Notice], Telling] = field(default_factory=dict)
    revision: int = 0

    def tell(self, unit: str, measure: str = "open", tenant: str = "demo") -> Telling:
        self.revision += 1
        telling = Telling(tenant, Subject(unit, measure, "month", "2026-11"), self.revision, b"{}")
        self.tellings[tenant, telling.subject] = telling
        return telling

    def notice(self, what: str, about: str, unit: str | None = None, measure: str | None = None) -> Telling:
        self.revision += 1
        telling = Telling("demo", Notice(what, about, unit, measure), self.revision, b"{}")
        self.tellings["demo", telling.subject] = telling
        return telling

    async def last(self) -> int:
        return self.revision

    async def since(
        self,
        revision: int,
        most: int,
        tenant: str | None = None,
        measures: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
    ) -> list[Telling]:
        ears = Ears(tenant or "", measures, units)
        found = [
            one
            for one in self.tellings.values()
            if one.revision > revision and (not tenant or ears.want(one))
        ]
        return sorted(found, key=lambda one: one.revision)[:most]


@asynccontextmanager
async def running(told: Told) -> AsyncIterator[Live]:
    live = Live(told)
    await live.start()
    await asyncio.sleep(0.01)
    try:
        yield live
    finally:
        await live.stop()


EARS = Ears("demo", None, None)


async def test_the_present_state_comes_first_then_each_change_once() -> None:
    told = Told()
    first, second = told.tell("north"), told.tell("south")
    async with running(told) as live, asyncio.timeout(5):
        heard = live.listen(EARS, 0)
        assert [await anext(heard), await anext(heard)] == [first, second]
        third = told.tell("north")
        live.call()
        assert await anext(heard) == third


async def test_one_who_comes_again_hears_only_what_is_newer() -> None:
    told = Told()
    told.tell("north")
    second = told.tell("south")
    async with running(told) as live, asyncio.timeout(5):
        assert await anext(live.listen(EARS, 1)) == second


async def test_nobody_hears_of_another_council_unit_or_measure() -> None:
    told = Told()
    async with running(told) as live, asyncio.timeout(5):
        heard = live.listen(Ears("demo", ["open"], ["north"]), 0)
        coming = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0.01)
        told.tell("north", tenant="other")
        told.tell("south")
        told.tell("north", measure="overdue")
        wanted = told.tell("north")
        live.call()
        assert await coming == wanted


async def test_one_who_is_too_slow_misses_nothing_that_still_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM", 2)
    told = Told()
    told.tell("north")
    async with running(told) as live, asyncio.timeout(5):
        heard = live.listen(EARS, 0)
        await anext(heard)
        units = [f"team-{number}" for number in range(9)]
        for unit in units:
            told.tell(unit)
            live.call()
            await asyncio.sleep(0.005)
        found = [(await anext(heard)).subject.unit for _ in units]
        assert sorted(found) == units


async def test_who_leaves_is_forgotten_even_while_waiting() -> None:
    told = Told()
    told.tell("north")
    async with running(told) as live, asyncio.timeout(5):
        events = _events(live, EARS, 0, asyncio.Event())
        assert (await anext(events)).id == "1"
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.01)
        assert live.listeners == 1
        waiting.cancel()
        await asyncio.wait({waiting})
        await asyncio.sleep(0.01)
        assert live.listeners == 0


async def test_all_streams_end_when_the_process_stops_and_an_unknown_id_is_reset() -> None:
    told = Told()
    told.tell("north")
    draining = asyncio.Event()
    async with running(told) as live, asyncio.timeout(5):
        events = _events(live, EARS, 99, draining)
        assert [(await anext(events)).event for _ in range(2)] == ["reset", "measure.changed"]
        draining.set()
        with pytest.raises(StopAsyncIteration):
            await anext(events)


async def test_silent_feeds_and_restated_figures_are_heard_under_their_own_names() -> None:
    told = Told()
    told.notice("feed.stale", "feed/demo/cases")
    told.notice("measure.restated", "north/open/month/2026-10/restated", "north", "open")
    told.notice("measure.restated", "south/open/month/2026-10/restated", "south", "open")
    async with running(told) as live, asyncio.timeout(5):

        async def names(ears: Ears, count: int) -> list[str | None]:
            events = _events(live, ears, 0, asyncio.Event())
            found = [(await anext(events)).event for _ in range(count)]
            await events.aclose()
            return found

        assert await names(EARS, 3) == ["feed.stale", "measure.restated", "measure.restated"]
        assert await names(Ears("demo", None, ["north"]), 2) == ["feed.stale", "measure.restated"]
        assert await names(Ears("demo", ["open"], ["south"]), 1) == ["measure.restated"]
