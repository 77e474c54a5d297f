"""The council's work and care as a case system holds them: items as they stand when an export is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from primed.simulate import saying
from primed.simulate.exporting.council import Council
from primed.simulate.state import Said

Standing = dict[str, Any]
"""An item: `key`, `status`, and the fields of a row of its noun, days as ISO texts."""

_WORK = ("kind", "route", "urgency", "team", "due", "start_by", "from_team", "from_work")
_CARE = ("team", "setting", "component", "unit_cost", "frequency", "units_per_week")
_SINCE = {
    "team": "team_since",
    "setting": "setting_since",
    "component": "cost_since",
    "unit_cost": "cost_since",
    "frequency": "cost_since",
    "units_per_week": "cost_since",
}


class Books:
    """What the case system and the care system hold, from events in the order of their recording."""

    def __init__(self) -> None:
        self.work: dict[str, Standing] = {}
        self.care: dict[str, Standing] = {}

    def hear(self, said: Iterable[Said]) -> None:
        """Enter what was said; events of the organisation are no item's."""
        for event in said:
            source, data, day = event["source"], event["data"], str(event["time"])[:10]
            noun, verb = str(event["type"]).split(".")[1:3]
            key = str(event["subject"]).removeprefix(source + "/")
            if source == saying.CASES:
                _enter(self.work.setdefault(key, {"key": key, "status": "open"}), verb, day, data)
            elif source == saying.CARE and noun == "package":
                _enter_care(self.care.setdefault(key, {"key": key, "status": "running"}), verb, day, data)


def exports(council: Council) -> Iterator[tuple[dt.date, Books]]:
    """The books at the end of each day on which an export is taken."""
    books = Books()
    for day, said in council.days():
        books.hear(said)
        if council.exported(day):
            yield day, books


def export_path(council: Council, folder: Path, stem: str, day: dt.date) -> Path:
    """Where an export of the day goes: several bear their days."""
    return folder / (f"{stem}.csv" if council.exports == 1 else f"{stem}-{day.isoformat()}.csv")


def _enter(item: Standing, verb: str, day: str, data: dict[str, Any]) -> None:
    match verb:
        case "received":
            item["received"] = day
            item |= {name: data[name] for name in _WORK if name in data}
        case "allocated":
            item |= {"worker": data["worker"], "allocated": day}
        case "unallocated":
            _leave(item, "worker", "allocated")
        case "due-changed":
            item |= {"due": data["due"], "due_since": day}
        case "transferred":
            _leave(item, "worker", "allocated")
            item |= {"team": data["team"], "team_since": day}
        case "started":
            item.setdefault("started", day)
        case _:
            _enter_end(item, verb, day, data)


def _enter_end(item: Standing, verb: str, day: str, data: dict[str, Any]) -> None:
    match verb:
        case "completed" if item["status"] == "completed":
            item["outcome"] = data["outcome"]
        case "completed":
            item |= {"status": "completed", "completed": day, "outcome": data["outcome"]}
        case "cancelled":
            item |= {"status": "cancelled", "cancelled": day}
        case "reopened":
            _leave(item, "completed", "outcome")
            item |= {"status": "open", "reopened": day, "due": data["due"], "due_since": day}
        case "retracted":
            _leave(item, "completed", "outcome")
            item["status"] = "open"


def _enter_care(package: Standing, verb: str, day: str, data: dict[str, Any]) -> None:
    match verb:
        case "started":
            package["started"] = day
            package |= {name: data[name] for name in (*_CARE, "decided_in") if name in data}
        case "changed":
            for name in _CARE:
                if name in data:
                    package |= {name: data[name], _SINCE[name]: day}
        case "ended":
            package |= {"status": "ended", "ended": day}
    if verb != "started":
        _leave(package, "decided_in", "reason")
        package |= {name: data[name] for name in ("decided_in", "reason") if name in data}


def _leave(item: Standing, *names: str) -> None:
    for name in names:
        item.pop(name, None)
