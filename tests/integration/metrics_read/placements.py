"""A council with packages of care, told by hand; weekly costs in pounds.

    P1  north  residential  850 a week from 6 April 2026; 900 from 11 May; transferred to south on 20 May
    P2  south  community    20.50 an hour, 14 hours a week: 287 from 4 May; ended 31 May, so less from 1 June
    P3  south  nursing      1,000 a month: 230.77 from 1 June
    P4  north  community    one-off of 500 on 12 May

Each was decided in review 8, but the change of P1 at the meeting m-1 of north (11 May), and the end of P2 in
its commitment c-1. South belongs to long-term support until 31 May, to short-term support from 1 June; north
always to long-term support.
"""

from __future__ import annotations

from typing import Any

from eventlog.records import Record
from tests.integration.metrics_read.history import ACTIONS, CASES, Said, envelope, record

DECIDED = {"decided_in": "demo/cases/8"}


def costs(pence: int, frequency: str, **more: Any) -> dict[str, Any]:
    return {"unit_cost": pence, "frequency": frequency, **more}


PACKAGES: list[Said] = [
    (
        "started",
        "P1",
        "2026-04-06",
        {"team": "north", "setting": "residential", **costs(85000, "weekly"), **DECIDED},
    ),
    (
        "started",
        "P2",
        "2026-05-04",
        {"team": "south", "setting": "community", **costs(2050, "hourly", units_per_week=14), **DECIDED},
    ),
    (
        "changed",
        "P1",
        "2026-05-11",
        {**costs(90000, "weekly"), "decided_in": "primed/actions/meeting/m-1"},
    ),
    (
        "started",
        "P4",
        "2026-05-12",
        {"team": "north", "setting": "community", **costs(50000, "one-off"), **DECIDED},
    ),
    ("changed", "P1", "2026-05-20", {"team": "south"}),
    ("ended", "P2", "2026-05-31", {"decided_in": "primed/actions/commitment/c-1"}),
    (
        "started",
        "P3",
        "2026-06-01",
        {"team": "south", "setting": "nursing", **costs(100000, "monthly"), **DECIDED},
    ),
]


def meeting_records() -> list[Record]:
    """The meeting of north, with its one commitment, and one at which nothing was decided about packages."""
    promise = {
        "commitment": "c-1",
        "unit": "north",
        "text": "One",
        "owner": "w-1",
        "by": "w-9",
        "meeting": "m-1",
    }
    said: list[tuple[str, str, str, dict[str, Any]]] = [
        ("meeting.started", "meeting/m-1", "2026-05-11", {"meeting": "m-1", "unit": "north", "by": "w-9"}),
        ("commitment.agreed", "commitment/c-1", "2026-05-11", {**promise, "deadline": "2026-06-10"}),
        ("meeting.started", "meeting/m-2", "2026-06-01", {"meeting": "m-2", "unit": "south", "by": "w-9"}),
    ]
    return [
        record(
            ACTIONS,
            offset,
            day,
            envelope(type_, "primed/actions", f"primed/actions/{key}", day, offset, data),
        )
        for offset, (type_, key, day, data) in enumerate(said)
    ]


def package_records() -> list[Record]:
    return [
        record(
            CASES,
            offset,
            day,
            envelope(f"package.{verb}", "demo/care", f"demo/care/{key}", day, offset, data),
        )
        for offset, (verb, key, day, data) in enumerate(PACKAGES)
    ]
