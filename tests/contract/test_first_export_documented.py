"""What docs/load-your-first-export.md shows works as it says: its mappings read its files."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from primed.commands.importing import import_file
from services.ingest.domain.mapping import parse
from services.ingest.domain.rows import Row
from services.ingest.domain.steps import StepsMapping
from services.ingest.formats import READERS
from services.ingest.store.mappings import shipped

PAGE = (Path(__file__).parents[2] / "docs" / "load-your-first-export.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def read(text: str, mapping: str) -> list[Row]:
    said = parse(mapping)
    pieces: Iterator[bytes] = iter([text.encode()])
    return list(READERS[said.format](pieces, said, "2026-11-22T18:00:00+00:00"))


def shown(row: Row) -> dict[str, Any]:
    assert row.shown is not None, row.reject
    data: dict[str, Any] = json.loads(row.shown.row)
    return data


def of_format(form: str) -> str:
    (found,) = [body for body in blocks("yaml") if parse(body).format == form]
    return found


@pytest.mark.parametrize("form", ["table", "steps", "xes"])
def test_every_mapping_of_the_page_can_be_used(form: str) -> None:
    assert parse(of_format(form)).source


def test_what_the_page_adds_for_tables_of_their_own_fits_into_its_mapping() -> None:
    (added,) = re.findall(r"^  ```yaml\n(.*?)^  ```", PAGE, re.DOTALL | re.MULTILINE)
    said = parse(of_format("steps") + textwrap.dedent(added))
    assert isinstance(said, StepsMapping)
    assert (said.links is None, said.assignments is None) == (False, False)


def test_the_steps_are_read_as_the_page_says() -> None:
    (steps,) = blocks("csv")
    for mapping, kind, outcome in (
        (shipped()["steps"].body, "Contact", "Adult assessment"),
        (of_format("steps"), "contact", "progress-to-assessment"),
    ):
        contact, assessment = read(steps, mapping)
        assert [contact.key, assessment.key] == ["881", "882"]
        assert (shown(contact)["kind"], shown(contact)["outcome"]) == (kind, outcome)
        assert shown(assessment)["allocated"] == "2026-11-03"
        assert shown(assessment)["from_team"] == "contact-centre"
        assert shown(assessment)["status"] == "open"


def test_the_log_is_read_as_the_page_says() -> None:
    (log,) = blocks("xml")
    (case,) = read(log, of_format("xes"))
    events = {event["type"].split(".")[2]: event for event in map(json.loads, case.drafts)}
    assert list(events) == ["received", "allocated", "started", "completed"]
    assert events["received"]["data"] == {"kind": "permit", "team": "General", "due": "2026-12-01"}
    assert events["received"]["timeprecision"] == "day"
    assert events["allocated"]["data"] == {"worker": "w-21"}
    assert events["completed"]["time"].startswith("2026-11-20")


def test_every_option_that_the_page_names_is_one_of_the_command() -> None:
    text = " ".join(re.findall(r"primed import .*", PAGE))
    known = {f"--{name.replace('_', '-')}" for name in import_file.__annotations__}
    assert set(re.findall(r"--[a-z-]+", text)) <= known
