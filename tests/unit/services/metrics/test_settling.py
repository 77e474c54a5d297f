"""When lines are settled: once enough wait or the first has waited, seldom while much is still to come."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from services.metrics import settling as module
from services.metrics.flow import NotNow
from services.metrics.settling import Settler

TODAY = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)
ENOUGH = 1000


class Lead:
    async def stands(self) -> bool:
        return True


@dataclass
class Shelves:
    """Lines wait, are settled by steps, and Postgres may be away."""

    lines: int
    alone: bool = True
    away: int = 0
    tidied: int = 0
    settled: list[int] = field(default_factory=list)
    opened: list[dt.date] = field(default_factory=list)

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[Lead | None]:
        yield Lead() if self.alone else None

    async def waiting(self) -> int:
        if self.away:
            self.away -= 1
            raise NotNow("Postgres is away")
        return self.lines

    async def settle(self) -> int:
        step = min(self.lines, 800)
        self.lines -= step
        self.settled.append(step)
        return step

    async def tidy(self) -> int:
        self.tidied += 1
        return int(self.tidied < 3)

    async def open(self, today: dt.date, most: int) -> int:
        self.opened.append(today)
        return 0


async def run(shelves: Shelves, every_s: float = 60.0, catching_up: bool = False) -> Settler:
    settler = Settler(shelves, lambda: TODAY, ENOUGH, every_s, lambda: catching_up)
    await settler.start()
    await asyncio.sleep(0.2)
    await settler.stop()
    assert not settler.failed.done() or settler.failed.result()
    return settler


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.005)
    monkeypatch.setattr(module, "TRY_AGAIN_S", 0.005)


async def test_enough_lines_are_settled_until_few_wait() -> None:
    shelves = Shelves(2100)
    await run(shelves)
    assert shelves.settled == [800, 800]
    assert shelves.lines == 500


async def test_few_lines_wait_for_their_time_and_stocks_are_opened_meanwhile() -> None:
    shelves = Shelves(10)
    await run(shelves)
    assert shelves.settled == []
    assert shelves.opened[0] == TODAY.date()
    assert shelves.tidied == 3
    await run(shelves, every_s=0.05)
    assert shelves.settled == [10]


async def test_while_catching_up_far_more_may_wait_and_nothing_is_opened() -> None:
    shelves = Shelves(2100)
    await run(shelves, catching_up=True)
    assert (shelves.settled, shelves.opened) == ([], [])
    shelves.lines = ENOUGH * module.WHILE_CATCHING_UP
    await run(shelves, catching_up=True)
    assert shelves.settled == [800]


async def test_only_who_leads_settles_and_what_is_away_is_tried_again() -> None:
    follower = Shelves(2100, alone=False)
    await run(follower)
    assert follower.settled == []
    patient = Shelves(2100, away=3)
    await run(patient)
    assert patient.settled == [800, 800]


async def test_when_lines_pile_up_it_says_what_to_do() -> None:
    shelves = Shelves(ENOUGH * module.BEHIND * 10)
    settler = Settler(shelves, lambda: TODAY, ENOUGH, 60, lambda: True)
    assert await settler.well() is None
    await settler.start()
    await asyncio.sleep(0.02)
    assert "00 lines wait to be settled, so readings are slow" in (await settler.well() or "")
    shelves.lines = 5
    await asyncio.sleep(0.05)
    assert await settler.well() is None
    await settler.stop()
