"""A small invented council for looking at pages: busy, quiet, empty, stale and huge. For tests alone."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

from schemas import registry
from schemas.tree import Tree

NOW = dt.datetime(2026, 11, 18, 9, 14, tzinfo=dt.UTC)
TODAY = NOW.date()
COMPLETED = [31, 28, 33, 30, 27, 34, 29, 31, 26, 30, 32, 28, 36, 38, 37, 41, 39, 42, 40]
OVERDUE = [11, 12, 11, 12, 12, 13, 11, 12, 11, 12, 18, 19, 20, 21, 20, 22, 23, 23, 24, 23]
USUAL = [7, 7, 8, 9, 9, 8, 11, 8, 10, 6, 9, 8, 7, 9, 8, 9, 9, 8, 9]
UNITS = [
    ("demo-council", "council", "Demo Council", None),
    ("adult-social-care", "directorate", "Adult social care", "demo-council"),
    ("long-term-support", "service", "Long-term support", "adult-social-care"),
    ("front-door", "service", "Front door", "adult-social-care"),
    ("north-locality", "team", "North locality", "long-term-support"),
    ("south-locality", "team", "South locality", "long-term-support"),
    ("east-locality", "team", "East locality", "long-term-support"),
    ("reviews", "team", "Reviews", "long-term-support"),
    ("contact-centre", "team", "Contact centre", "front-door"),
]
PEOPLE = {
    "w-0001": {
        "name": "Leah Brook",
        "role": "manager",
        "unit": "north-locality",
        "email": "leah@example.org",
    },
    "w-0002": {"name": "Dan Whitlock", "role": "head", "unit": "long-term-support"},
    "w-0003": {"name": "Moira Keane", "role": "director", "unit": "adult-social-care"},
    "w-0010": {"name": "Amara Osei", "role": "practitioner", "unit": "north-locality"},
    "w-0011": {"name": "Tom Reid", "role": "practitioner", "unit": "north-locality"},
    "w-0012": {"name": "Priya Shah", "role": "practitioner", "unit": "north-locality"},
    "w-0020": {"name": "Noor Hassan", "role": "analyst", "unit": None},
    "w-0021": {"name": "Owen Castle", "role": "finance", "unit": None},
    "w-0022": {"name": "Ada Quill", "role": "operator", "unit": None},
}
MEASURES = [
    ("overdue", "Overdue", "end(overdue)", "count", "lower", 10),
    ("start_overdue", "Waiting to start, past the limit", "end(start_overdue)", "count", "lower", 0),
    ("unallocated", "Unallocated", "end(unallocated)", "count", "lower", 5),
    ("completed", "Work completed", "sum(completed)", "count", "higher", 36),
    (
        "completed_on_time_percent",
        "Completed on time",
        "sum(completed) - sum(completed_late)",
        "percent",
        "higher",
        80,
    ),
    ("received", "Work received", "sum(received)", "count", "neither", None),
    ("open", "Open work", "end(open)", "count", "neither", None),
    ("median_days_to_complete", "Median days to complete", "median(days)", "days", "lower", 28),
]


def tree() -> Tree:
    """The same units as the dashboard's own projection holds them."""
    found = Tree()
    for key, level, name, parent in UNITS:
        data = {"unit": key, "level": level, "name": name} | ({"parent": parent} if parent else {})
        found = found.after(registry.read(event("primed.unit.registered.v1", key, data)))
    for person, one in PEOPLE.items():
        if one["role"] == "practitioner":
            kind, data = "primed.worker.joined.v1", {"worker": person, "team": one["unit"]}
        elif one["unit"]:
            data = {"unit": one["unit"], "role": one["role"], "person": person}
            kind = "primed.role.assigned.v1"
        else:
            continue
        found = found.after(registry.read(event(kind, person, data)))
    return found


def event(kind: str, subject: str, data: dict[str, Any]) -> bytes:
    """An event's bytes as they stand in the log."""
    said = {
        "specversion": "1.0",
        "id": f"{kind}-{subject}",
        "source": "demo/hr",
        "type": kind,
        "tenant": "demo",
    }
    when = {"subject": f"demo/hr/{subject}", "time": "2020-01-01T00:00:00+00:00", "data": data}
    return json.dumps({**said, **when}).encode()


