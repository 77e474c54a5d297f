"""What decisions did to spend, and whose they were; one worker's for that worker and their manager only."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eventlog.postgres import connect
from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from schemas.envelope import Envelope, Event
from schemas.organisation import WorkerJoined
from schemas.registry import data_of
from schemas.tree import Tree
from services.metrics.api import routers
from services.metrics.api.desk import Desk
from services.metrics.store.ledger import PostgresLedger
from tests.casebook import PLACES, said
from tests.integration.metrics.test_standing import LONDON, Dated
from tests.integration.metrics.test_telling import organisation

NOW = dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC)
MAY = {"from": "2026-05", "to": "2026-05"}


def work(verb: str, key: str, day: str, number: int, **data: Any) -> dict[str, Any]:
    return said(verb, key, 0, number, **data) | {"time": f"{day}T10:00:00+01:00"}


def package(verb: str, key: str, day: str, number: int, **data: Any) -> dict[str, Any]:
    return work(verb, key, day, number, **data) | {"type": f"primed.package.{verb}.v1"}


def weekly(pence: int, **more: Any) -> dict[str, Any]:
    return {"team": "north", "setting": "residential", "unit_cost": pence, "frequency": "weekly", **more}


TOLD = [
    work("received", "A", "2026-05-04", 1, team="north", kind="review"),
    work("allocated", "A", "2026-05-04", 2, worker="w-1"),
    work("completed", "A", "2026-05-10", 3, outcome="reduced"),
    work("received", "B", "2026-05-04", 1, team="north", kind="assessment"),
    work("allocated", "B", "2026-05-04", 2, worker="w-2"),
    work("completed", "B", "2026-05-11", 3, outcome="residential"),
    work("received", "C", "2026-05-04", 1, team="south", kind="review"),
    work("completed", "C", "2026-05-12", 3, outcome="ended"),
    work("received", "D", "2026-05-04", 1, team="north", kind="review", due="2026-05-08"),
    work("allocated", "D", "2026-05-05", 2, worker="w-1"),
    package("started", "p1", "2026-01-05", 1, **weekly(50_000)),
    package("changed", "p1", "2026-05-12", 2, unit_cost=16_000, decided_in="demo/cases/A"),
    package("started", "p2", "2026-05-13", 1, **weekly(90_000, decided_in="demo/cases/B")),
    package("started", "p3", "2026-01-05", 1, **weekly(100_000, team="south")),
    package("ended", "p3", "2026-05-14", 2, decided_in="demo/cases/C"),
    package("started", "p4", "2026-05-20", 1, **weekly(7_000)),
    package("started", "p5", "2026-05-21", 1, **weekly(3_000, decided_in="demo/cases/D")),
]


def joined(tree: Tree, worker: str, team: str) -> Tree:
    data = WorkerJoined(worker=worker, team=team)
    envelope = Envelope(
        specversion="1.0",
        id=worker,
        source="demo/hr",
        type="primed.worker.joined.v1",
        subject=f"demo/hr/{worker}",
        time="2020-01-01T00:00:00+00:00",
        data=data_of(data),
    )
    return tree.after(Event(envelope=envelope, data=data))


class Asked:
    """The surface of metrics over a world."""

    def __init__(self, world: Dated, home: Path) -> None:
        settings = Settings(home=home)
        self.issuer = TokenIssuer(settings.keys)
        desk = Desk(world.sources(), lambda: NOW, LONDON)
        self.app = application("metrics", token_reader(settings), routers(desk), checks={})

    async def __call__(
        self,
        path: str,
        role: str = "manager",
        unit: str | None = "north",
        subject: str = "boss",
        **asked: Any,
    ) -> httpx2.Response:
        token = self.issuer.issue(role, unit, "demo", subject, 600)
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://metrics") as client:
            return await client.get(path, headers={"authorization": f"Bearer {token}"}, params=asked)


@pytest.fixture
async def ask(database: str, tmp_path: Path) -> AsyncIterator[Asked]:
    pool = await connect(database, "metrics", max_size=4)
    ledger = PostgresLedger(pool)
    await ledger.prepare()
    await ledger.stand(PLACES)
    tree = joined(joined(organisation(), "w-1", "north"), "w-2", "north")
    world = Dated(pool, ledger, tree=tree)
    await world.at("2026-06-14T09:00:00+00:00", *TOLD)
    yield Asked(world, tmp_path)
    await pool.close()


async def test_a_units_spend_by_who_decided_adds_up_with_what_nobody_can_be_given(ask: Asked) -> None:
    body = (await ask("/v1/effects", "head", "adults", **MAY)).json()
    assert body["whole"]["weekly_spend"] == -340 + 900 - 1000 + 70 + 30
    assert [(one["name"], one["weekly_spend"], one["decisions"]) for one in body["teams"]] == [
        ("north", 560, 2),
        ("south", -1000, 1),
    ]
    assert {one["name"]: one["weekly_spend"] for one in body["kinds"]} == {"assessment": 900, "review": -1340}
    assert body["not_given"]["no_decision_named"]["weekly_spend"] == 70
    assert body["not_given"]["decision_unknown"]["weekly_spend"] == 30
    parts = sum(one["pence"] for one in body["teams"]) + sum(
        one["pence"] for one in body["not_given"].values()
    )
    assert parts == body["whole"]["pence"]
    assert body["own"] is None


async def test_what_reviews_did_to_spend_month_by_month(ask: Asked) -> None:
    days = {"from": "2026-04", "to": "2026-05", "per": "month"}
    body = (await ask("/v1/effects", "head", "adults", **days)).json()
    assert body["finding"] == (
        "2 reviews changed weekly spend by −£1,340 from 1 April 2026 to 31 May 2026, of −£340 in all; "
        "nobody can be given +£100 of it."
    )
    april, may = body["months"]
    assert (april["month"], april["whole"]["weekly_spend"], april["kinds"]) == ("2026-04", 0, [])
    kinds = {one["name"]: (one["weekly_spend"], one["decisions"]) for one in may["kinds"]}
    assert kinds == {"assessment": (900, 1), "review": (-1340, 2)}
    assert may["not_given"]["no_decision_named"]["weekly_spend"] == 70
    quiet = (await ask("/v1/effects", "head", "adults", **{"from": "2026-04", "to": "2026-04"})).json()
    assert quiet["finding"] == "No review changed weekly spend in April; in all it changed by £0."
    assert quiet["months"] is None


async def test_ones_own_effect_beside_the_whole_of_the_service(ask: Asked) -> None:
    body = (await ask("/v1/effects", "practitioner", "north", "w-1", worker="w-1", **MAY)).json()
    assert body["unit"] == "adults"
    assert body["own"]["effect"]["weekly_spend"] == -340
    assert body["own"]["others"]["weekly_spend"] == 900
    assert body["not_given"]["decision_unknown"]["weekly_spend"] == -1000 + 30
    assert body["own"]["flows"]["completed"] == {"review": 1}
    assert body["own"]["outcomes"] == {"reduced": 1}
    assert (
        body["own"]["finding"] == "Your review in May changed weekly spend by −£340 of the service's −£340."
    )
    assert body["teams"] is None
    assert "w-2" not in str(body)


async def test_as_known_before_the_completion_the_decision_is_nobodys(ask: Asked) -> None:
    early = {"as_known": "2026-05-01T00:00:00Z"}
    body = (await ask("/v1/effects", "practitioner", "north", "w-1", worker="w-1", **MAY, **early)).json()
    assert body["whole"]["weekly_spend"] == 0


@pytest.mark.parametrize(
    ("role", "unit", "subject", "status"),
    [
        ("practitioner", "north", "w-1", 200),
        ("practitioner", "north", "w-2", 404),
        ("manager", "north", "boss", 200),
        ("manager", "adults", "boss", 200),
        ("manager", "south", "boss", 404),
        ("head", "adults", "boss", 404),
        ("director", None, "boss", 404),
        ("finance", None, "boss", 404),
        ("analyst", None, "boss", 404),
        ("service", None, "boss", 404),
    ],
)
async def test_one_workers_figures_are_theirs_and_their_managers(
    ask: Asked, role: str, unit: str | None, subject: str, status: int
) -> None:
    effects = await ask("/v1/effects", role, unit, subject, worker="w-1", **MAY)
    assert effects.status_code == status, effects.text
    own = await ask("/v1/figures", role, unit, subject, worker="w-1", measure="completed", period="2026-05")
    assert own.status_code == status, own.text


async def test_figures_of_ones_own_work(ask: Asked) -> None:
    async def value(measure: str, **asked: Any) -> Any:
        answer = await ask(
            "/v1/figures", "practitioner", "north", "w-1", worker="w-1", measure=measure, **asked
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["figures"][0]["value"]

    assert await value("completed", period="2026-05") == 1
    assert await value("allocations", period="2026-05") == 2
    assert await value("open", period="2026-06") == 1
    assert await value("open", period="2026-05", as_at="2026-05-04") == 1
    assert await value("overdue", period="2026-06") == 1
    assert await value("median_days_to_complete", period="2026-05") == 6
    assert await value("completed_on_time_percent", period="2026-05") == 100
    assert await value("completed", period="2026-05", as_known="2026-05-30T00:00:00Z") == 0


async def test_a_measure_that_names_no_worker_says_so(ask: Asked) -> None:
    answer = await ask("/v1/figures", "practitioner", "north", "w-1", worker="w-1", measure="received")
    assert answer.status_code == 422
    assert "leave worker out" in answer.text


async def test_workers_together_are_the_teams_figure(ask: Asked) -> None:
    async def value(**asked: Any) -> int:
        answer = await ask("/v1/figures", measure="allocations", period="2026-05", unit="north", **asked)
        return int(answer.json()["figures"][0]["value"])

    assert await value(worker="w-1") + await value(worker="w-2") == await value() == 3
