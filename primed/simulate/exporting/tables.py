"""The council as plain tables, as any case system can write them: all that a row of an item can say."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from primed.simulate import saying
from primed.simulate.exporting import events
from primed.simulate.exporting.council import Council, Written, as_of
from primed.simulate.exporting.standing import Standing, export_path, exports

WORK = {
    "Reference": "key",
    "Status": "status",
    "Type of work": "kind",
    "Route": "route",
    "Urgency": "urgency",
    "Date received": "received",
    "Date started": "started",
    "Date completed": "completed",
    "Outcome": "outcome",
    "Date cancelled": "cancelled",
    "Date reopened": "reopened",
    "Team": "team",
    "With team since": "team_since",
    "Worker": "worker",
    "Date allocated": "allocated",
    "Date due": "due",
    "Due date set on": "due_since",
    "Start by": "start_by",
    "Referring team": "from_team",
    "Referring work": "from_work",
}
CARE = {
    "Package": "key",
    "Status": "status",
    "Start date": "started",
    "End date": "ended",
    "Team": "team",
    "With team since": "team_since",
    "Setting": "setting",
    "Component": "component",
    "Unit cost": "unit_cost",
    "Frequency": "frequency",
    "Units per week": "units_per_week",
    "Price since": "cost_since",
    "Decided in": "decided_in",
    "Reason": "reason",
}
"""Columns of the tables, and the fields that stand in them."""

WORK_SOURCE, CARE_SOURCE = "demo/table-work", "demo/table-care"


def write(council: Council, folder: Path) -> Sequence[Written]:
    """`work.csv` and `packages.csv`, in UTF-8, with their mappings, and the organisation as events."""
    written = [events.write_organisation(council, folder)]
    for stem, noun, source, columns in _TABLES:
        mapping = folder / f"{stem}.yaml"
        mapping.write_text(_mapping(noun, source, columns), "utf-8")
    for day, books in exports(council):
        for (stem, _, _, columns), items in zip(_TABLES, (books.work, books.care), strict=True):
            path = export_path(council, folder, stem, day)
            rows = write_csv(path, tuple(columns), (_row(item, columns) for item in items.values()))
            written.append(Written(path, rows, load(path, folder / f"{stem}.yaml", day)))
    return written


def write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table; answers how many rows it has."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def load(path: Path, mapping: Path, day: dt.date) -> str:
    """The command that loads an export taken at the end of the day."""
    return f"primed import {path} --mapping {mapping} --as-of {as_of(day)}"


def _row(item: Standing, columns: Mapping[str, str]) -> list[str]:
    return [_cell(name, item.get(name, "")) for name in columns.values()]


def _cell(name: str, value: Any) -> str:
    if name == "unit_cost" and value != "":
        return f"£{value // 100:,}.{value % 100:02d}"
    if len(str(value)) == 10 and str(value)[4:5] == "-":
        return dt.date.fromisoformat(value).strftime("%d/%m/%Y")
    return str(value).replace(f"{saying.CASES}/", f"{WORK_SOURCE}/")


def _mapping(noun: str, source: str, columns: Mapping[str, str]) -> str:
    key = next(iter(columns))
    fields = [f"  {field}: {column}" for column, field in columns.items() if field != "key"]
    return "\n".join(
        [
            "format: table",
            f"source: {source}",
            *(["noun: package"] if noun == "package" else []),
            f"key: {key}",
            "fields:",
            *fields,
            'dates: ["%d/%m/%Y"]',
            "coverage: all",
            "",
        ]
    )


_TABLES = (("work", "work", WORK_SOURCE, WORK), ("packages", "package", CARE_SOURCE, CARE))
