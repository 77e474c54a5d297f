"""The order of what happened."""

from __future__ import annotations

from services.metrics.domain.history import in_order
from tests.casework import event, fact, flows


def verbs(*events: dict[str, object]) -> list[str]:
    return [one.verb for one in in_order(fact(said) for said in events)]


def test_the_day_is_the_date_written_never_converted() -> None:
    late = event("received", "4", team="north") | {"time": "2026-05-04T23:30:00-05:00"}
    assert flows(late) == {"received @north 05-04": 1}


def test_a_receipt_comes_first_in_its_day_whatever_its_hour() -> None:
    assert verbs(event("allocated", "4 08:00", worker="a"), event("received", "4 17:00")) == [
        "received",
        "allocated",
    ]


def test_on_a_day_of_hours_the_instant_decides() -> None:
    assert verbs(event("started", "5 10:00"), event("allocated", "5 11:00", worker="a")) == [
        "started",
        "allocated",
    ]
    assert verbs(
        event("started", "5") | {"time": "2026-05-05T10:00:00+01:00", "timeprecision": "day"},
        event("allocated", "5 11:00", worker="a"),
    ) == ["started", "allocated"]


def test_on_a_day_with_an_unknown_hour_recording_then_milestone_decides() -> None:
    vague = event("started", "5", recordedtime="9")
    exact = event("allocated", "5 11:00", worker="a", recordedtime="9")
    assert verbs(vague, exact) == ["allocated", "started"]
    assert verbs(event("started", "5", recordedtime="8"), exact) == ["started", "allocated"]


def test_a_sequence_is_a_number_and_none_comes_before() -> None:
    same = {"recordedtime": "9"}
    ten = event("transferred", "5", team="ten", sequence="10", **same)
    nine = event("transferred", "5", team="nine", sequence="9", **same)
    none = event("transferred", "5", team="none", **same)
    order = in_order(fact(said) for said in (ten, nine, none))
    assert [one.data.team for one in order] == ["none", "nine", "ten"]


def test_kind_and_route_are_of_the_whole_item() -> None:
    lines = flows(
        event("received", "4", team="north", kind="contact", route="Phone"),
        event("completed", "6", kind="other"),
        event("received", "8", kind="review", route=" "),
    )
    assert lines["received @north 05-04 review route=Phone"] == 1
    assert flows(
        event("received", "4", team="n"), event("started", "5", kind="x"), event("completed", "6", kind="y")
    )["received @n 05-04 y"]
