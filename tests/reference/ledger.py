"""The law of docs/ledger.md, done the slow and obvious way, from plain JSON to the bytes of a dump.

It shares no code with the product, keeps no positions and no lines: for each item it sorts the events that
count, walks through them, writes down how the item stood at the end of every day on which something could
have changed, and adds up the differences.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from tests.reference import commitments, rows
from tests.reference.counting import counted, in_order
from tests.reference.packages import Package
from tests.reference.work import Item, Key

__all__ = ["Key", "balances", "dump"]

Json = dict[str, Any]


def dump(events: list[Json]) -> bytes:
    """The bytes that `primed ledger dump` must print for a log that holds these events, in any order."""
    lines = sorted(
        json.dumps(
            {
                "account": account,
                "amount": amount,
                "day": day,
                "detail": json.loads(detail),
                "kind": kind,
                "setting": setting,
                "team": team,
                "tenant": tenant,
                "worker": worker,
            },
            separators=(",", ":"),
            sort_keys=True,
            ensure_ascii=False,
        ).encode()
        for (tenant, account, team, day, kind, setting, worker, detail), amount in balances(events).items()
        if amount
    )
    return b"".join(line + b"\n" for line in lines)


def balances(events: list[Json]) -> Counter[Key]:
    """Every balance of a log that holds these events."""
    items: defaultdict[tuple[str, str], list[Json]] = defaultdict(list)
    agreed = [
        event for event in events if event["type"].startswith(("primed.commitment.", "primed.meeting."))
    ]
    for event in events:
        if event["type"].startswith(("primed.work.", "primed.package.", "primed.event.")):
            items[event["tenant"], event["subject"]].append(event)
    total = Counter(commitments.balances(agreed))
    for (tenant, _), its_events in items.items():
        for entry, amount in item(tenant, its_events).items():
            total[entry] += amount
    return total


def item(tenant: str, events: list[Json]) -> Counter[Key]:
    """Everything that one item posts."""
    counting = counted(events)
    recorded = [event for event in counting if event["type"].endswith(".recorded.v1")]
    if not any(event["type"].startswith("primed.work.") for event in counting):
        return Package(tenant, rows.of_package(recorded) if recorded else in_order(counting)).postings()
    counting = [event for event in counting if event["type"].startswith("primed.work.")]
    recorded = [event for event in recorded if event in counting]
    return Item(tenant, rows.of_work(recorded) if recorded else in_order(counting)).postings()
