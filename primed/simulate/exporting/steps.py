"""The council as an export of workflow steps: names and words as case systems have them, no due dates.

What the steps lack follows from `due-rules.yaml`, which holds the days that the council allows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from primed.simulate.exporting import events
from primed.simulate.exporting.council import Council, Written
from primed.simulate.exporting.standing import Standing, export_path, exports
from primed.simulate.exporting.tables import load, write_csv
from primed.simulate.saying import CASES
from primed.simulate.town import KINDS, PASSED_ON

SOURCE = "demo/steps"
HEAD = (
    "STEP_ID",
    "WORKFLOW_ID",
    "STEP_TYPE",
    "STATUS",
    "PRIORITY",
    "ROUTE",
    "INCOMING_ON",
    "ASSIGNMENT_DATETIME",
    "STARTED_ON",
    "COMPLETED_ON",
    "CANCELLED_ON",
    "REOPENED_ON",
    "ASSIGNEE_ID",
    "RESPONSIBLE_TEAM_ID",
    "NEXT_STEP_ID",
    "NEXT_STEP_TYPE",
    "SOURCE_STEP_ID",
    "SOURCE_TEAM_ID",
)
TYPES = {kind: f"{kind.capitalize()} form" for kind in KINDS}
"""What the case system calls each kind of work."""


def write(council: Council, folder: Path) -> Sequence[Written]:
    """`steps.csv` with its mapping, the rules for due dates, and the organisation as events."""
    written = [events.write_organisation(council, folder)]
    # Not called `steps`, for a council's own mapping of that name would stand before the one that ships.
    mapping = folder / "council-steps.yaml"
    mapping.write_text(_mapping(), "utf-8")
    rules = folder / "due-rules.yaml"
    rules.write_text(_rules(council.began), "utf-8")
    start = (
        f"before, so that steps get due dates: primed down; PRIMED_DUE_RULES_FILE={rules.resolve()} primed up"
    )
    written.append(Written(rules, 2 * len(KINDS), start))
    for day, books in exports(council):
        path = export_path(council, folder, "steps", day)
        rows = write_csv(path, HEAD, _rows(books.work.values()))
        written.append(Written(path, rows, load(path, mapping, day)))
    return written


def _rows(items: Iterable[Standing]) -> Iterator[list[str]]:
    """Each step with its links; what it leads to is found by what came from it."""
    known = list(items)
    source = {item["key"]: str(item.get("from_work", "")).removeprefix(f"{CASES}/") for item in known}
    led_to = {source[item["key"]]: item for item in known}
    for item in known:
        key, first = item["key"], item["key"]
        while source.get(first):
            first = source[first]
        yield _row(item, f"wf-{first}", source[key], led_to.get(key))
        if item["status"] == "completed" and item.get("outcome") in PASSED_ON:
            # Whoever passes work on writes a letter too: a step may have several next actions.
            letter = _row(item, f"wf-{first}", source[key], None)
            letter[HEAD.index("NEXT_STEP_TYPE")] = LETTER
            yield letter


LETTER = "Write to the person"


def _row(item: Standing, workflow: str, came_from: str, led_to: Standing | None) -> list[str]:
    day = {name: _written(item.get(name)) for name in ("received", "started", "completed", "cancelled")}
    return [
        item["key"],
        workflow,
        TYPES[item["kind"]],
        _status(item),
        item["urgency"],
        item["route"],
        day["received"],
        _written(item.get("allocated"), " 09:00:00"),
        day["started"],
        day["completed"],
        day["cancelled"],
        _written(item.get("reopened")),
        item.get("worker", ""),
        item["team"],
        led_to["key"] if led_to else "",
        item.get("outcome", ""),
        came_from,
        item.get("from_team", ""),
    ]


def _status(item: Standing) -> str:
    if item["status"] != "open":
        return str(item["status"]).capitalize()
    if "reopened" in item:
        return "Reopened"
    return "Started" if "started" in item else "Incoming"


def _written(day: str | None, clock: str = "") -> str:
    return dt.date.fromisoformat(day).strftime("%d-%b-%Y") + clock if day else ""


def _mapping() -> str:
    outcomes = sorted({outcome for kind in KINDS.values() for outcome, _ in kind.outcomes})
    lines = [
        "format: steps",
        f"source: {SOURCE}",
        "key: [STEP_ID]",
        "fields:",
        *(f"  {field}: [{column}]" for field, column in _FIELDS.items()),
        "values:",
        "  kind:",
        *(f"    {called}: {kind}" for kind, called in TYPES.items()),
        "  outcome:                # the first of these that a step has is its outcome",
        *(f"    {outcome}: {outcome}" for outcome in outcomes),
        f"    {LETTER}: letter",
        'dates: ["%d-%b-%Y"]',
        "coverage: all",
    ]
    return "\n".join(lines) + "\n"


def _rules(began: dt.date) -> str:
    """The days that the council allows; urgent work must end in half the time."""
    lines = ["versions:", "  - version: 1", f"    from: {began.isoformat()}", "    rules:"]
    for kind, said in KINDS.items():
        given = f"kind: {kind}, start_by: {said.start_days} days"
        lines.append(f"      - {{{given}, urgency: urgent, due: {said.due_days // 2} days}}")
        lines.append(f"      - {{{given}, due: {said.due_days} days}}")
    return "\n".join(lines) + "\n"


_FIELDS = {
    "received": "INCOMING_ON",
    "kind": "STEP_TYPE",
    "status": "STATUS",
    "urgency": "PRIORITY",
    "route": "ROUTE",
    "allocated": "ASSIGNMENT_DATETIME",
    "started": "STARTED_ON",
    "completed": "COMPLETED_ON",
    "cancelled": "CANCELLED_ON",
    "reopened": "REOPENED_ON",
    "worker": "ASSIGNEE_ID",
    "team": "RESPONSIBLE_TEAM_ID",
    "outcome": "NEXT_STEP_TYPE",
    "from_work": "SOURCE_STEP_ID",
    "from_team": "SOURCE_TEAM_ID",
}
