"""Items as a case system holds them, after what was said of them."""

from __future__ import annotations

from typing import Any

import pytest

from primed.simulate.exporting.standing import Books
from primed.simulate.saying import CARE, CASES, STAFF

RECEIVED = ("work.received", "01", {"kind": "review", "team": "north", "due": "2026-09-20"})


def said(what: str, day: str, data: dict[str, Any], source: str = CASES) -> dict[str, Any]:
    return {
        "source": source,
        "subject": f"{source}/7",
        "type": f"primed.{what}.v1",
        "time": f"2026-09-{day}T10:00:00+01:00",
        "data": data,
    }


@pytest.mark.parametrize(
    ("then", "stands"),
    [
        ([], {"status": "open", "received": "2026-09-01", "due": "2026-09-20"}),
        ([("work.allocated", "02", {"worker": "w"})], {"worker": "w", "allocated": "2026-09-02"}),
        ([("work.transferred", "03", {"team": "south"})], {"team": "south", "team_since": "2026-09-03"}),
        (
            [("work.due-changed", "03", {"due": "2026-09-30"})],
            {"due": "2026-09-30", "due_since": "2026-09-03"},
        ),
        ([("work.cancelled", "03", {})], {"status": "cancelled", "cancelled": "2026-09-03"}),
        (
            [("work.completed", "03", {"outcome": "a"}), ("work.completed", "05", {"outcome": "b"})],
            {"status": "completed", "completed": "2026-09-03", "outcome": "b"},
        ),
        (
            [("work.completed", "03", {"outcome": "a"}), ("work.reopened", "05", {"due": "2026-09-25"})],
            {"status": "open", "reopened": "2026-09-05", "due": "2026-09-25"},
        ),
    ],
)
def test_work_stands_as_it_was_left(
    then: list[tuple[str, str, dict[str, Any]]], stands: dict[str, Any]
) -> None:
    books = Books()
    books.hear([said(*one) for one in (RECEIVED, *then)])
    assert books.work["7"].items() >= stands.items()


@pytest.mark.parametrize(
    ("then", "gone"),
    [
        ([("work.allocated", "02", {"worker": "w"}), ("work.unallocated", "03", {})], "worker allocated"),
        ([("work.allocated", "02", {"worker": "w"}), ("work.transferred", "03", {"team": "s"})], "worker"),
        (
            [("work.completed", "03", {"outcome": "a"}), ("event.retracted", "04", {})],
            "completed outcome reopened",
        ),
        (
            [("work.completed", "03", {"outcome": "a"}), ("work.reopened", "04", {"due": ""})],
            "completed outcome",
        ),
    ],
)
def test_what_no_longer_holds_is_not_shown(then: list[tuple[str, str, dict[str, Any]]], gone: str) -> None:
    books = Books()
    books.hear([said(*one) for one in (RECEIVED, *then)])
    assert books.work["7"]["status"] == "open"
    assert not books.work["7"].keys() & set(gone.split())


def test_care_stands_beside_work_and_the_organisation_is_neither() -> None:
    books = Books()
    books.hear(
        [
            said(
                "package.started",
                "01",
                {"team": "north", "unit_cost": 100, "decided_in": "demo/cases/1"},
                CARE,
            ),
            said("package.changed", "02", {"unit_cost": 120}, CARE),
            said("unit.registered", "01", {"unit": "north"}, STAFF),
        ]
    )
    assert books.work == {}
    assert books.care["7"] == {
        "key": "7",
        "status": "running",
        "started": "2026-09-01",
        "team": "north",
        "unit_cost": 120,
        "cost_since": "2026-09-02",
    }
