"""Workflow steps as case systems export them become work as it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.ingest.domain.mapping import BadMapping, parse
from services.ingest.domain.rows import Check, Row, UnreadableFile
from services.ingest.formats.steps import rows
from services.ingest.store.mappings import shipped

OWN = """
format: steps
source: mosaic/steps
key: [STEP_ID]
fields:
  received: [INCOMING_ON]
  kind: [STEP_TYPE]
  status: [STATUS]
  completed: [COMPLETED_ON]
  team: [RESPONSIBLE_TEAM_ID]
  outcome: [NEXT_STEP_TYPE]
values:
  kind: {Adult assessment: assessment}
  outcome: {Support plan: progress-to-support, Close case: no-further-action}
  team: {T1: north}
dates: ["%d/%m/%Y"]
coverage: all
"""
HEAD = (
    "STEP_ID,WORKFLOW_ID,STEP_TYPE,STATUS,INCOMING_ON,ASSIGNMENT_DATETIME,STARTED_ON,COMPLETED_ON,CANCELLED_ON,"
    "ASSIGNEE_ID,RESPONSIBLE_TEAM_ID,NEXT_STEP_ID,NEXT_STEP_TYPE,SOURCE_STEP_ID,SOURCE_TEAM_ID"
)
OWN_HEAD = "STEP_ID,STEP_TYPE,STATUS,INCOMING_ON,COMPLETED_ON,RESPONSIBLE_TEAM_ID,NEXT_STEP_TYPE"


def read(
    *lines: str, mapping: str | None = None, head: str = HEAD, as_of: str = "2026-11-22T18:00:00Z"
) -> list[Row]:
    text = "\n".join([head, *lines, ""])
    return list(rows(iter([text.encode()]), parse(mapping or shipped()["steps"].body), as_of))


def own(*lines: str) -> list[Row]:
    return read(*lines, mapping=OWN, head=OWN_HEAD)


def told(row: Row) -> dict[str, Any]:
    assert row.shown is not None, row.reject
    data: dict[str, Any] = json.loads(row.shown.row)
    return data


def test_a_step_is_work_with_its_links() -> None:
    (found,) = read(
        "17,3,Assessment,Completed,02/11/2026,2026-11-03 09:30:00,04/11/2026,20/11/2026,,w-7,north,"
        "18,Support plan,16,contact-centre"
    )
    assert (found.key, found.shape) == ("17", "steps")
    assert told(found) == {
        "kind": "Assessment",
        "status": "completed",
        "received": "2026-11-02",
        "allocated": "2026-11-03",
        "started": "2026-11-04",
        "completed": "2026-11-20",
        "worker": "w-7",
        "team": "north",
        "outcome": "Support plan",
        "from_work": "casesystem/steps/16",
        "from_team": "contact-centre",
    }


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("Incoming", "open"),
        ("STARTED", "open"),
        ("reopened", "open"),
        ("Awaiting sign-off", "open"),
        ("", "open"),
        ("completed", "completed"),
        ("Cancelled", "cancelled"),
    ],
)
def test_ongoing_is_what_is_not_completed_cancelled_or_proposed(status: str, means: str) -> None:
    (found,) = read(f"17,3,Assessment,{status},02/11/2026,,,,,,north,,,,")
    assert told(found)["status"] == means


def test_proposed_steps_are_left_out_in_any_case() -> None:
    assert read("17,3,Assessment,PROPOSED,02/11/2026,,,,,,north,,,,") == []


def test_dates_of_an_end_count_with_their_status_alone() -> None:
    (reopened,) = read("17,3,Review,Reopened,02/11/2026,,,20/11/2026,21/11/2026,,north,,,,")
    assert told(reopened).keys() == {"kind", "status", "received", "team"}


def test_an_assignment_without_a_worker_says_nothing() -> None:
    (found,) = read("17,3,Review,Started,02/11/2026,03/11/2026,,,,,north,,,,")
    assert "allocated" not in told(found)


def test_a_step_with_several_next_actions_ends_with_the_one_listed_first() -> None:
    lines = [
        f"17,Adult assessment,Completed,02/11/2026,20/11/2026,T1,{action}"
        for action in ("Write letter", "Close case", "Support plan")
    ]
    for order in (lines, lines[::-1]):
        (found,) = own(*order)
        assert (found.number, told(found)["outcome"]) == (4, "progress-to-support")


def test_rows_of_one_step_that_say_different_things_stay_two() -> None:
    found = own(
        "17,Adult assessment,Completed,02/11/2026,20/11/2026,T1,Close case",
        "17,Adult assessment,Completed,02/11/2026,21/11/2026,T1,Close case",
    )
    assert [row.key for row in found] == ["17", "17"]


def test_checks_say_what_of_a_step_is_not_simply_valid() -> None:
    (first, second) = own(
        "17,Family visit,Completed,02/11/2026,,T9,",
        "18,Adult assessment,Completed,02/12/2026,01/12/2026,T1,Close case",
    )
    assert first.fields == ("key", "received", "kind", "status", "completed", "team", "outcome")
    assert second.fields == ()
    assert set(first.checks) == {
        Check("kind", "not-in-list"),
        Check("team", "not-in-list"),
        Check("completed", "missing"),
        Check("outcome", "blank"),
    }
    assert set(second.checks) == {
        Check("completed", "ends-before-start"),
        Check("completed", "future"),
        Check("received", "future"),
    }


def test_names_of_columns_match_in_any_case_with_blanks_and_underscores() -> None:
    (found,) = read("17,Review,Started,02/11/2026", mapping=OWN, head="Step ID,step type,Status,Incoming on")
    assert told(found)["received"] == "2026-11-02"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (
            "A,B,C",
            "column of step id is missing: the mapping looks for STEP_ID. The first row has 'A', 'B', 'C'",
        ),
        ("STEP_ID,STEP_TYPE,STATUS", "column of received is missing"),
        ("STEP_ID,INCOMING_ON,STATUS", "column of kind is missing"),
        ("STEP_ID,STEP_TYPE,INCOMING_ON,INCOMING_ON", "'INCOMING_ON' stands twice"),
    ],
)
def test_a_file_without_what_steps_need_says_so(head: str, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read("1,2,3", mapping=OWN, head=head)


def test_the_steps_before_a_break_are_kept() -> None:
    text = f'{OWN_HEAD}\n17,Review,Started,02/11/2026,,T1,\n18,Review,"{"x" * 200_000}'
    walk = rows(iter([text.encode()]), parse(OWN), "2026-11-22T18:00:00Z")
    assert next(walk).key == "17"
    with pytest.raises(UnreadableFile, match="quotation mark"):
        next(walk)


def test_a_refused_row_stands_between_steps_in_its_place() -> None:
    found = own(
        "17,Review,Started,02/11/2026,,T1,",
        "18,Review,Started",
        ",Review,Started,02/11/2026,,T1,",
        "19,Review",
    )
    assert [(row.number, row.reject is not None) for row in found] == [
        (2, False),
        (3, True),
        (4, True),
        (5, True),
    ]
    assert Check("key", "missing") in found[2].checks


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  received: [INCOMING_ON]\n", "", "needs `received`"),
        ("  team: {T1: north}", "  status: {Done: finished}", "status 'finished' is not known"),
        ("  team: [RESPONSIBLE_TEAM_ID]", "  person: [NAME]", "'person' cannot be mapped"),
        ("coverage: all", "coverage: {field: cancelled}", "no column is mapped to 'cancelled'"),
        ("key: [STEP_ID]", "key: []", "key and every field need a column"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        parse(OWN.replace(old, new))
