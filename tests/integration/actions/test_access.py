"""Who may do what: every route, every role, and units and tenants that are not one's own."""

from __future__ import annotations

import re
from typing import Any

import pytest

from runtime.auth import ROLES
from tests.integration.actions.conftest import Asker, Council

pytestmark = pytest.mark.real

READERS = {"practitioner", "manager", "head", "director", "finance", "analyst", "operator", "service"}
LEADERS = {"manager", "head", "director"}
PEOPLE = READERS - {"operator", "service"}
PLAN = {"unit": "north", "title": "Team meeting", "starts": "2026-11-23T10:00:00+00:00"}
WISH = {"unit": "north", "text": "It.", "owner": "w-1", "deadline": "2026-12-04"}
TARGET = {
    "unit": "north",
    "measure": "completed",
    "value": 40,
    "since": "2026-12",
    "reason": "The post is filled.",
}
PURPOSE = {"unit": "north", "purpose": "People live the lives they choose."}

ROUTES: tuple[tuple[str, str, Any, set[str]], ...] = (
    ("GET", "/v1/meetings", None, READERS),
    ("GET", "/v1/meetings/{meeting}", None, READERS),
    ("POST", "/v1/meetings", PLAN, LEADERS),
    ("POST", "/v1/meetings/{meeting}/start", None, LEADERS),
    ("POST", "/v1/meetings/{meeting}/review", {"commitment": "{commitment}", "note": "Well."}, LEADERS),
    ("POST", "/v1/meetings/{meeting}/decisions", {"text": "Go."}, LEADERS),
    ("POST", "/v1/meetings/{meeting}/close", None, LEADERS),
    ("GET", "/v1/commitments", None, READERS),
    ("GET", "/v1/commitments/counts", None, READERS),
    ("GET", "/v1/commitments/{commitment}", None, READERS),
    ("POST", "/v1/commitments", WISH, LEADERS),
    ("POST", "/v1/commitments/{commitment}/complete", {"outcome": "Done."}, PEOPLE),
    (
        "POST",
        "/v1/commitments/{commitment}/carry-forward",
        {"deadline": "2026-12-11", "reason": "Later."},
        LEADERS,
    ),
    ("POST", "/v1/commitments/{commitment}/drop", {"reason": "No."}, LEADERS),
    ("GET", "/v1/targets", None, READERS),
    ("GET", "/v1/targets/{target}", None, READERS),
    ("POST", "/v1/targets", TARGET, LEADERS),
    ("POST", "/v1/targets/{target}/withdraw", {"reason": "No."}, LEADERS),
    ("GET", "/v1/purposes", None, READERS),
    ("GET", "/v1/purposes/{unit}", None, READERS),
    ("POST", "/v1/purposes", PURPOSE, LEADERS),
    ("POST", "/v1/purposes/{unit}/change", {"purpose": "Anew.", "reason": "So."}, LEADERS),
    ("GET", "/v1/history/{kind}/{id}", None, READERS),
    ("GET", "/v1/calendar/{person}.ics", None, PEOPLE),
)


async def ask(who: Asker, method: str, path: str, body: Any, ids: dict[str, str]) -> int:
    path = path.replace("{kind}/{id}", "commitment/{commitment}").format(**ids, person="w-1")
    if isinstance(body, dict) and body.get("commitment"):
        body = {**body, "commitment": ids["commitment"]}
    if method == "GET":
        return (await who.get(path)).status_code
    return (await who.post(path, body, version=None if path.count("/") == 2 else 1)).status_code


async def there(service: Council) -> dict[str, str]:
    lead = service.as_("manager", "north", "w-9")
    meeting = await lead.did("/v1/meetings", PLAN)
    commitment = await lead.did("/v1/commitments", WISH)
    target = await lead.did("/v1/targets", TARGET)
    assert (await lead.post("/v1/purposes", PURPOSE)).status_code in (201, 409)
    return {
        "meeting": meeting["id"],
        "commitment": commitment["id"],
        "target": target["id"],
        "unit": "north",
    }


