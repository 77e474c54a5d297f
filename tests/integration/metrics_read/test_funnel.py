"""The funnel over HTTP: teams of a unit on that day, beside the limits of chance."""

import pytest


async def test_the_teams_of_a_unit_in_a_month(passing_council) -> None:
    body = (await passing_council.get("/v1/funnel", measure="overdue_percent")).json()
    assert {"as_at", "as_known", "fresh_at", "positions"} <= body.keys()
    shown = [(one["team"], one["name"], one["numerator"], one["denominator"]) for one in body["teams"]]
    assert shown == [("north", "North", 2, 3), ("south", "South", 1, 2)]
    assert (body["pooled"], body["numerator"], body["denominator"]) == (60.0, 3, 5)
    assert {one["verdict"] for one in body["teams"]} == {"as_expected"}
    assert body["unfinished"]
    assert not body["over_dispersed"]
    assert body["finding"] == "No team stands out: the 2 teams differ as much as chance gives"
    limits = body["teams"][0]["limits"]
    assert limits["lower_99_8"] < limits["lower_95"] < 60 < limits["upper_95"] < limits["upper_99_8"]


async def test_the_teams_are_those_of_the_day(passing_council) -> None:
    async def teams(**asked: str) -> list[str]:
        body = (await passing_council.get("/v1/funnel", measure="unallocated_percent", **asked)).json()
        return [one["team"] for one in body["teams"]]

    assert await teams(unit="short", period="2026-06") == ["south"]
    assert await teams(unit="short", period="2026-05") == []
    assert await teams(unit="long", period="2026-05") == ["north"]
    assert await teams(unit="long", period="2026-W23") == ["north"]


@pytest.mark.parametrize(
    ("params", "status", "says"),
    [
        ({"measure": "overdue"}, 422, "overdue) is no share of anything"),
        ({"measure": "median_days_to_start"}, 422, "Choose one of contacts_resolved_percent"),
        ({"measure": "nonsense"}, 404, "there are: received"),
        ({"measure": "overdue_percent", "period": "May"}, 422, "2026-11 or a week"),
        ({"measure": "overdue_percent", "unit": "nowhere"}, 404, "nothing here"),
        ({}, 422, "measure"),
    ],
)
async def test_refusals(passing_council, params, status, says) -> None:
    answer = await passing_council.get("/v1/funnel", **params)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
