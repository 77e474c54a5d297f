"""`/v1/restatements` as programs and pages ask it: shapes, scope, ranges, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.metrics.api import restatements
from services.metrics.api.desk import Desk
from tests.integration.metrics import test_restatements
from tests.integration.metrics.test_restatements import Looked, told
from tests.integration.metrics.test_standing import JULY, LONDON

world = test_restatements.world


async def get(world: Looked, home: Path, scope: str | None = "north", **asked: Any) -> httpx2.Response:
    settings = Settings(home=home)
    issuer = TokenIssuer(settings.keys)
    desk = Desk(world.sources(), lambda: JULY, LONDON)
    routes = [restatements.router(desk, world.past())]
    app = application("metrics", token_reader(settings), routes, checks={})
    token = issuer.issue("manager", scope, "demo", "somebody", 600)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://metrics") as client:
        return await client.get(
            "/v1/restatements", headers={"authorization": f"Bearer {token}"}, params=asked
        )


async def test_a_restatement_with_its_causes_and_their_events(world: Looked, tmp_path: Path) -> None:
    await told(world)
    body = (await get(world, tmp_path, measure="done", period="2026-05")).json()
    (one,) = body["restatements"]
    assert (one["given"]["value"], one["now"]["value"], one["difference"]["value"]) == (3, 2, -1)
    assert one["given_at"] == "2026-06-05T23:00:00Z"
    assert [(part["cause"], part["value"], part["total_lines"]) for part in one["causes"]] == [
        ("late", 1, 1),
        ("corrected", -1, 1),
        ("retracted", -1, 1),
    ]
    assert one["causes"][2]["lines"][0]["event"]["type"] == "primed.event.retracted.v1"
    short = (await get(world, tmp_path, measure="done", period="2026-05", limit=0)).json()
    assert [part["lines"] for part in short["restatements"][0]["causes"]] == [[], [], []]


async def test_a_range_and_the_month_before_when_nothing_is_asked(world: Looked, tmp_path: Path) -> None:
    await told(world)
    months = {"from": "2026-04", "to": "2026-06"}
    body = (await get(world, tmp_path, measure="came", **months)).json()
    assert [one["period"] for one in body["restatements"]] == ["2026-04", "2026-05", "2026-06"]
    assert body["restatements"][0]["note"].startswith("The period closed before the ledger began")
    assert {one["period"] for one in (await get(world, tmp_path, measure="came")).json()["restatements"]} == {
        "2026-06"
    }
    weeks = (await get(world, tmp_path, grain="week", **months)).json()["restatements"]
    assert {one["period"] for one in weeks} == {"2026-W22", "2026-W23"}


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"from": "2026-06", "to": "2026-05"}, 422, "before it begins"),
        ({"period": "2026-13"}, 422, "2026-11"),
        ({"measure": "nonsense"}, 404, "there are: done"),
        ({"unit": "south"}, 404, "nothing here"),
        ({"grain": "week", "from": "2020-01", "to": "2026-05"}, 422, "At most 60"),
        ({"as_known": "2026-06-01T00:00:00"}, 422, "offset"),
    ],
)
async def test_refusals(world: Looked, tmp_path: Path, asked: dict[str, str], status: int, says: str) -> None:
    answer = await get(world, tmp_path, **asked)
    assert answer.status_code == status, answer.text
    assert says in answer.text
