"""What meetings and commitments put into the ledger, counted the slow way from plain JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]


def balances(events: list[Json]) -> Counter[tuple[str, str, str, str, str, str, str, str]]:
    """Every balance of `primed.action-events` that hold these events, each perhaps several times."""
    streams: defaultdict[tuple[str, str], dict[int, Json]] = defaultdict(dict)
    for event in events:
        streams[event["tenant"], event["subject"]][int(event["sequence"])] = event
    total: Counter[tuple[str, str, str, str, str, str, str, str]] = Counter()
    for (tenant, _), stream in streams.items():
        for account, team, day, worker, amount in _counted([stream[version] for version in sorted(stream)]):
            total[tenant, account, team, day, "", "", worker, "{}"] += amount
    return total


def _counted(stream: list[Json]) -> list[tuple[str, str, str, str, int]]:
    """account, team, day, worker, amount of everything that one stream counts."""
    found: list[tuple[str, str, str, str, int]] = []
    unit = owner = deadline = ""
    is_open = False
    for event in stream:
        verb, day, data = event["type"].split(".")[2], event["time"][:10], event["data"]
        if event["type"] == "primed.meeting.started.v1":
            found.append(("meetings_held", data["unit"], day, "", 1))
        elif verb == "agreed":
            unit, owner, deadline, is_open = data["unit"], data["owner"], data["deadline"], True
            found.append(("commitments_open", unit, day, owner, 1))
        elif is_open and verb in ("completed", "dropped", "carried-forward"):
            if day > deadline:
                found += _missed(unit, owner, deadline)
            elif verb == "completed":
                found.append(("commitments_due", unit, deadline, owner, 1))
                found.append(("commitments_kept", unit, day, owner, 1))
            if verb == "carried-forward":
                deadline = data["deadline"]
            else:
                is_open = False
                found.append(("commitments_open", unit, day, owner, -1))
    return found + (_missed(unit, owner, deadline) if is_open else [])


def _missed(unit: str, owner: str, deadline: str) -> list[tuple[str, str, str, str, int]]:
    """A deadline that passes, or will pass if nothing is done."""
    day_after = (date.fromisoformat(deadline) + timedelta(days=1)).isoformat()
    return [("commitments_due", unit, deadline, owner, 1), ("commitments_late", unit, day_after, owner, 1)]
