"""A small council told by hand, so that every figure can be counted on paper.

    A  north  assessment  4 May, due 20 May, w-1, completed 18 May: on time, 14 days, short-term-support
    B  north  assessment  4 May, due 10 May, w-1, completed 25 May: late, 21 days, care-at-home
    C  north  review      11 May, due 20 June, held by nobody
    D  north  review      12 May, due 5 June, w-2 from 2 June
    E  south  assessment  20 May, due 2 July, w-3
    F  south  contact     3 June, no due date, held by nobody
    G  ghost  other       15 May, due 31 May, held by nobody; a team that nobody registered; known on 10 June
    H  north  assessment  8 June, start by 10 June, due 30 June, w-1, never started
    Z  north  assessment  5 May 2025, completed 12 May 2025: residential

South belongs to long-term support until 31 May and to short-term support from 1 June. Of two commitments of
north one is kept (9 June, for the 10th), one passes its deadline (12 June); one meeting is held on 1 June.
"""

import datetime as dt
import json
from typing import Any

from eventlog.records import Record
from schemas import registry
from schemas.tree import Tree

TENANT = "demo"
CASES, ACTIONS = "primed.case-events", "primed.action-events"
TODAY = dt.date(2026, 6, 15)

Said = tuple[str, str, str, dict[str, Any]]
"""Verb, key, day, data."""


def work(kind: str, team: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "team": team, **more}


WORK: list[Said] = [
    ("received", "Z", "2025-05-05", work("assessment", "north")),
    ("completed", "Z", "2025-05-12", {"outcome": "residential"}),
    ("received", "A", "2026-05-04", work("assessment", "north", due="2026-05-20")),
    ("received", "B", "2026-05-04", work("assessment", "north", due="2026-05-10")),
    ("allocated", "A", "2026-05-05", {"worker": "w-1"}),
    ("started", "A", "2026-05-06", {}),
    ("allocated", "B", "2026-05-06", {"worker": "w-1"}),
    ("received", "C", "2026-05-11", work("review", "north", due="2026-06-20")),
    ("received", "D", "2026-05-12", work("review", "north", due="2026-06-05")),
    ("completed", "A", "2026-05-18", {"outcome": "short-term-support"}),
    ("received", "E", "2026-05-20", work("assessment", "south", due="2026-07-02")),
    ("allocated", "E", "2026-05-21", {"worker": "w-3"}),
    ("completed", "B", "2026-05-25", {"outcome": "care-at-home"}),
    ("allocated", "D", "2026-06-02", {"worker": "w-2"}),
    ("received", "F", "2026-06-03", work("contact", "south")),
    ("received", "H", "2026-06-08", work("assessment", "north", due="2026-06-30", start_by="2026-06-10")),
    ("allocated", "H", "2026-06-09", {"worker": "w-1"}),
    ("received", "G", "2026-05-15", work("other", "ghost", due="2026-05-31")),
]
KNOWN_LATE = {"G": "2026-06-10"}

PROMISES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("meeting.started", "meeting/m-1", "2026-06-01", {"meeting": "m-1", "unit": "north", "by": "w-9"}),
    (
        "commitment.agreed",
        "commitment/c-1",
        "2026-06-01",
        {
            "commitment": "c-1",
            "unit": "north",
            "text": "One",
            "owner": "w-1",
            "deadline": "2026-06-10",
            "by": "w-9",
            "meeting": "m-1",
        },
    ),
    (
        "commitment.agreed",
        "commitment/c-2",
        "2026-06-01",
        {
            "commitment": "c-2",
            "unit": "north",
            "text": "Two",
            "owner": "w-2",
            "deadline": "2026-06-12",
            "by": "w-9",
            "meeting": "m-1",
            "measure": "overdue",
        },
    ),
    (
        "commitment.completed",
        "commitment/c-1",
        "2026-06-09",
        {"commitment": "c-1", "unit": "north", "outcome": "Done", "by": "w-1"},
    ),
]

UNITS: list[tuple[str, str, dict[str, Any]]] = [
    ("unit.registered", "2025-01-01", {"unit": "council", "level": "council", "name": "Council"}),
    (
        "unit.registered",
        "2025-01-01",
        {"unit": "adults", "level": "directorate", "name": "Adults", "parent": "council"},
    ),
    (
        "unit.registered",
        "2025-01-01",
        {"unit": "long", "level": "service", "name": "Long-term", "parent": "adults"},
    ),
    (
        "unit.registered",
        "2025-01-01",
        {"unit": "short", "level": "service", "name": "Short-term", "parent": "adults"},
    ),
    ("unit.registered", "2025-01-01", {"unit": "north", "level": "team", "name": "North", "parent": "long"}),
    ("unit.registered", "2025-01-01", {"unit": "south", "level": "team", "name": "South", "parent": "long"}),
    (
        "unit.registered",
        "2025-01-01",
        {"unit": "reable", "level": "team", "name": "Reablement", "parent": "short"},
    ),
    ("unit.moved", "2026-06-01", {"unit": "south", "parent": "short"}),
    ("worker.joined", "2025-01-01", {"worker": "w-1", "team": "north"}),
    ("role.assigned", "2025-01-01", {"unit": "north", "role": "manager", "person": "w-9"}),
]


def envelope(type_: str, source: str, subject: str, day: str, number: int, data: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": f"e-{number}",
            "source": source,
            "type": f"primed.{type_}.v1",
            "subject": subject,
            "time": f"{day}T10:00:00+01:00",
            "tenant": TENANT,
            "sequence": str(number),
            "data": data,
        }
    ).encode()


def millis(day: str) -> int:
    return int(dt.datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp() * 1000)


def record(topic: str, offset: int, day: str, value: bytes) -> Record:
    subject = json.loads(value)["subject"]
    return Record(topic, 0, offset, millis(day), f"{TENANT}/{subject}".encode(), value)


def case_records() -> list[Record]:
    return [
        record(
            CASES,
            offset,
            KNOWN_LATE.get(key, day),
            envelope(f"work.{verb}", "demo/cases", f"demo/cases/{key}", day, offset, data),
        )
        for offset, (verb, key, day, data) in enumerate(WORK)
    ]


def action_records() -> list[Record]:
    return [
        record(
            ACTIONS,
            offset,
            day,
            envelope(type_, "primed/actions", f"primed/actions/{key}", day, offset, data),
        )
        for offset, (type_, key, day, data) in enumerate(PROMISES)
    ]


def tree() -> Tree:
    return Tree().after_all(
        registry.read(envelope(type_, "demo/hr", f"demo/hr/{number}", day, number, data))
        for number, (type_, day, data) in enumerate(UNITS)
    )
