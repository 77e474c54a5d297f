"""A council that passes work on, loses a worker and closes a team, told by hand.

    1  front → north  assessment  4 May, due 18 May, w-1, completed 20 May: no-change
    2  front → north  assessment  5 May, due 1 June, w-1, completed 3 June: care-at-home
    3  front → north  review      6 May, due 12 May, w-2, open; w-2 leaves on 8 June
    4  front → south  assessment  1 June, due 8 June, w-3, open; south is closed on 10 June, north follows it
    5  south → north  referral    2 June, due 2 July, w-1, open
    6  north          review      1 March 2025, due 1 April 2025, w-2, open
    7  south          contact     3 June, w-2, no due date, open

Started: 1 on 6 May (2 days), 2 on 15 May (10 days), 5 on 3 June (1 day).
South belonged to long-term support until 31 May, to short-term support from 1 June.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from eventlog.records import Record
from schemas import registry
from schemas.tree import Tree
from tests.integration.metrics_read.history import CASES, Said, envelope, record, work

TODAY = dt.date(2026, 6, 15)


def passed(kind: str, sender: str, team: str, **more: Any) -> dict[str, Any]:
    return work(kind, team, from_team=sender, **more)


WORK: list[Said] = [
    ("received", "6", "2025-03-01", work("review", "north", due="2025-04-01")),
    ("allocated", "6", "2025-03-02", {"worker": "w-2"}),
    ("received", "1", "2026-05-04", passed("assessment", "front", "north", due="2026-05-18")),
    ("allocated", "1", "2026-05-04", {"worker": "w-1"}),
    ("received", "2", "2026-05-05", passed("assessment", "front", "north", due="2026-06-01")),
    ("allocated", "2", "2026-05-05", {"worker": "w-1"}),
    ("received", "3", "2026-05-06", passed("review", "front", "north", due="2026-05-12")),
    ("allocated", "3", "2026-05-06", {"worker": "w-2"}),
    ("started", "1", "2026-05-06", {}),
    ("started", "2", "2026-05-15", {}),
    ("completed", "1", "2026-05-20", {"outcome": "no-change"}),
    ("received", "4", "2026-06-01", passed("assessment", "front", "south", due="2026-06-08")),
    ("allocated", "4", "2026-06-01", {"worker": "w-3"}),
    ("received", "5", "2026-06-02", passed("referral", "south", "north", due="2026-07-02")),
    ("allocated", "5", "2026-06-02", {"worker": "w-1"}),
    ("completed", "2", "2026-06-03", {"outcome": "care-at-home"}),
    ("received", "7", "2026-06-03", work("contact", "south")),
    ("allocated", "7", "2026-06-03", {"worker": "w-2"}),
    ("started", "5", "2026-06-03", {}),
]
BEGAN = "2025-01-01"
UNITS: list[tuple[str, str, dict[str, Any]]] = [
    ("unit.registered", BEGAN, {"unit": "council", "level": "council", "name": "Council"}),
    (
        "unit.registered",
        BEGAN,
        {"unit": "adults", "level": "directorate", "name": "Adults", "parent": "council"},
    ),
    ("unit.registered", BEGAN, {"unit": "long", "level": "service", "name": "Long-term", "parent": "adults"}),
    (
        "unit.registered",
        BEGAN,
        {"unit": "short", "level": "service", "name": "Short-term", "parent": "adults"},
    ),
    (
        "unit.registered",
        BEGAN,
        {"unit": "front", "level": "team", "name": "Front door", "parent": "adults"},
    ),
    ("unit.registered", BEGAN, {"unit": "north", "level": "team", "name": "North", "parent": "long"}),
    ("unit.registered", BEGAN, {"unit": "south", "level": "team", "name": "South", "parent": "long"}),
    ("unit.moved", "2026-06-01", {"unit": "south", "parent": "short"}),
    ("unit.closed", "2026-06-10", {"unit": "south", "successor": "north"}),
    ("worker.joined", BEGAN, {"worker": "w-1", "team": "north"}),
    ("worker.joined", BEGAN, {"worker": "w-2", "team": "north"}),
    ("worker.joined", BEGAN, {"worker": "w-3", "team": "south"}),
    ("worker.left", "2026-06-08", {"worker": "w-2"}),
]


def case_records() -> list[Record]:
    return [
        record(
            CASES, offset, day, envelope(f"work.{verb}", "demo/cases", f"demo/cases/{key}", day, offset, data)
        )
        for offset, (verb, key, day, data) in enumerate(WORK)
    ]


def tree() -> Tree:
    return Tree().after_all(
        registry.read(envelope(type_, "demo/hr", f"demo/hr/{number}", day, number, data))
        for number, (type_, day, data) in enumerate(UNITS)
    )
