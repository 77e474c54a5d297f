"""Dated rules fill what senders leave out, never overwrite, and say so in the event."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.working_days import WorkingDays
from services.ingest.domain.edge import Admitted, Edge, admit
from services.ingest.domain.moments import Zones
from services.ingest.domain.rules import BadRules, parse

CALENDAR = WorkingDays(frozenset({dt.date(2026, 4, 3), dt.date(2026, 4, 6)}))
"""Good Friday and Easter Monday."""
RULES = """
versions:
  - version: 1
    from: 2020-01-01
    rules:
      - {kind: assessment, due: 42 days}
  - version: 2
    from: 2026-04-01
    rules:
      - {kind: assessment, urgency: urgent, due: 14 days}
      - {kind: assessment, start_by: 2 working days, due: 4 weeks, needs_authorisation: true}
      - {due: 8 weeks}
"""


def said(event: dict[str, Any], rules: str = RULES) -> dict[str, Any]:
    edge = Edge(Zones(ZoneInfo("Europe/London")), parse(rules, CALENDAR))
    found = admit(json.dumps(event).encode(), "demo", edge)
    assert isinstance(found, Admitted), found
    written: dict[str, Any] = json.loads(found.raw)
    return written


def received(event: Callable[..., dict[str, Any]], day: str, **data: Any) -> dict[str, Any]:
    return event(type="primed.work.received.v1", time=f"{day}T09:00:00+01:00", data=data)


@pytest.mark.parametrize(
    ("day", "data", "filled"),
    [
        (
            "2026-04-01",
            {"kind": "assessment"},
            {"start_by": "2026-04-07", "due": "2026-04-29", "needs_authorisation": True},
        ),
        ("2026-04-01", {"kind": "assessment", "urgency": "urgent"}, {"due": "2026-04-15"}),
        ("2026-03-31", {"kind": "assessment"}, {"due": "2026-05-12"}),
        ("2026-04-01", {"kind": "review"}, {"due": "2026-05-27"}),
        ("2026-04-01", {}, {"due": "2026-05-27"}),
        ("2026-04-01", {"kind": "review", "due": None}, {"due": "2026-05-27"}),
    ],
)
def test_what_the_sender_leaves_out_is_filled_and_named(
    event: Callable[..., dict[str, Any]], day: str, data: dict[str, Any], filled: dict[str, Any]
) -> None:
    written = said(received(event, day, **data))
    assert {name: written["data"][name] for name in filled} == filled
    assert written["ruled"] == ",".join(sorted(filled))
    assert written["rulesversion"] == (1 if day < "2026-04-01" else 2)


def test_a_rule_never_overwrites(event: Callable[..., dict[str, Any]]) -> None:
    sent = received(event, "2026-04-01", kind="assessment", due="2026-04-20", needs_authorisation=False)
    written = said(sent)
    assert written["data"]["due"] == "2026-04-20"
    assert written["data"]["needs_authorisation"] is False
    assert written["ruled"] == "start_by"


@pytest.mark.parametrize(
    ("day", "changed"),
    [
        ("2019-12-31", {}),
        ("2020-06-01", {"data": {"kind": "review"}}),
        ("2026-04-01", {"ruled": "due", "rulesversion": 7}),
    ],
)
def test_nothing_is_filled_before_the_first_version_without_a_rule_or_after_the_senders_own(
    event: Callable[..., dict[str, Any]], day: str, changed: dict[str, Any]
) -> None:
    sent = received(event, day, kind="assessment") | changed
    written = said(sent)
    assert written["data"] == sent["data"]
    assert written.get("rulesversion") == changed.get("rulesversion")


def test_only_a_receipt_or_a_row_with_one_is_filled(event: Callable[..., dict[str, Any]]) -> None:
    begun = event(type="primed.work.started.v1", time="2026-04-01T09:00:00+01:00", data={"kind": "review"})
    assert "ruled" not in said(begun)
    row = event(
        type="primed.work.recorded.v1",
        time="2026-05-01T00:00:00+01:00",
        data={"status": "open", "kind": "assessment", "received": "2026-04-01"},
    )
    written = said(row)
    assert written["data"]["due"] == "2026-04-29"
    assert written["ruled"] == "due,needs_authorisation,start_by"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("versions: [", "not YAML"),
        ("rules: []", "unknown field `rules`"),
        ("versions: [{version: 1, from: 2020-01-01, rules: [{kind: a}]}]", "version 1, rule 1: it fills"),
        (
            "versions: [{version: 1, from: 2020-01-01, rules: [{due: soon}]}]",
            "version 1, rule 1: due 'soon' must be like 28 days",
        ),
        ("versions: [{version: 1, from: 2020-01-01, rules: [{due: 999 weeks}]}]", "longer than ten years"),
        (
            "versions: [{version: 2, from: 2020-01-01, rules: []},"
            " {version: 1, from: 2021-01-01, rules: []}]",
            "Version 1 from 2021-01-01 must come after version 2",
        ),
        ("versions: [{version: 0, from: 2020-01-01, rules: []}]", ">= 1"),
    ],
)
def test_rules_that_cannot_be_used_say_where_and_why(text: str, says: str) -> None:
    with pytest.raises(BadRules, match=says):
        parse(text, CALENDAR)
