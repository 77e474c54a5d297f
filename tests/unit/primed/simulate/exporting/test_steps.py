"""A council as workflow steps: words as case systems have them, links, no due dates."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from primed.simulate.exporting import steps
from primed.simulate.exporting.council import Council
from primed.simulate.town import PASSED_ON
from schemas.working_days import WorkingDays
from services.ingest.domain.rules import parse

COUNCIL = Council(7, dt.date(2026, 9, 1), dt.date(2026, 9, 22))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("steps")
    steps.write(COUNCIL, folder)
    return list(csv.DictReader((folder / "steps.csv").read_text("utf-8").splitlines()))


def test_no_step_has_a_due_date_and_the_usual_words_for_its_status(rows: list[dict[str, str]]) -> None:
    assert not [name for name in rows[0] if "DUE" in name]
    assert {row["STATUS"] for row in rows} >= {"Incoming", "Started", "Completed", "Reopened"}


def test_links_lead_both_ways_within_a_workflow(rows: list[dict[str, str]]) -> None:
    by_id = {row["STEP_ID"]: row for row in rows}
    linked = [row for row in rows if row["SOURCE_STEP_ID"] in by_id]
    assert len(linked) > 20
    for row in linked:
        source = by_id[row["SOURCE_STEP_ID"]]
        assert source["WORKFLOW_ID"] == row["WORKFLOW_ID"]
    led = [row for row in rows if row["NEXT_STEP_ID"]]
    assert led
    assert all(by_id[row["NEXT_STEP_ID"]]["SOURCE_STEP_ID"] == row["STEP_ID"] for row in led)


def test_a_step_that_passes_work_on_has_two_next_actions(rows: list[dict[str, str]]) -> None:
    passed = [row["STEP_ID"] for row in rows if row["NEXT_STEP_TYPE"] in PASSED_ON]
    letters = [row["STEP_ID"] for row in rows if row["NEXT_STEP_TYPE"] == steps.LETTER]
    assert sorted(passed) == sorted(letters) != []


def test_who_loads_the_steps_is_told_to_start_with_their_rules_first(tmp_path: Path) -> None:
    _, rules, exported = steps.write(COUNCIL, tmp_path)
    assert f"PRIMED_DUE_RULES_FILE={tmp_path / 'due-rules.yaml'} primed up" in rules.load
    assert exported.load.startswith("primed import ")
    (version,) = parse(rules.path.read_text("utf-8"), WorkingDays()).versions
    assert (version.since, len(version.rules)) == (COUNCIL.began, rules.rows)
