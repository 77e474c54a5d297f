"""The council as CloudEvents, one a line: all that it says, as `POST /v1/events` takes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from primed.simulate import people, saying
from primed.simulate.exporting.council import Council, Written
from primed.simulate.state import Said


def write(council: Council, folder: Path) -> Sequence[Written]:
    """`events.jsonl`, and the staff directory, which stays outside the log, as `staff.yaml`."""
    state, count, path = council.fresh(), 0, folder / "events.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for _, said in council.days(state):
            file.writelines(map(line, said))
            count += len(said)
    people.write_directory(folder / "staff.yaml", state)
    return [Written(path, count, f"primed import {path}")]


def write_organisation(council: Council, folder: Path) -> Written:
    """`organisation.jsonl`: units, roles and workers, which no export of work or care tells."""
    state, count, path = council.fresh(), 0, folder / "organisation.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for _, said in council.days(state):
            ours = [event for event in said if event["source"] == saying.STAFF]
            file.writelines(map(line, ours))
            count += len(ours)
    people.write_directory(folder / "staff.yaml", state)
    return Written(path, count, f"primed import {path}")


def line(event: Said) -> str:
    """An event as a line of a file."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n"
