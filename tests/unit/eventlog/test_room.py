"""Room for what is under way: bounded, first come first served."""

from __future__ import annotations

import asyncio

import pytest

from eventlog.room import Room
from tests.patience import PATIENCE_S


async def test_who_does_not_fit_waits_and_comes_in_order() -> None:
    room, came = Room(100), []

    async def take(name: str, size: int) -> None:
        await room.take(size)
        came.append(name)

    await take("first", 80)
    waiting = [asyncio.create_task(take("large", 60)), asyncio.create_task(take("small", 10))]
    await asyncio.sleep(0)
    assert came == ["first"], "the small one must not overtake the large one"
    room.give_back(80)
    await asyncio.gather(*waiting)
    assert came == ["first", "large", "small"]


async def test_one_that_is_larger_than_the_room_goes_alone() -> None:
    room = Room(100)
    await room.take(500)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(room.take(1), 0.05)
    room.give_back(500)
    await asyncio.wait_for(room.take(1), PATIENCE_S)


async def test_who_gives_up_waiting_takes_no_room() -> None:
    room = Room(100)
    await room.take(100)
    leaving = asyncio.create_task(room.take(100))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    room.give_back(100)
    await asyncio.wait_for(room.take(100), PATIENCE_S)
