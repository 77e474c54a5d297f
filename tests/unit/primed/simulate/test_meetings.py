"""The first meetings of the simulated teams: what they are for, what they aim at, what they promise."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import Counter
from types import SimpleNamespace
from typing import Any

import httpx2

from primed.simulate.meetings import Meetings
from primed.simulate.town import TEAMS

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


def held(again: int = 1) -> list[tuple[str, dict[str, Any], str]]:
    """The commands that the first meetings send: path, body, key."""
    sent: list[tuple[str, dict[str, Any], str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            body = json.loads(request.content)
            sent.append((request.url.path, body, request.headers["idempotency-key"]))
        return httpx2.Response(201, json={"id": "x-1", "version": 1})

    workers = {team.id: SimpleNamespace(id=f"w-{team.id}", team=team.id, left=None) for team in TEAMS}

    async def hold() -> None:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
            meetings = Meetings("http://actions", lambda person, unit: person, http)
            for _ in range(again):
                await meetings.hold_first(SimpleNamespace(seed=1, workers=workers), NOW)  # type: ignore[arg-type]  # no more of a council is asked

    asyncio.run(hold())
    return sent


def test_each_team_says_what_it_is_for_and_agrees_a_target_at_its_meeting() -> None:
    sent = held()
    for path in ("/v1/purposes", "/v1/targets"):
        said = [body for where, body, _ in sent if where == path]
        assert [body["unit"] for body in said] == [team.id for team in TEAMS]
        assert {body["meeting"] for body in said} == {"x-1"}
    paths = [where for where, _, _ in sent[: len(sent) // len(TEAMS)]]
    assert paths.index("/v1/meetings/x-1/start") < paths.index("/v1/purposes")
    assert paths.index("/v1/targets") < paths.index("/v1/meetings/x-1/close")


def test_held_again_every_command_is_the_same() -> None:
    assert set(Counter((where, json.dumps(body), key) for where, body, key in held(again=2)).values()) == {2}