async def test_the_table_names_every_route(service: Council) -> None:
    described = (await service.http.get("/openapi.json")).json()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    table = {(method, re.sub("{(meeting|commitment|target)}", "{id}", path)) for method, path, _, _ in ROUTES}
    assert {route for route in routes if route[1].startswith("/v1/")} == table


async def test_every_route_lets_in_whom_it_names(service: Council) -> None:
    for role in ROLES:
        ids = await there(service)
        for method, path, body, allowed in ROUTES:
            code = await ask(service.as_(role, "north", "w-1"), method, path, body, ids)
            assert (code == 403) == (role not in allowed), f"{role}: {method} {path} gave {code}"


async def test_without_a_token_nothing(service: Council) -> None:
    ids = await there(service)
    for method, path, body, _ in ROUTES:
        nobody = Asker(service.http, "not-a-token")
        assert await ask(nobody, method, path, body, ids) == 401, path


@pytest.mark.parametrize(
    ("role", "unit", "tenant"),
    [
        ("manager", "south", "demo"),
        ("head", "front-door", "demo"),
        ("director", "no-such-unit", "demo"),
        ("director", "council", "elsewhere"),
        ("director", None, "elsewhere"),
        ("practitioner", "south", "demo"),
        ("analyst", "front-door", "demo"),
    ],
)
async def test_what_is_foreign_answers_like_what_is_missing(
    service: Council, role: str, unit: str | None, tenant: str
) -> None:
    ids = await there(service)
    stranger = service.as_(role, unit, "w-99", tenant)
    none = {"meeting": "m-none", "commitment": "c-none", "target": "t-none", "unit": "u-none"}
    for method, path, body, allowed in ROUTES:
        if role not in allowed or ("{" not in path and method == "GET"):
            continue
        assert await ask(stranger, method, path, body, ids) == 404, path
        assert await ask(stranger, method, path, body, none) == 404, path
    foreign = await stranger.get(f"/v1/commitments/{ids['commitment']}")
    missing = await stranger.get("/v1/commitments/c-none")
    assert {**foreign.json(), "correlation_id": ""} == {**missing.json(), "correlation_id": ""}


@pytest.mark.parametrize(
    "path", ["/v1/meetings", "/v1/commitments", "/v1/commitments/counts", "/v1/targets", "/v1/purposes"]
)
async def test_lists_keep_to_ones_own(service: Council, path: str) -> None:
    await there(service)
    south = service.as_("manager", "south")
    assert (await south.get(path, unit="north")).status_code == 404
    own = await south.saw(path)
    assert own.get("items", []) == []
    assert own.get("open", 0) == 0
    whole = await service.as_("operator").saw(path)
    assert whole.get("items") or whole["open"] == 1


@pytest.mark.parametrize("unit", ["adults", "council", "long-term"])
async def test_those_above_may_lead(service: Council, unit: str) -> None:
    ids = await there(service)
    above = service.as_("director", unit, "w-5")
    assert (await above.did(f"/v1/meetings/{ids['meeting']}/start", version=1))["chair"] == "w-5"
    done = await above.did(f"/v1/commitments/{ids['commitment']}/complete", {"outcome": "Done."}, version=1)
    assert done["ended_by"] == "w-5"


async def test_a_manager_below_does_not_lead_above(service: Council) -> None:
    head = service.as_("head", "long-term", "w-8")
    made = await head.did("/v1/commitments", {**WISH, "unit": "long-term", "owner": "w-9"})
    manager = service.as_("manager", "north", "w-9")
    path = f"/v1/commitments/{made['id']}"
    assert (await manager.post(f"{path}/drop", {"reason": "No."}, version=1)).status_code == 403
    assert (await manager.did(f"{path}/complete", {"outcome": "Done."}, version=1))["state"] == "done"