def month(back: int) -> str:
    """The month so many before the present one."""
    index = TODAY.year * 12 + TODAY.month - 1 - back
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def values_of(scene: str, measure: str) -> list[int]:
    """A measure's past in a scene, the unfinished month last."""
    if scene == "empty":
        return []
    values = {"overdue": OVERDUE, "completed": [*COMPLETED, 22]}.get(measure, [*USUAL, 9])
    if scene == "quiet":
        values = [*USUAL, 9]
    return [value * 1371 for value in values] if scene == "huge" else values


AGREED = {
    "target": "t-1",
    "value": 80,
    "tolerance": 2,
    "since": "2026-09-01",
    "grain": None,
    "reason": "What we can do with the people we have.",
    "agreed_by": "w-9",
    "agreed_at": "2026-09-02T09:00:00Z",
    "meeting": None,
}
"""Where the target of work completed on time comes from."""
PURPOSE = {
    "unit": "north-locality",
    "purpose": "People live the lives they choose.",
    "objectives": ["Nobody waits longer than 28 days."],
    "reason": None,
    "meeting": None,
    "set_at": "2026-09-02T09:00:00Z",
    "set_by": "w-9",
    "version": 1,
}


def series(scene: str, measure: str, unit: str, grain: str) -> dict[str, Any]:
    """A series as metrics answers it, with limits and a shift where the scene has one."""
    _, name, _, unit_of_measure, polarity, target = next(one for one in MEASURES if one[0] == measure)
    values = values_of(scene, measure)
    if unit_of_measure == "percent":
        values = (
            [min(97, 60 + value // 3) for value in values] if scene == "huge" else [60 + v for v in values]
        )
    base = values[:12] or [0]
    mean = sum(base) / len(base)
    ranges = [abs(one - two) for one, two in itertools.pairwise(base)] or [0]
    spread = 2.66 * sum(ranges) / len(ranges)
    shifted = measure in ("overdue", "completed") and scene in ("busy", "stale", "huge")
    high = polarity == "higher"
    points = []
    for index, value in enumerate(values):
        unfinished = index == len(values) - 1
        flagged = shifted and not unfinished and value > mean + spread * 0.4 and index >= 10
        points.append(
            {
                "period": month(len(values) - 1 - index),
                "value": value,
                "numerator": value,
                "denominator": None,
                "unfinished": unfinished,
                "mean": round(mean, 2),
                "upper": round(mean + spread, 2),
                "lower": round(mean - spread, 2),
                "special_cause": "shift" if flagged else None,
                "direction": "high" if flagged else None,
                "judged": ("better" if high else "worse") if flagged else None,
            }
        )
    variation = "common_cause" if values else None
    finding = "As usual" if values else "Nothing to judge yet"
    if shifted:
        variation = "improvement_high" if high else "concern_high"
        since = "April" if high else "February"
        finding = f"Higher than usual since {since}, and not by chance"
    fails = measure == "overdue" and scene != "quiet"
    return {
        "measure": measure,
        "name": name,
        "unit": unit,
        "grain": grain,
        "unit_of_measure": unit_of_measure,
        "polarity": polarity,
        "target": target,
        "agreed": AGREED if measure == "completed_on_time_percent" else None,
        "points": points,
        "variation": variation,
        "assurance": "consistently_fails" if fails and values else None,
        "finding": finding,
    }


def workload(scene: str, by: str) -> list[dict[str, Any]]:
    """Report 1."""
    if scene == "empty":
        return []
    if by == "worker":
        return [
            {"month": month(0), "worker": worker, "overdue": 3, "due": 12, "allocated": 4}
            for worker in ("w-0010", "w-0011", "w-0012", None)
        ]
    factor = 1371 if scene == "huge" else 1
    late = {4: 5, 2: 4, 1: 6, 0: 8} if scene != "quiet" else {}
    coming = {0: 22, -1: 41, -2: 28, -3: 11, -4: 3} if scene != "quiet" else {0: 3, -1: 2}
    rows = [{"month": None, "overdue": 0, "due": 6 * factor, "allocated": None}] if scene != "quiet" else []
    for back in sorted({*late, *coming, 7 if scene == "huge" else 0}, reverse=True):
        rows.append(
            {
                "month": month(back),
                "overdue": late.get(back, 0) * factor,
                "due": coming.get(back, 0) * factor,
                "allocated": 31 * factor if back == 0 else 0,
            }
        )
    return rows


OUTCOMES = [
    ("information-and-advice", 48, 25),
    ("short-term-support-reablement", 42, 22),
    ("care-at-home", 33, 41),
    ("continued-no-change", 17, 22),
    ("residential-or-nursing", 9, 18),
    ("other", 6, 7),
]


def outcomes(scene: str) -> list[dict[str, Any]]:
    """Report 3."""
    if scene == "empty":
        return []
    rows = OUTCOMES
    if scene == "quiet":
        rows = [("information-and-advice", 5, 0)]
    if scene == "huge":
        rows = [
            *((name, count * 1371, before * 1371) for name, count, before in OUTCOMES),
            ("nfa-responsibility-moved-to-another-local-authority-or-nhs-funded-care", 2000, 1800),
            ("nfa-support-declined", 1200, 1300),
            ("nfa-deceased", 600, 700),
        ]
    total = sum(count for _, count, _ in rows)
    before_total = sum(before for _, _, before in rows) or 1
    return [
        {
            "outcome": name,
            "count": count,
            "share": 100 * count / total,
            "before_count": before,
            "before_share": 100 * before / before_total,
        }
        for name, count, before in rows
    ]


def work(scene: str, worker: str | None) -> dict[str, Any]:
    """Open work."""
    if scene == "empty":
        return {"rows": [], "counts": dict.fromkeys(_COUNTS, 0), "next_cursor": None}
    due = [-67, -19, -15, 0, 2, 12, 40] if scene != "quiet" else [12, 30]
    held = ["w-0010", None, "w-0011", "w-0010", "w-0012", "w-0010", "w-0011"]
    rows = [
        {
            "subject": f"demo/cases/{4417 + 101 * index}",
            "key": str(4417 + 101 * index),
            "kind": "review" if index % 2 == 0 else "assessment",
            "team": "north-locality",
            "worker": held[index],
            "due": (TODAY + dt.timedelta(days=days)).isoformat(),
            "start_by": None,
            "received": "2026-05-01",
            "days_overdue": -days if days < 0 else None,
        }
        for index, days in enumerate(due)
        if not worker or held[index] == worker
    ]
    numbers = (134, 23, 1, 12, 6)
    if scene == "quiet":
        numbers = (5, 0, 0, 0, 0)
    if scene == "huge":
        numbers = (183714, 31533, 1371, 16452, 8226)
    return {"rows": rows, "counts": dict(zip(_COUNTS, numbers, strict=True)), "next_cursor": None}


_COUNTS = ("open", "overdue", "due_today", "due_this_week", "unallocated")


def escalations(scene: str) -> list[dict[str, Any]]:
    """Exceptions, the first of them unanswered."""
    if scene in ("quiet", "empty"):
        return []
    return [
        {
            "id": "e-1",
            "unit": "north-locality",
            "measure": "overdue",
            "title": "Overdue work is above 20 for the third week",
            "rule": "overdue-team",
            "rule_name": "Overdue work of a team",
            "severity": "warning",
            "state": "raised",
            "value": 23,
            "threshold": 20,
            "period": month(0),
            "since": "2026-11-16T08:00:00+00:00",
            "raised_at": "2026-11-16T08:00:00+00:00",
            "asked": [{"person": "w-0001", "rung": 1, "at": "2026-11-16T08:00:00+00:00"}],
            "next": {"person": "w-0002", "role": "head", "at": "2026-11-19T12:00:00+00:00"},
            "acknowledged": None,
            "closed": None,
            "version": 1,
        },
        {
            "id": "e-2",
            "unit": "north-locality",
            "measure": "unallocated",
            "title": "6 pieces of work that nobody holds",
            "severity": "notice",
            "state": "acknowledged",
            "value": 6,
            "threshold": 5,
            "period": month(0),
            "raised_at": "2026-11-18T07:30:00+00:00",
            "asked": [],
            "acknowledged": {
                "by": "w-0001",
                "note": "Sharing them out at ten",
                "at": "2026-11-18T08:00:00+00:00",
            },
            "version": 2,
        },
    ]


def commitments(scene: str) -> list[dict[str, Any]]:
    """Commitments: one late, one due, one that worked."""
    if scene == "empty":
        return []
    made: list[dict[str, Any]] = [
        {
            "id": "c-1",
            "unit": "north-locality",
            "text": "Re-plan the five oldest reviews",
            "owner": "w-0011",
            "deadline": "2026-11-15",
            "state": "open",
            "late": True,
            "measure": "overdue",
            "agreed_at": "2026-10-20T10:00:00+01:00",
            "carried": [{"to": "2026-11-15", "reason": "Two workers were ill"}],
            "version": 2,
        },
        {
            "id": "c-2",
            "unit": "north-locality",
            "text": "Ask transport for joint visits",
            "owner": "w-0012",
            "deadline": "2026-11-20",
            "state": "open",
            "agreed_at": "2026-11-10T10:00:00+00:00",
            "version": 1,
        },
        {
            "id": "c-3",
            "unit": "north-locality",
            "text": "Two triage slots a day",
            "owner": "w-0010",
            "deadline": "2026-05-06",
            "state": "done",
            "measure": "completed",
            "agreed_at": "2026-04-14T10:00:00+01:00",
            "ended_at": "2026-05-06T15:00:00+01:00",
            "outcome": "Slots run each morning.",
            "version": 2,
        },
    ]
    return made[2:] if scene == "quiet" else made


def meetings(scene: str) -> list[dict[str, Any]]:
    """The next meeting."""
    if scene == "empty":
        return []
    late = commitments(scene)[:2]
    return [
        {
            "id": "m-1",
            "unit": "north-locality",
            "title": "Weekly performance meeting",
            "starts": "2026-11-24T10:00:00+00:00",
            "state": "scheduled",
            "chair": None,
            "version": 1,
            "agenda": {
                "last_commitments": late,
                "exceptions": escalations(scene),
                "reports": ["workload", "completed", "outcomes"],
            },
            "to_review": [one["id"] for one in late[:1]],
            "reviewed": [],
            "decisions": [],
            "agreed": [],
        }
    ]


LINES = [
    {
        "account": "overdue",
        "team": "north-locality",
        "day": "2026-09-13",
        "kind": "review",
        "worker": "w-0010",
        "detail": {"due": "2026-09-12"},
        "amount": 1,
        "subject": "demo/cases/4417",
        "known_at": "2026-09-01T10:00:00+00:00",
        "event": {
            "topic": "primed.case-events",
            "partition": 3,
            "offset": 1042,
            "n": 1,
            "source": "demo/cases",
            "id": "4417-2",
            "type": "primed.work.allocated.v1",
            "time": "2026-06-02T09:30:00+01:00",
        },
    },
    {
        "account": "overdue",
        "team": "north-locality",
        "day": "2026-10-30",
        "kind": "review",
        "worker": "w-0010",
        "detail": {"due": "2026-09-12"},
        "amount": -1,
        "subject": "demo/cases/4417",
        "known_at": "2026-10-30T10:00:00+00:00",
        "event": {
            "topic": "primed.case-events",
            "partition": 3,
            "offset": 1199,
            "n": 0,
            "source": "demo/cases",
            "id": "4417-3",
            "type": "primed.work.completed.v1",
            "time": "2026-10-30T09:30:00+00:00",
        },
    },
]
EVENT = {
    "specversion": "1.0",
    "id": "4417-2",
    "source": "demo/cases",
    "type": "primed.work.allocated.v1",
    "subject": "demo/cases/4417",
    "time": "2026-06-02T09:30:00+01:00",
    "tenant": "demo",
    "data": {"worker": "w-0010"},
}


FINDINGS = {
    "workload": "23 are overdue; December is the heaviest month",
    "completed": "More work is completed since April, and not by chance",
    "outcomes": "More end with information and advice, fewer with residential or nursing, and not by chance",
}


def finding(scene: str, report: str) -> str:
    """What metrics says of a report."""
    if scene == "empty":
        return {"workload": "No work is open"}.get(report, "Nothing was completed")
    if scene == "quiet":
        return {"workload": "Nothing is overdue; 2 fall due in December"}.get(report, "9 completed, as usual")
    return FINDINGS[report].replace("23", "31,533") if scene == "huge" else FINDINGS[report]
