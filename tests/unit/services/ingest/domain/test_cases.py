"""How a case of an event log becomes events of one work item."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from services.ingest.domain.cases import Case, Reading
from services.ingest.domain.mapping import Mapping, parse
from services.ingest.domain.rows import Check, Row

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
    return told(read(Case(1, attributes, STEPS), as_of=as_of))


def read(case: Case, mapping: object = MAPPING, as_of: str | None = None) -> Row:
    assert isinstance(mapping, Mapping)
    (item,) = Reading(mapping, as_of).items(case, 0)
    return Reading(mapping, as_of).row(item)


def told(row: Row) -> list[dict[str, Any]]:
    assert row.reject is None, row.reject
    return [json.loads(draft) for draft in row.drafts]


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
    row = read(Case(5, {**FULL, **changed}, STEPS))
    found = row.reject
    assert found is not None
    assert row.drafts == ()
    assert (found.row, found.column, found.value) == (5, column, value)
    assert column in found.remedy


@pytest.mark.parametrize(("midnight", "said"), [("day", "day"), ("moment", None)])
def test_a_time_at_midnight_is_a_day_unless_the_mapping_says_otherwise(
    midnight: str, said: str | None
) -> None:
    assert isinstance(MAPPING, Mapping)
    mapping = msgspec.structs.replace(MAPPING, midnight=midnight)
    (received, *_, completed) = told(read(Case(1, FULL, STEPS), mapping))
    assert (received.get("timeprecision"), completed.get("timeprecision")) == (said, None)


def test_checks_say_what_of_a_case_is_not_simply_valid() -> None:
    changed = {"end": "2011-09-30", "channel": "Pigeon", "group": "", "department": ""}
    row = read(Case(1, {**FULL, **changed}, STEPS), as_of="2011-10-02T00:00:00+02:00")
    assert row.fields == (
        *("key", "received", "allocated", "started", "completed"),
        *("team", "route", "due", "worker", "outcome"),
    )
    assert set(row.checks) == {
        Check("completed", "ends-before-start"),
        Check("route", "not-in-list"),
        Check("team", "blank"),
        Check("started", "future"),
    }
    missing = read(Case(1, {**FULL, "start": ""}, STEPS))
    assert Check("received", "missing") in missing.checks


DUE_ON_A_STEP = parse(
    """
format: xes
source: court
key: name
events:
  received: {time: {first: at}, fields: {due: {last: due, where: {what: [Decide, Judge]}}}}
  completed: {time: {last: at, where: {what: Decide, state: complete}}}
"""
)


def test_a_due_date_may_stand_on_a_step() -> None:
    steps = (
        {"what": "Receive", "at": "2011-10-03", "due": "2011-10-04"},
        {"what": "Decide", "at": "2011-10-05", "due": "2011-11-01", "state": "start"},
        {"what": "Archive", "at": "2011-12-05", "due": "2012-11-01"},
    )
    (received,) = told(read(Case(1, {"name": "k"}, steps), DUE_ON_A_STEP))
    assert received["data"]["due"] == "2011-11-01"
    ended = {"what": "Decide", "at": "2011-11-09", "state": "complete"}
    (_, completed) = told(read(Case(1, {"name": "k"}, (*steps, ended)), DUE_ON_A_STEP))
    assert completed["time"].startswith("2011-11-09")


STEPS_AS_WORK = parse(
    """
format: xes
source: court
item: activity
key: [{case: name}, task]
constants: {kind: task}
events:
  received: {time: {first: at}, fields: {due: due, team: group, route: {case: channel}}}
  started: {time: {first: at, where: {state: start}}}
  completed: {time: {first: at, where: {state: complete}}}
"""
)


def test_each_step_may_be_work_of_its_own_with_its_own_due_date() -> None:
    assert isinstance(STEPS_AS_WORK, Mapping)
    reading = Reading(STEPS_AS_WORK, None)
    steps = (
        {"task": "1", "at": "2011-10-03", "due": "2011-10-10", "group": "north", "state": "schedule"},
        {"task": "2", "at": "2011-10-04", "due": "2011-11-10", "group": "south", "state": "schedule"},
        {"task": "1", "at": "2011-10-05", "state": "start"},
        {"task": "1", "at": "2011-10-11", "state": "complete"},
        {"at": "2011-10-11", "state": "complete"},
    )
    items = list(reading.items(Case(9, {"name": "k", "channel": "post"}, steps), 20))
    first, second, nameless = map(reading.row, items)
    assert [row.number for row in (first, second, nameless)] == [21, 22, 23]
    assert [(event["id"], event["time"][:10]) for event in told(first)] == [
        ("k/1/received", "2011-10-03"),
        ("k/1/started", "2011-10-05"),
        ("k/1/completed", "2011-10-11"),
    ]
    assert told(first)[0]["data"] == {"kind": "task", "due": "2011-10-10", "team": "north", "route": "post"}
    assert [event["id"] for event in told(second)] == ["k/2/received"]
    assert nameless.reject is not None


EACH = parse(
    """
format: xes
source: court
key: name
events:
  received: {time: {first: at}}
  allocated: {each: {what: [Assigned, Handed over]}, time: at, fields: {worker: who}}
"""
)


def test_every_activity_of_a_name_may_be_an_event() -> None:
    steps = (
        {"what": "Assigned", "at": "2011-10-03", "who": "a"},
        {"what": "Assigned", "at": "2011-10-04"},
        {"what": "Handed over", "at": "2011-10-05", "who": "b"},
    )
    (_, *allocated) = told(read(Case(1, {"name": "k"}, steps), EACH))
    assert [(event["id"], event["data"]) for event in allocated] == [
        ("k/allocated/1", {"worker": "a"}),
        ("k/allocated/3", {"worker": "b"}),
    ]
