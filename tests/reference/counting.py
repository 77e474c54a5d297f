"""Which events of an item count, and in which order: docs/ledger.md §1 and §2 from plain JSON."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import datetime
from typing import Any

Json = dict[str, Any]

MILESTONES = [
    "received",
    "transferred",
    "due-changed",
    "unallocated",
    "allocated",
    "started",
    "changed",
    "completed",
    "authorised",
    "cancelled",
    "reopened",
    "ended",
]
"""Of work; of packages started and ended, with `changed` between them."""
NOT_PART_OF_THE_BODY = [
    "ruled",
    "rulesversion",
    "recordedtime",
    "traceparent",
    "tracestate",
    "causationid",
    "correlationid",
]


def counted(events: list[Json]) -> list[Json]:
    """The events of one item that count, in no order: of each identity not withdrawn, the standing body."""
    withdrawn = {
        (e["data"]["source"], e["data"]["id"]) for e in events if e["type"] == "primed.event.retracted.v1"
    }
    bodies: defaultdict[tuple[str, str], defaultdict[str, list[Json]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event in events:
        if event["type"] != "primed.event.retracted.v1":
            bodies[event["source"], event["id"]][digest(event)].append(event)
    return [standing(alternatives) for identity, alternatives in bodies.items() if identity not in withdrawn]


def in_order(counting: list[Json]) -> list[Json]:
    """The single events of one item in the order in which they are taken."""
    rough_days = {e["time"][:10] for e in counting if e.get("timeprecision") == "day"}
    return sorted(counting, key=lambda e: place(e, e["time"][:10] in rough_days))


def standing(alternatives: dict[str, list[Json]]) -> Json:
    """Of the bodies that bear one identity, the one that stands, with its oldest recorded time."""
    candidates = []
    for sha, copies in alternatives.items():
        oldest = min(copies, key=lambda copy: datetime.fromisoformat(recorded(copy)))
        version = min(
            copies, key=lambda copy: (copy.get("rulesversion") is not None, copy.get("rulesversion") or 0)
        )
        candidates.append(
            (datetime.fromisoformat(recorded(oldest)), sha, {**version, "recordedtime": recorded(oldest)})
        )
    return max(candidates, key=lambda candidate: candidate[:2])[2]


def digest(event: Json) -> str:
    """What makes a body the same body: the event without what rules, tracing and recording add to it."""
    ruled = [name for name in event.get("ruled", "").split(",") if name]
    body = {name: value for name, value in event.items() if name not in NOT_PART_OF_THE_BODY}
    body["data"] = {name: value for name, value in event["data"].items() if name not in ruled}
    return hashlib.sha256(
        json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def recorded(event: Json) -> str:
    """When the source recorded it; where it does not say, when it happened."""
    return str(event.get("recordedtime") or event["time"])


def verb(event: Json) -> str:
    """`received` of `primed.work.received.v1`."""
    return str(event["type"]).split(".")[2]


def place(event: Json, rough: bool) -> tuple[Any, ...]:
    """Where the event stands among the events of its item."""
    moment = datetime.fromisoformat(event["time"])
    tail = (
        datetime.fromisoformat(recorded(event)),
        int(event.get("sequence", -1)),
        MILESTONES.index(verb(event)),
        event["source"],
        event["id"],
    )
    return (event["time"][:10], verb(event) != "received", *(() if rough else (moment,)), *tail)


def given(event: Json) -> Json:
    """The fields that say something: a blank text is an absent one; a null only clears a date."""
    dates = ("due", "start_by")
    return {
        name: value
        for name, value in event["data"].items()
        if value != "" and (value is not None or name in dates)
    }
