"""Rules tried on history: by the reader's own token, within their reach, and without any effect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from tests.integration.notify.conftest import Notify

pytestmark = pytest.mark.real

DRAFT: dict[str, Any] = {
    "name": "Overdue work",
    "measure": "overdue",
    "level": "team",
    "comparison": "above",
    "value": 20,
    "clear": 15,
}
PERIODS = {"2026-08": "2026-08-31", "2026-09": "2026-09-30", "2026-10": "2026-10-31", "2026-11": "2026-11-30"}


def metrics(values: Mapping[str, list[float | None]], seen: list[httpx2.Request]) -> httpx2.MockTransport:
    """A metrics that answers the series of each unit, from August on."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        asked = request.url.params
        if asked["measure"] != "overdue":
            return httpx2.Response(404, json={"detail": f"There is no measure '{asked['measure']}'."})
        if asked.get("from") == "never":
            return httpx2.Response(422, json={"detail": "'never' is no period."})
        points = [
            {"period": period, "to": last, "value": value, "denominator": None, "mean": 3.0}
            for (period, last), value in zip(PERIODS.items(), values[asked["unit"]], strict=False)
        ]
        about = {
            "unit": asked["unit"],
            "as_at": "2026-11-23",
            "fresh_at": "2026-11-23T09:00:00Z",
            "positions": {"t-0": 7},
        }
        return httpx2.Response(200, json={**about, "target": 10, "points": points})

    return httpx2.MockTransport(answer)


async def test_a_trial_says_when_where_and_for_whom_it_would_have_fired(notify: Notify) -> None:
    seen: list[httpx2.Request] = []
    await notify.told(1)
    notify.metrics = metrics({"north": [12, 23, 14, 21], "south": [5, 16, 19, 20], "unassigned": []}, seen)
    analyst = notify.as_("analyst")
    answer = await analyst.did("/v1/rules/team-overdue/trial")
    assert [(one["unit"], one["period"], one["value"]) for one in answer["firings"]] == [
        ("north", "2026-09", 23),
        ("north", "2026-11", 21),
    ]
    first, last = answer["firings"]
    assert [asked["person"] for asked in first["asked"]] == ["leah", "ruth"]
    assert first["asked"][1]["at"] == "2026-10-01T16:00:00Z"
    assert first["why"] == "Overdue work is now 14, at or below 15."
    assert (last["cleared_at"], [asked["person"] for asked in last["asked"]]) == (None, ["leah"])
    assert answer["people"] == [{"person": "leah", "messages": 3}, {"person": "ruth", "messages": 2}]
    assert (answer["from"], answer["to"], answer["units"]) == (
        "2026-08",
        "2026-11",
        ["north", "south", "unassigned"],
    )
    assert (answer["positions"], answer["fresh_at"]) == ({"t-0": 7}, "2026-11-23T09:00:00Z")
    assert answer["finding"] == (
        "It would have fired twice from August 2026 to November 2026, at 1 of 3 units, "
        "with 5 messages to 2 people if nobody had answered; 1 would stand now."
    )
    assert {request.headers["Authorization"] for request in seen} == {f"Bearer {analyst.token}"}
    again = await analyst.did("/v1/rules/team-overdue/trial")
    assert json.dumps(again) == json.dumps(answer)
    assert (await notify.as_("operator").saw("/v1/escalations"))["items"] == []
    assert await notify.deliver() == []


async def test_a_rule_that_is_not_saved_is_tried_within_the_readers_reach(notify: Notify) -> None:
    seen: list[httpx2.Request] = []
    notify.metrics = metrics({"north": [12, 23, 14, 21]}, seen)
    leah = notify.as_("manager", "north", "leah")
    answer = await leah.did("/v1/rules/trial?from=2026-08&to=2026-11", {**DRAFT, "enabled": False})
    assert (answer["units"], len(answer["firings"]), answer["rule"]["version"]) == (["north"], 2, 0)
    assert [dict(request.url.params) for request in seen] == [
        {"measure": "overdue", "unit": "north", "grain": "month", "from": "2026-08", "to": "2026-11"}
    ]
    assert (await leah.get("/v1/rules/draft")).status_code == 404


async def test_what_cannot_be_tried_says_what_to_do(notify: Notify) -> None:
    await notify.told(1)
    notify.metrics = metrics({"north": [], "south": [], "unassigned": []}, [])
    operator = notify.as_("operator")
    wrong = {**DRAFT, "clear": 30}
    for path, body, told in (
        ("/v1/rules/trial", wrong, "clear must be at or below value"),
        ("/v1/rules/trial", {**DRAFT, "measure": "nope"}, "There is no measure 'nope'."),
        ("/v1/rules/trial?from=never", DRAFT, "'never' is no period."),
        ("/v1/rules/trial", {**DRAFT, "unit": "elsewhere", "level": None}, "no unit within your reach"),
    ):
        answer = await operator.send("POST", path, body)
        assert (answer.status_code, told in answer.json()["detail"]) == (422, True), answer.text
    assert (await operator.send("POST", "/v1/rules/none/trial")).status_code == 404
    nothing = await operator.did("/v1/rules/team-overdue/trial")
    assert nothing["finding"] == "There is no history to try it on."
    notify.metrics = httpx2.MockTransport(lambda request: httpx2.Response(503))
    away = await operator.send("POST", "/v1/rules/team-overdue/trial")
    assert (away.status_code, away.headers["Retry-After"]) == (503, "2")
    for role, status in (("practitioner", 403), ("feeder", 403), ("service", 403)):
        assert (await notify.as_(role).send("POST", "/v1/rules/trial", DRAFT)).status_code == status
