"""When to look and how often: coalesced, patient while something is away, one round at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from eventlog.records import LogUnavailable
from services.metrics import publisher as module
from services.metrics.flow import NotNow
from services.metrics.publisher import Publisher
from services.metrics.telling import Teller

EVERY_S = 0.05


class Lead:
    async def stands(self) -> bool:
        return True


@asynccontextmanager
async def leading() -> AsyncIterator[Lead]:
    yield Lead()


@asynccontextmanager
async def following() -> AsyncIterator[None]:
    yield None


@dataclass
class Rounds:
    """A teller that notes when it was asked to look, and may find Kafka away."""

    sends: int = 1
    away: int = 0
    began: int = 0
    at: list[float] = field(default_factory=list)
    behind: int = 0

    async def begin(self, last_sent: Any) -> None:
        self.began += 1

    async def round(self, now: dt.datetime) -> int:
        self.at.append(time.monotonic())
        if self.away:
            self.away -= 1
            raise LogUnavailable("Kafka is away")
        return self.sends


@dataclass
class Slow:
    """A duty that takes very long, or finds Postgres away first."""

    away: int = 0
    began: int = 0
    ended: int = 0

    async def round(self, now: dt.datetime) -> int:
        self.began += 1
        if self.away:
            self.away -= 1
            raise NotNow("Postgres is away")
        await asyncio.sleep(60)
        self.ended += 1
        return 0


def publisher_of(
    rounds: Rounds,
    lead: Callable[[], Any] = leading,
    catching_up: Callable[[], bool] = lambda: False,
    duties: Sequence[Slow] = (),
) -> Publisher:
    async def nothing() -> dict[bytes, int]:
        return {}

    return Publisher(
        lead,
        lambda: cast("Teller", rounds),
        nothing,
        lambda: dt.datetime.now(dt.UTC),
        EVERY_S,
        lambda: None,
        catching_up,
        lambda teller: duties,
    )


async def run(rounds: Rounds, seconds: float, *given: Any, **others: Any) -> Publisher:
    publisher = publisher_of(rounds, *given, **others)
    await publisher.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        publisher.call()
        await asyncio.sleep(0.001)
    await publisher.stop()
    assert not publisher.failed.done()
    return publisher


async def test_while_the_ledger_has_far_to_go_little_is_told() -> None:
    rounds = Rounds()
    await run(rounds, 0.5, catching_up=lambda: True)
    assert len(rounds.at) == 1


async def test_once_the_ledger_has_caught_up_it_is_told() -> None:
    rounds = Rounds()
    behind = True
    publisher = publisher_of(rounds, catching_up=lambda: behind)
    await publisher.start()
    while not rounds.at:
        await asyncio.sleep(0.01)
    behind = False
    async with asyncio.timeout(module.CATCHING_UP_S / 2):
        while len(rounds.at) < 2:
            publisher.call()
            await asyncio.sleep(0.01)
    await publisher.stop()


async def test_changes_are_gathered_between_rounds() -> None:
    rounds = Rounds()
    await run(rounds, 0.5)
    gaps = [later - sooner for sooner, later in zip(rounds.at, rounds.at[1:], strict=False)]
    assert len(gaps) >= 2
    assert min(gaps) >= EVERY_S * 0.95


async def test_no_other_duty_holds_up_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BESIDES_S", 0.01)
    rounds, slow = Rounds(), Slow(away=2)
    await run(rounds, 0.5, duties=[slow])
    assert len(rounds.at) >= 2
    assert (slow.began, slow.ended) == (3, 0)


async def test_a_call_after_rest_is_answered_at_once() -> None:
    rounds = Rounds(sends=0)
    await run(rounds, 0.3)
    assert len(rounds.at) > 10


async def test_an_outage_is_waited_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRY_AGAIN_S", 0.02)
    rounds = Rounds(away=2)
    publisher = await run(rounds, 0.4)
    assert rounds.began == 3
    assert await publisher.well() is None
    away = await run(Rounds(away=1000), 0.1)
    assert "Kafka is away" in str(await away.well())


async def test_who_does_not_lead_tells_nothing() -> None:
    rounds = Rounds()
    await run(rounds, 0.1, following)
    assert rounds.at == []
