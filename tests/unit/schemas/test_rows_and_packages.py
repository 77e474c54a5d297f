"""What may be said of packages and by rows of exports, and what is refused wherever it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.packages import Package
from schemas.registry import Unreadable, read

ROW_DATES = {
    "primed.work.recorded.v1": (
        "received started completed authorised cancelled reopened start_by team_since allocated due due_since"
    ),
    "primed.package.recorded.v1": "started ended team_since setting_since cost_since",
}


def said(name: str, data: str | dict[str, Any]) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (
        f'{{"specversion":"1.0","id":"1","source":"demo/x","subject":"demo/x/1","type":"{name}",'
        f'"time":"2026-05-04T00:00:00+01:00","timeprecision":"day","data":{text}}}'
    ).encode()


def started(data: str | dict[str, Any]) -> Package:
    found: Package = read(said("primed.package.started.v1", data)).data
    return found


def test_units_a_week_travel_as_an_integer_or_as_text_with_two_decimals() -> None:
    assert started({"units_per_week": 14}).units_per_week == 14
    assert started({"units_per_week": "10.25"}).units_per_week == "10.25"


@pytest.mark.parametrize(
    "frequency", ["weekly", "Weekly", "Per session", "per-session", "4-weekly", "One-off", ""]
)
def test_frequencies_are_taken_as_the_national_return_spells_them_or_with_hyphens(frequency: str) -> None:
    assert started({"frequency": frequency}).frequency == frequency


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("an unknown frequency", '{"frequency": "now and then"}'),
        ("a frequency in a longer text", '{"frequency": "not weekly"}'),
        ("pence that are not whole", '{"unit_cost": 2050.5}'),
        ("pence as a float", '{"unit_cost": 2050.0}'),
        ("pence as text", '{"unit_cost": "2050"}'),
        ("more pence than anything costs", '{"unit_cost": 1000000001}'),
        ("units as a float", '{"units_per_week": 14.5}'),
        ("units of three decimals", '{"units_per_week": "14.125"}'),
        ("units that are no number", '{"units_per_week": "many"}'),
        ("a field that nobody knows", '{"name": "Rose Court"}'),
    ],
)
def test_what_no_package_may_say_is_refused(what: str, data: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        started(data)
    assert refusal.value.reason == "wrong-data", what


@pytest.mark.parametrize("name", ROW_DATES)
@pytest.mark.parametrize("status", ["{}", '{"status": null}', '{"status": ""}', '{"status": "paused"}'])
def test_a_row_without_a_status_is_refused(name: str, status: str) -> None:
    with pytest.raises(Unreadable, match="status"):
        read(said(name, status))


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in ROW_DATES.items() for field in fields.split()]
)
@pytest.mark.parametrize("date", ["1989-12-31", "2101-01-01"])
def test_a_row_with_any_date_outside_1990_to_2100_is_refused(name: str, field: str, date: str) -> None:
    with pytest.raises(Unreadable, match=field) as refusal:
        read(said(name, {"status": "absent", field: date}))
    assert (refusal.value.reason, refusal.value.field) == ("wrong-date", field)


@pytest.mark.parametrize("name", ROW_DATES)
def test_the_last_day_of_2100_may_be_said(name: str) -> None:
    dates = dict.fromkeys(ROW_DATES[name].split(), "2100-12-31")
    assert read(said(name, {"status": "absent", **dates})).data.status == "absent"
