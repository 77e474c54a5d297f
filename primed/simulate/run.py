"""The life of the simulated council: its history first, then the present, at the speed that was asked for."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import stamina

from primed.simulate import daily, people, present
from primed.simulate.feed import Feed
from primed.simulate.meetings import Meetings, MeetingsRefused
from primed.simulate.state import fresh, load, save

Progress = Callable[[str, float, int], None]
"""What is being done, how much of it (0 to 1), events sent so far."""

CHUNK = 4_000
"""Events of history between two savings of the state."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate: `speed` multiplies how often things happen in the present (0: stop there)."""

    seed: int
    months: int
    speed: float
    folder: Path
    staff_file: Path


def began(today: dt.date, months: int) -> dt.date:
    """The first day of the history: the first of a month, `months` whole months ago."""
    index = today.year * 12 + today.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)


class Simulation:
    """One council with its feed; everything that it must remember is in its state file."""

    def __init__(self, plan: Plan, feed: Feed, meetings: Meetings, now: Callable[[], dt.datetime]) -> None:
        self._plan = plan
        self._feed = feed
        self._meetings = meetings
        self._now = now
        self._file = plan.folder / "state.json"
        today = now().date()
        self._state = load(self._file) or fresh(plan.seed, began(today, plan.months), today)

    async def run(self, told: Progress) -> None:
        """Send what was left unsent, live up to today, hold the first meetings, then live on."""
        await self._send()
        await self._catch_up(told)
        await self._meet(told)
        while self._plan.speed > 0:
            await self._live_on()

    async def _catch_up(self, told: Progress) -> None:
        state, today = self._state, self._now().date()
        first, sent = state.day, 0
        people.write_directory(self._plan.staff_file, state)
        while state.day < today:
            state.unsent += daily.live_through(state)
            if len(state.unsent) >= CHUNK or state.day == today:
                sent += await self._send()
                told("history", (state.day - first).days / max((today - first).days, 1), sent)

    async def _meet(self, told: Progress) -> None:
        """Hold the first meetings; each command carries a key of its own, so a repeat changes nothing."""
        state = self._state
        if state.meetings_held:
            return
        told("meetings", 0.0, 0)
        state.meetings_at = state.meetings_at or self._now()
        save(self._file, state)
        # The actions service must have heard of the teams before their managers may hold a meeting.
        async for attempt in stamina.retry_context((MeetingsRefused, httpx2.TransportError), timeout=60):
            with attempt:
                await self._meetings.hold_first(state, state.meetings_at)
        state.meetings_held = True
        save(self._file, state)
        told("meetings", 1.0, 0)

    async def _live_on(self) -> None:
        pause = 1 / (present.events_a_second(self._state) * self._plan.speed)
        await asyncio.sleep(min(pause, 5.0))
        if self._now().date() > self._state.day:
            await self._catch_up(lambda *_: None)
        self._state.unsent += present.live_a_moment(self._state, self._now())
        await self._send()

    async def _send(self) -> int:
        """Send what is unsent; it is on disk before, so that a kill repeats the same events and no others."""
        if not self._state.unsent:
            return 0
        save(self._file, self._state)
        people.write_directory(self._plan.staff_file, self._state)
        sent = await self._feed.send(self._state.unsent)
        self._state.unsent = []
        save(self._file, self._state)
        return sent
