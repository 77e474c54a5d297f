"""Work in the background: called, finished in time when told to leave, never broken in silence."""

from __future__ import annotations

import asyncio

import pytest

from runtime.background import Background
from tests.patience import PATIENCE_S


class Carrier(Background):
    """Carries one thing a call, each in two steps."""

    name = "carrier"

    def __init__(self, finish_s: float = 0.0, step_s: float = 0.0) -> None:
        super().__init__()
        self.finish_s, self.step_s = finish_s, step_s
        self.begun = self.done = 0

    async def run(self) -> None:
        while not self.leaving:
            await self.called(60.0)
            self.begun += 1
            await asyncio.sleep(self.step_s)
            self.done += 1


async def until(carrier: Carrier, begun: int) -> None:
    async with asyncio.timeout(5):
        while carrier.begun < begun:
            await asyncio.sleep(0)


async def test_it_waits_for_a_call_and_a_call_in_between_is_not_lost() -> None:
    carrier = Carrier()
    await carrier.start()
    carrier.call()
    await until(carrier, 1)
    carrier.call()
    await until(carrier, 2)
    await carrier.stop()
    assert carrier.begun == 2


async def test_without_a_call_it_looks_after_its_patience() -> None:
    carrier = Carrier()
    async with asyncio.timeout(5):
        await carrier.called(0.01)


@pytest.mark.parametrize(("finish_s", "finished"), [(5.0, True), (0.0, False)])
async def test_told_to_leave_it_finishes_what_is_in_hand_where_it_may(
    finish_s: float, finished: bool
) -> None:
    carrier = Carrier(finish_s, step_s=0.05)
    await carrier.start()
    carrier.call()
    await until(carrier, 1)
    await carrier.stop()
    assert carrier.leaving
    assert (carrier.begun == carrier.done) is finished


async def test_what_breaks_it_is_handed_on_and_stopping_it_then_is_quiet() -> None:
    class Broken(Background):
        name = "broken"

        async def run(self) -> None:
            raise RuntimeError("no more")

    broken = Broken()
    await broken.start()
    with pytest.raises(RuntimeError, match="no more"):
        await asyncio.wait_for(broken.failed, PATIENCE_S)
    await broken.stop()


async def test_what_was_never_begun_can_be_stopped() -> None:
    carrier = Carrier()
    await carrier.stop()
    assert not carrier.failed.done()
