"""Questions without an answer: each is refused in words, or answered without a figure, never a wrong one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from services.metrics.answers.asking import Sources
from services.metrics.domain.worklist import Health
from tests.integration.metrics_read.conftest import Council, front_of

REPORTS = ("workload", "completed", "outcomes", "spend", "interfaces", "waits", "ages", "leavers")
WITH_UNITS: list[tuple[str, dict[str, str]]] = [
    *((f"/v1/reports/{name}", {}) for name in REPORTS),
    *((f"/v1/reports/{name}.csv", {}) for name in REPORTS),
    ("/v1/figures", {"measure": "open"}),
    ("/v1/figures.csv", {"measure": "open"}),
    ("/v1/figures.xlsx", {"measure": "open"}),
    ("/v1/series", {"measure": "open"}),
    ("/v1/funnel", {"measure": "overdue_percent"}),
    ("/v1/explain", {"measure": "open"}),
    ("/v1/effects", {}),
    ("/v1/summary", {}),
    ("/v1/work", {}),
]
EARLY = "2025-01-01T00:00:00Z"
BEGAN = dt.datetime(2025, 5, 5, 12, tzinfo=dt.UTC)


@pytest.fixture
def heard(sources: Sources, tmp_path: Path) -> Council:
    """A council of which it is known since when the ledger has events."""
    return front_of(sources, tmp_path, Health(began=BEGAN))


async def test_an_unknown_unit_is_not_there(council: Council) -> None:
    for path, asked in WITH_UNITS:
        answer = await council.get(path, unit="nonsense", **asked)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_measure_names_those_that_exist(council: Council) -> None:
    for path in ("figures", "figures.csv", "series", "funnel", "explain"):
        answer = await council.get(f"/v1/{path}", measure="overdu")
        assert answer.status_code == 404, path
        assert "overdue" in answer.json()["there_is"]


async def test_a_range_that_is_reversed_is_refused(council: Council) -> None:
    reports = [(f"/v1/reports/{name}", {}) for name in REPORTS]
    for path, asked in [*reports, ("/v1/series", {"measure": "open"}), ("/v1/effects", {})]:
        answer = await council.get(path, **asked, **{"from": "2026-06-02", "to": "2026-06-01"})
        assert answer.status_code == 422, path
        assert "before it begins" in answer.text
        assert answer.json()["errors"][0]["field"] == "from"


async def test_before_the_first_event_figures_have_no_value_and_say_why(heard: Council) -> None:
    body = (await heard.get("/v1/figures", measure=["open", "received", "spend_cost"], as_known=EARLY)).json()
    assert [one["value"] for one in body["figures"]] == [None, None, None]
    assert "Nothing was known then; the first event was known at 2025-05-05T13:00:00+01:00" in body["note"]
    told = (await heard.get("/v1/explain", measure="open", as_known=EARLY)).json()
    assert (told["figure"]["value"], told["lines"]) == (None, [])
    points = (await heard.get("/v1/series", measure="open", as_known=EARLY)).json()
    assert {point["value"] for point in points["points"]} <= {None}
    assert points["finding"] == "Nothing to judge yet"
    summary = (await heard.get("/v1/summary", as_known=EARLY)).json()
    assert summary["finding"].startswith("Nothing was known then")
    funnel = (await heard.get("/v1/funnel", measure="overdue_percent", as_known=EARLY)).json()
    assert (funnel["pooled"], funnel["teams"]) == (None, [])


async def test_before_the_first_event_there_is_no_report(heard: Council) -> None:
    for name in (*REPORTS, "workload.csv", "spend.xlsx"):
        answer = await heard.get(f"/v1/reports/{name}", as_known=EARLY)
        assert answer.status_code == 422, name
        assert "Nothing was known then" in answer.text


async def test_a_moment_to_come_is_answered_as_known_now_and_says_so(heard: Council) -> None:
    body = (await heard.get("/v1/figures", measure="open", as_known="2026-06-16T00:00:00Z")).json()
    assert body["figures"][0]["value"] == 6
    assert "still to come" in body["note"]


async def test_a_figure_of_nothing_is_no_nought(council: Council) -> None:
    body = (await council.get("/v1/figures", measure="overdue_percent", unit="reable")).json()["figures"][0]
    assert (body["value"], body["numerator"], body["denominator"]) == (None, 0, 0)
    ahead = (await council.get("/v1/figures", measure="open", period="2026-09")).json()["figures"][0]
    assert (ahead["value"], ahead["unfinished"]) == (None, True)
