"""Who may see and do what: role and reach on every route."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.notify.conftest import Notify

pytestmark = pytest.mark.real

RULE: dict[str, Any] = {
    "id": "open-work",
    "name": "Open work",
    "measure": "open",
    "comparison": "above",
    "value": 100,
    "clear": 80,
    "for": "PT1H",
    "unit": "north",
}


async def raised(notify: Notify) -> str:
    """The path of an exception of team north."""
    await notify.told(23)
    [item] = (await notify.as_("operator").saw("/v1/escalations"))["items"]
    return f"/v1/escalations/{item['id']}"


async def test_reading_ends_at_ones_unit_and_what_is_foreign_looks_like_missing(notify: Notify) -> None:
    path = await raised(notify)
    for role, unit, sees in (
        ("practitioner", "north", True),
        ("manager", "north", True),
        ("head", "long-term", True),
        ("director", "adults", True),
        ("analyst", None, True),
        ("service", None, True),
        ("operator", None, True),
        ("manager", "south", False),
        ("head", "front-door", False),
    ):
        who = notify.as_(role, unit)
        assert len((await who.saw("/v1/escalations"))["items"]) == sees, role
        assert (await who.get(path)).status_code == (200 if sees else 404), role
    south = notify.as_("manager", "south")
    foreign, missing = await south.get(path), await south.get("/v1/escalations/none")
    gone = {"correlation_id"}
    assert {k: v for k, v in foreign.json().items() if k not in gone} == {
        k: v for k, v in missing.json().items() if k not in gone
    }
    other = notify.as_("operator", tenant="another")
    assert (await other.get(path)).status_code == 404
    assert (await notify.as_("manager", "south").get("/v1/escalations", unit="north")).status_code == 404
    assert (await notify.as_("feeder").get("/v1/escalations")).status_code == 403
    assert (await notify.http.get("/v1/escalations")).status_code == 401


async def test_answering_is_for_those_who_lead_the_unit_or_were_asked(notify: Notify) -> None:
    path = await raised(notify)
    for role, unit, subject, status in (
        ("practitioner", "north", "w-1", 403),
        ("analyst", None, "ana", 403),
        ("operator", None, "op", 403),
        ("service", None, "bi", 403),
        ("manager", "south", "sam", 404),
        ("head", "front-door", "fay", 404),
    ):
        for command, body in (("acknowledge", {"note": "On it."}), ("close", {"reason": "No."})):
            answer = await notify.as_(role, unit, subject).send("POST", f"{path}/{command}", body, version=1)
            assert answer.status_code == status, (role, command)
    asked = notify.as_("practitioner", "south", "leah")
    assert (await asked.get(path)).status_code == 200
    assert (await asked.did(f"{path}/acknowledge", {"note": "On it."}, version=1))["state"] == "acknowledged"
    director = notify.as_("director", "adults", "dev")
    assert (await director.did(f"{path}/close", {"reason": "Enough."}, version=2))["state"] == "closed"


async def test_rules_are_read_by_whom_they_concern_and_set_by_operators(notify: Notify) -> None:
    operator = notify.as_("operator")
    for role in ("manager", "head", "director", "analyst", "service", "feeder"):
        answer = await notify.as_(role).send("POST", "/v1/rules", RULE)
        assert answer.status_code == 403, role
    made = await operator.send("POST", "/v1/rules", RULE)
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (
        201,
        '"1"',
        "/v1/rules/open-work",
    )
    assert (made.json()["for"], made.json()["rung_after"], made.json()["level"]) == ("PT1H", "PT8H", None)
    assert (await operator.send("POST", "/v1/rules", RULE)).status_code == 409
    for role, unit, sees in (
        ("manager", "north", True),
        ("head", "long-term", True),
        ("manager", "south", False),
    ):
        ids = [rule["id"] for rule in (await notify.as_(role, unit).saw("/v1/rules"))["items"]]
        assert ("open-work" in ids, "team-overdue" in ids) == (sees, True), role


async def test_a_rule_that_cannot_work_is_refused_with_the_reason(notify: Notify) -> None:
    operator = notify.as_("operator")
    for change, says in (
        ({"clear": 101}, "clear must be at or below value"),
        ({"name": " "}, "name must say what is measured"),
        ({"for": "-PT1H"}, "for must not be negative"),
        ({"ladder": ["head", "head"]}, "each role once"),
        ({"ladder": ["friend"]}, "ladder"),
        ({"for": "soon"}, "for"),
        ({"value": "many"}, "value"),
        ({"id": "a b"}, "id"),
        ({"colour": "red"}, "colour"),
    ):
        answer = await operator.send("POST", "/v1/rules", {**RULE, **change})
        assert answer.status_code == 422, change
        assert says in answer.text, change


async def test_a_changed_rule_judges_the_figures_that_stand(notify: Notify) -> None:
    operator = notify.as_("operator")
    await notify.told(18)
    body = await operator.saw("/v1/rules/team-overdue")
    version = body.pop("version")
    body.pop("id")
    path = "/v1/rules/team-overdue"
    stricter = {**body, "value": 17, "clear": 10}
    assert (await operator.send("PUT", path, stricter)).status_code == 428
    assert (await operator.send("PUT", path, stricter, version=9)).status_code == 412
    assert (
        await operator.send("PUT", path, {**stricter, "measure": "open"}, version=version)
    ).status_code == 422
    assert (await operator.send("PUT", "/v1/rules/none", stricter, version=1)).status_code == 404
    assert (await operator.send("PUT", path, stricter, version=version)).headers["ETag"] == '"2"'
    [item] = (await operator.saw("/v1/escalations"))["items"]
    assert item["title"] == "North Locality: overdue work is 18, above the limit of 17"
    off = await operator.send("PUT", path, {**stricter, "enabled": False}, version=2)
    assert off.status_code == 200
    [item] = (await operator.saw("/v1/escalations"))["items"]
    assert item["cleared"]["why"] == "The rule was changed and no longer asks anybody about this."


async def test_a_council_seen_for_the_first_time_is_given_the_rules_and_keeps_its_own(notify: Notify) -> None:
    operator = notify.as_("operator")
    await notify.told(1)
    rules = {rule["id"]: rule for rule in (await operator.saw("/v1/rules"))["items"]}
    assert {"team-overdue", "service-overdue-share", "team-unallocated", "team-commitments-late"} <= set(
        rules
    )
    body = {**rules["team-overdue"], "value": 50}
    body.pop("version")
    body.pop("id")
    await operator.send("PUT", "/v1/rules/team-overdue", body, version=1)
    await notify.told(49)
    assert (await operator.saw("/v1/rules/team-overdue"))["value"] == 50
    assert (await operator.saw("/v1/escalations"))["items"] == []


async def test_lists_come_in_pieces(notify: Notify) -> None:
    for number, unit in enumerate(("north", "south")):
        for measure, value in (("overdue", 30), ("commitments_late", 9)):
            await notify.pass_time(minutes=number)
            await notify.told(value, unit=unit, measure=measure)
    operator, seen, cursor = notify.as_("operator"), [], None
    while True:
        page = await operator.saw("/v1/escalations", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4
    assert (await operator.get("/v1/escalations", cursor="nonsense")).status_code == 422
    assert (await operator.get("/v1/escalations", limit=0)).status_code == 422
    assert len((await operator.saw("/v1/escalations", unit="long-term", state="raised"))["items"]) == 4
    assert len((await operator.saw("/v1/escalations", unit="south"))["items"]) == 2


async def test_subscriptions_are_ones_own_and_their_secret_is_shown_once(notify: Notify) -> None:
    wish = {"url": "https://example.org/hook", "events": ["primed.escalation.raised.v1"]}
    assert (await notify.as_("manager", "north").send("POST", "/v1/subscriptions", wish)).status_code == 403
    mine, theirs = notify.as_("service", None, "bi"), notify.as_("service", None, "crm")
    made = await mine.send("POST", "/v1/subscriptions", wish, key="k-1")
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    again = await mine.send("POST", "/v1/subscriptions", wish, key="k-1")
    assert again.json() == made.json()
    other = await mine.send("POST", "/v1/subscriptions", {**wish, "url": "https://example.org/b"}, key="k-1")
    assert other.status_code == 422
    [listed] = (await mine.saw("/v1/subscriptions"))["items"]
    assert "secret" not in listed
    path = f"/v1/subscriptions/{listed['id']}"
    assert (await theirs.saw("/v1/subscriptions"))["items"] == []
    for method, way in (("GET", path), ("DELETE", path), ("POST", f"{path}/test")):
        assert (await theirs.send(method, way)).status_code == 404
    assert (await mine.did(f"{path}/test")) == {"delivered": True, "detail": "The receiver answered 204."}
    assert notify.tried == [f"demo/{listed['id']}"]
    assert len((await notify.as_("operator").saw("/v1/subscriptions"))["items"]) == 1
    assert (await mine.send("DELETE", path)).status_code == 204
    assert (await mine.send("DELETE", path)).status_code == 404


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.org/hook", "must begin with https"),
        ("https://127.0.0.1/hook", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
        ("https://[::ffff:10.0.0.1]/", "not a public address"),
        ("https://user:pass@example.org/", "user name or password"),
        ("ftp://example.org/", "must begin with https"),
        ("https:///path", "no host"),
        ("not a url", "blanks"),
    ],
)
async def test_a_url_that_must_not_be_written_to_is_refused(notify: Notify, url: str, says: str) -> None:
    answer = await notify.as_("service").send("POST", "/v1/subscriptions", {"url": url})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


async def test_unknown_events_are_refused_with_those_that_are_known(notify: Notify) -> None:
    wish = {"url": "https://example.org/hook", "events": ["primed.work.received.v1"]}
    answer = await notify.as_("service").send("POST", "/v1/subscriptions", wish)
    assert answer.status_code == 422
    assert "Known are: primed.escalation.acknowledged.v1" in answer.json()["detail"]
