"""A council as a file of events: what it says, in its order, the same each time."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from primed.simulate.exporting import events
from primed.simulate.exporting.council import Council

COUNCIL = Council(7, dt.date(2026, 9, 1), dt.date(2026, 9, 22))


def test_the_same_council_gives_the_same_bytes_and_every_event_of_its_days(tmp_path: Path) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    for folder in (once, again):
        folder.mkdir()
        (written,) = events.write(COUNCIL, folder)
    raw = written.path.read_bytes()
    assert raw == (once / "events.jsonl").read_bytes()
    said = [event for _, day in COUNCIL.days() for event in day]
    assert [json.loads(line) for line in raw.splitlines()] == said
    assert written.rows == len(said) > 1000


def test_another_seed_is_another_council(tmp_path: Path) -> None:
    (one,) = events.write(COUNCIL, tmp_path)
    first = one.path.read_bytes()
    events.write(Council(8, COUNCIL.began, COUNCIL.ends), tmp_path)
    assert one.path.read_bytes() != first


def test_names_stand_in_the_directory_alone(tmp_path: Path) -> None:
    events.write(COUNCIL, tmp_path)
    assert "Leah Brook" in (tmp_path / "staff.yaml").read_text("utf-8")
    assert "Leah Brook" not in (tmp_path / "events.jsonl").read_text("utf-8")


def test_the_organisation_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    written = events.write_organisation(COUNCIL, tmp_path)
    types = {json.loads(line)["type"].split(".")[1] for line in written.path.read_text("utf-8").splitlines()}
    assert types == {"unit", "role", "worker"}
