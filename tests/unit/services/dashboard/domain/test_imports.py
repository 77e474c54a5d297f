"""What pages say of an import, and what its form asks of ingest."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from services.dashboard.domain import imports
from services.dashboard.domain.imports import Covers, Import

TODAY = dt.date(2026, 11, 23)
JOB = Import(id="i1", name="night.csv", format="table", state="done", created_at="2026-11-23T06:00:00+00:00")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"state": "uploading"}, "night.csv is still being sent"),
        ({"state": "queued"}, "night.csv waits for its turn"),
        (
            {"state": "running", "stage": "preparing"},
            "night.csv is being read through before its first row is taken",
        ),
        ({"state": "running", "share": 0.256}, "night.csv is on its way: 26% is in"),
        ({"state": "failed"}, "night.csv could not be read to its end"),
        ({"state": "cancelled", "rows_read": 1}, "night.csv was cancelled after 1 row"),
        ({"refused": 1, "events": 5}, "night.csv is in, but 1 row was refused"),
        ({"unchanged": 5}, "night.csv is in and says nothing new"),
        ({"events": 5}, "night.csv is in, every row of it"),
    ],
)
def test_what_became_of_it_is_said_aloud(changed: dict[str, object], said: str) -> None:
    assert imports.title(msgspec.structs.replace(JOB, **changed)) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 second"), (80, "80 seconds"), (600, "10 minutes"), (7200, "2.0 hours")]
)
def test_a_span_is_said_as_people_do(seconds: float, said: str) -> None:
    assert imports.span(seconds) == said


def test_what_a_file_holds_is_said_in_days() -> None:
    covered = Covers(field="received", first="2026-04-01", last=None)
    said = imports.covers(msgspec.structs.replace(JOB, coverage=covered), TODAY)
    assert said == "Items whose received date lies from 1 Apr."
    own = msgspec.structs.replace(JOB, coverage=Covers(field="reporting-period"))
    assert imports.covers(own, TODAY).startswith("The days that its rows report on")
    found = Covers(field="reported", first="2026-04-01", last="2026-09-30")
    came_out = imports.covers(msgspec.structs.replace(own, covers=found), TODAY)
    assert came_out == "Items whose reported date lies from 1 Apr to 30 Sep."
    assert "nothing was withdrawn" in imports.covers(JOB, TODAY)


def test_progress_is_of_what_it_does_now() -> None:
    running = msgspec.structs.replace(JOB, state="running", share=0.0)
    assert msgspec.structs.replace(running, stage="preparing", stage_share=0.4).done == 0.4
    assert msgspec.structs.replace(running, share=0.3).done == 0.3


def test_a_time_without_offset_is_londons() -> None:
    asked = imports.sending({"as_of": "2026-07-01T18:00", "covers": "all"}, "night.csv")
    assert asked.params == {
        "name": "night.csv",
        "as_of": "2026-07-01T18:00:00+01:00",
        "coverage": "all",
    }
    assert asked.errors == ()


@pytest.mark.parametrize(
    ("fields", "name", "error"),
    [
        ({}, "", "Choose the file"),
        ({"as_of": "yesterday"}, "a.csv", "a day and a time"),
        ({"covers": "dates", "field": "received"}, "a.csv", "at least one"),
        ({"covers": "dates", "field": "received", "from": "soon"}, "a.csv", "must be days"),
    ],
)
def test_what_is_missing_is_said(fields: dict[str, str], name: str, error: str) -> None:
    [said] = imports.sending(fields, name).errors
    assert error in said


@pytest.mark.parametrize(
    ("state", "refused", "first"),
    [
        ("failed", 0, "Mend what is said above"),
        ("cancelled", 0, "Send it anew"),
        ("done", 2, "Download the refused rows"),
        ("uploading", 0, "Where sending broke off"),
    ],
)
def test_what_to_do_now_is_said(state: str, refused: int, first: str) -> None:
    assert imports.next_steps(msgspec.structs.replace(JOB, state=state, refused=refused))[0].startswith(first)


def test_nothing_is_to_do_where_all_is_well() -> None:
    assert imports.next_steps(msgspec.structs.replace(JOB, state="done")) == []
    assert imports.next_steps(msgspec.structs.replace(JOB, state="running", refused=1)) == []
