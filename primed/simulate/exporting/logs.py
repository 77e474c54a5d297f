"""The council's work as an event log (XES): cases, and all that was done to each, in order."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from primed.simulate import saying
from primed.simulate.exporting import events
from primed.simulate.exporting.council import Council, Written
from primed.simulate.state import Said

SOURCE = "demo/log"
ACTIVITIES = {
    "allocated": "Assign",
    "unallocated": "Take back",
    "started": "Begin",
    "due-changed": "Put off",
    "transferred": "Hand over",
    "completed": "Complete",
    "reopened": "Open again",
    "cancelled": "Cancel",
}
"""What the log calls what is done to a case."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
)


def write(council: Council, folder: Path) -> Sequence[Written]:
    """`log.xes.gz` with its mapping, and the organisation as events. What was withdrawn never happened."""
    path, mapping = folder / "log.xes.gz", folder / "log.yaml"
    mapping.write_text(_mapping(), "utf-8")
    cases = _cases(council)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write(HEAD.encode())
        for case in cases.values():
            file.write(case.xml().encode())
        file.write(b"</log>\n")
    load = f"primed import {path} --mapping {mapping}"
    return [events.write_organisation(council, folder), Written(path, len(cases), load)]


class _Case:
    """A case and what was done to it, as bits of XML: a year of a council is held in a few megabytes."""

    __slots__ = ("done", "received")

    def __init__(self) -> None:
        self.received = ""
        self.done: dict[str, tuple[str, str]] = {}

    def hear(self, event: Said) -> None:
        verb, data = event["type"].split(".")[2], event["data"]
        if verb == "retracted":
            self.done.pop(data["id"], None)
        elif verb == "received":
            key = event["subject"].removeprefix(f"{saying.CASES}/")
            source = (
                {"from_work": data["from_work"].replace(saying.CASES, SOURCE)} if "from_work" in data else {}
            )
            attributes = {"concept:name": key, "received": event["time"], **data, **source}
            self.received = "".join(_attribute(name, value) for name, value in attributes.items())
        else:
            said = {"concept:name": ACTIVITIES[verb], "time:timestamp": event["time"], **data}
            body = "".join(_attribute(name, value) for name, value in said.items())
            self.done[event["id"]] = (event["time"], f"<event>{body}</event>\n")

    def xml(self) -> str:
        steps = "".join(step for _, step in sorted(self.done.values()))
        return f"<trace>\n{self.received}\n{steps}</trace>\n"


def _cases(council: Council) -> dict[str, _Case]:
    cases: dict[str, _Case] = {}
    for _, said in council.days():
        for event in said:
            if event["source"] == saying.CASES:
                cases.setdefault(event["subject"], _Case()).hear(event)
    return cases


def _attribute(name: str, value: str) -> str:
    kind = "date" if value[4:5] == "-" and value[7:8] == "-" else "string"
    return f"<{kind} key={quoteattr(name)} value={quoteattr(value)}/>"


FIELDS = {
    "allocated": "worker",
    "unallocated": "reason",
    "due-changed": "due",
    "transferred": "team",
    "completed": "outcome",
    "reopened": "due",
    "cancelled": "reason",
}
"""What each activity says."""

OPENING = ("kind", "team", "route", "urgency", "due", "start_by", "from_team", "from_work")


def _mapping() -> str:
    lines = ["format: xes", f"source: {SOURCE}", 'key: "concept:name"', "events:", "  received:"]
    lines += ["    time: received", "    fields:", *(f"      {name}: {name}" for name in OPENING)]
    for verb, called in ACTIVITIES.items():
        lines += [f"  {verb}:", f'    each: {{"concept:name": {called}}}', '    time: "time:timestamp"']
        if verb in FIELDS:
            lines.append(f"    fields: {{{FIELDS[verb]}: {FIELDS[verb]}}}")
    return "\n".join(lines) + "\n"
