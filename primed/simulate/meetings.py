"""The simulated teams hold a first meeting, so that there are commitments to follow up from the first day."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import httpx2

from primed.simulate.state import State
from primed.simulate.town import TEAM, TEAMS

PROMISES: tuple[tuple[str, str], ...] = (
    ("Re-plan the five oldest reviews with the people concerned.", "overdue"),
    ("Ask transport for joint visits on Tuesdays.", "completed"),
    ("Give every item that nobody holds to somebody by Friday.", "unallocated"),
    ("Agree two triage slots a day with the front door.", "start_overdue"),
    ("Phone the three providers who have not answered.", "overdue"),
    ("Go through the oldest work with each worker, one by one.", "overdue"),
)

PURPOSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "front-door": (
        "Whoever turns to us gets an answer the same day, and only those who need more are passed on.",
        ("Three of four contacts end with us.", "Nobody tells their story twice."),
    ),
    "long-term-support": (
        "People live the lives they choose, with the support they need and no more.",
        ("Nobody waits longer than 28 days for an assessment.", "Every package is reviewed within a year."),
    ),
    "short-term-support": (
        "People get back to doing for themselves what they can, soon and for good.",
        ("We begin within two working days.", "Most need no support from us afterwards."),
    ),
}
"""What the teams of each service are for."""
TARGETS: tuple[int, ...] = (85, 88, 92)
"""Of the work that teams complete, the percentage that they agree to complete on time."""


class MeetingsRefused(Exception):
    """The actions service did not take a command of the simulation."""


class Meetings:
    """Holds meetings by the HTTP interface of the actions service, as each team's manager would."""

    def __init__(self, actions: str, token: Callable[[str, str], str], client: httpx2.AsyncClient) -> None:
        self._actions = actions
        self._token = token
        self._client = client
        self._run = ""

    async def hold_first(self, state: State, now: dt.datetime) -> int:
        """One meeting in each team with a purpose, a target and two commitments, one of them kept; how many.

        Safe to repeat: `state.meetings_at` and the keys of the commands are the same each time.
        """
        self._run = f"simulate-{state.seed}-{now.isoformat(timespec='seconds')}"
        for team in TEAMS:
            workers = [
                worker.id for worker in state.workers.values() if worker.team == team.id and not worker.left
            ]
            if workers:
                await self._hold(team.id, workers, random.Random(f"{state.seed}-{team.id}"), now)
        return len(TEAMS)

    async def _hold(self, team: str, workers: list[str], rng: random.Random, now: dt.datetime) -> None:
        manager = self._token(f"s-manager-{team}", team)
        planned = {"unit": team, "title": "Weekly team meeting", "starts": now.isoformat(timespec="seconds")}
        meeting = await self._command(manager, "meetings", planned, key=f"{team}-plan")
        here = f"meetings/{meeting['id']}"
        meeting = await self._command(manager, f"{here}/start", {}, key=f"{team}-start", on=meeting)
        for number, (text, measure) in enumerate(rng.sample(PROMISES, 2)):
            deadline = (now + dt.timedelta(days=rng.randint(1, 12))).date().isoformat()
            promise = {"unit": team, "text": text, "owner": rng.choice(workers), "deadline": deadline}
            agreed = {**promise, "meeting": meeting["id"], "measure": measure}
            commitment = await self._command(manager, "commitments", agreed, key=f"{team}-agree-{number}")
        await self._aim(manager, team, meeting["id"], rng, now)
        done = {"outcome": "Done and holding."}
        await self._command(
            manager, f"commitments/{commitment['id']}/complete", done, key=f"{team}-complete", on=commitment
        )
        meeting = await self._read(manager, here)
        await self._command(manager, f"{here}/close", {}, key=f"{team}-close", on=meeting)
        again = next_tuesday(now).isoformat(timespec="seconds")
        await self._command(manager, "meetings", {**planned, "starts": again}, key=f"{team}-next")

    async def _aim(self, manager: str, team: str, meeting: str, rng: random.Random, now: dt.datetime) -> None:
        """Say what the team is for, and agree what it wants to reach."""
        purpose, objectives = PURPOSES[TEAM[team].service]
        said = {"unit": team, "purpose": purpose, "objectives": objectives, "meeting": meeting}
        await self._command(manager, "purposes", said, key=f"{team}-purpose")
        target = {
            "unit": team,
            "measure": "completed_on_time_percent",
            "value": rng.choice(TARGETS),
            "tolerance": 2,
            "since": f"{now:%Y-%m}",
            "reason": "What we can do with the people we have, and a little more.",
            "meeting": meeting,
        }
        await self._command(manager, "targets", target, key=f"{team}-target")

    async def _command(
        self, token: str, path: str, body: dict[str, Any], *, key: str, on: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": f"{self._run}-{key}"}
        if on is not None:
            headers["if-match"] = f'"{on["version"]}"'
        answer = await self._client.post(f"{self._actions}/v1/{path}", json=body, headers=headers)
        return _taken(answer)

    async def _read(self, token: str, path: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"}
        return _taken(await self._client.get(f"{self._actions}/v1/{path}", headers=headers))


def next_tuesday(now: dt.datetime) -> dt.datetime:
    """Ten o'clock on the first Tuesday at least two days away: when the teams meet."""
    day = now.date() + dt.timedelta(days=2)
    day += dt.timedelta(days=(1 - day.weekday()) % 7)
    return now.replace(
        year=day.year, month=day.month, day=day.day, hour=10, minute=0, second=0, microsecond=0
    )


def _taken(answer: httpx2.Response) -> dict[str, Any]:
    if answer.status_code >= 300:
        raise MeetingsRefused(f"actions answered {answer.status_code}: {answer.text[:500]}")
    body: dict[str, Any] = answer.json()
    return body
