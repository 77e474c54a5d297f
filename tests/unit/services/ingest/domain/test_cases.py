"""How a case of an event log becomes events of one work item."""

from __future__ import annotations

from typing import Any

import pytest

from services.ingest.domain.cases import Case, events_of
from services.ingest.domain.mapping import parse
from services.ingest.domain.rows import Reject

MAPPING = parse(
    """
format: xes
source: permits
zone: Europe/Amsterdam
key: name
blanks: [EMPTY]
constants: {kind: permit}
values: {route: {Internet: online}}
personal: [end]
events:
  received: {time: start, fields: {team: [group, department], route: channel, due: deadline}}
  allocated: {time: start, fields: {worker: who}}
  started: {time: {first: at}}
  completed: {time: end, fields: {outcome: {last: what}}}
"""
)
FULL = {
    "name": "k1",
    "start": "2011-10-01T00:00:00.020+02:00",
    "end": "2011-11-02T10:00:00+01:00",
    "deadline": "2011-11-26T00:00:00.000+01:00",
    "group": "EMPTY",
    "department": "General",
    "channel": "Internet",
    "who": "Resource21",
}
STEPS = (
    {"what": "Receive", "at": "2011-10-03T09:00:00+02:00"},
    {"what": "Decide", "at": "2011-11-01T09:00:00+01:00"},
)


def made(attributes: dict[str, str], as_of: str | None = None) -> list[dict[str, Any]]:
    found = events_of(Case(1, attributes, STEPS), MAPPING, as_of)
    assert isinstance(found, list)
    return found


def test_a_full_case_is_received_allocated_started_and_completed() -> None:
    assert [(event["id"], event["time"], event["data"]) for event in made(FULL)] == [
        (
            "k1/received",
            "2011-10-01T00:00:00.020+02:00",
            {"kind": "permit", "team": "General", "route": "online", "due": "2011-11-26"},
        ),
        ("k1/allocated", "2011-10-01T00:00:00.020+02:00", {"worker": "Resource21"}),
        ("k1/started", "2011-10-03T09:00:00+02:00", {}),
        ("k1/completed", "2011-11-02T10:00:00+01:00", {"outcome": "Decide"}),
    ]


def test_a_case_without_an_end_is_open() -> None:
    assert "k1/completed" not in [event["id"] for event in made({**FULL, "end": ""})]


def test_a_case_without_a_worker_is_allocated_to_nobody() -> None:
    assert "k1/allocated" not in [event["id"] for event in made({**FULL, "who": "EMPTY"})]


def test_the_deadline_is_its_written_day_where_a_conversion_would_move_it() -> None:
    assert made({**FULL, "deadline": "2011-11-26T00:00:00.000+02:00"})[0]["data"]["due"] == "2011-11-26"


def test_a_bare_date_is_said_to_be_a_day() -> None:
    received = made({**FULL, "start": "2011-10-01"})[0]
    assert (received["time"], received["timeprecision"]) == ("2011-10-01T00:00:00+02:00", "day")


def test_what_an_export_was_as_of_is_when_its_facts_were_recorded() -> None:
    assert {event["recordedtime"] for event in made(FULL, "2012-01-31T00:00:00+01:00")} == {
        "2012-01-31T00:00:00+01:00"
    }


@pytest.mark.parametrize(
    ("changed", "column", "value"),
    [
        ({"name": "  "}, "name", ""),
        ({"start": "EMPTY"}, "start", ""),
        ({"start": "31/02/2011"}, "start", "31/02/2011"),
        ({"deadline": "2011-02-31"}, "deadline", "2011-02-31"),
        ({"end": "1066-10-14"}, "end", "(hidden)"),
    ],
)
def test_a_case_that_cannot_be_read_is_refused_whole(
    changed: dict[str, str], column: str, value: str
) -> None:
    found = events_of(Case(5, {**FULL, **changed}, STEPS), MAPPING, None)
    assert isinstance(found, Reject)
    assert (found.row, found.column, found.value) == (5, column, value)
    assert column in found.remedy
