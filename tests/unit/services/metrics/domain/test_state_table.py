"""Every cell of the state table of docs/ledger.md."""

from __future__ import annotations

from typing import Any

import pytest

from services.metrics.domain.postings import reckoning
from tests.casework import event, facts, flows, stocks

RECEIVED = event("received", "4", team="north", kind="review")
DONE = event("completed", "8", outcome="Met")
CANCELLED = event("cancelled", "8")
OPENING = {"received @north 05-04 review": 1}
DONE_LINES = {
    "completed @north 05-08 review outcome=Met": 1,
    "days_to_complete @north 05-08 review days=4": 1,
}

NOT_YET_RECEIVED: list[tuple[str, list[dict[str, Any]], dict[str, int]]] = [
    ("allocated posts", [event("allocated", "2", worker="ann")], {"allocations @ 05-02 ann": 1}),
    ("unallocated posts nothing", [event("unallocated", "2")], {}),
    ("transferred posts nothing", [event("transferred", "2", team="north")], {}),
    ("started posts nothing", [event("started", "2")], {}),
    ("authorised posts nothing", [event("authorised", "2")], {}),
    ("reopened posts nothing", [event("reopened", "2")], {}),
    ("cancelled posts nothing", [event("cancelled", "2")], {}),
    (
        "completed names team and worker",
        [event("completed", "2", team="south", worker="bob", outcome="Met")],
        {"completed @south 05-02 bob outcome=Met": 1},
    ),
    (
        "completed takes what was kept",
        [event("transferred", "1", team="north", worker="ann"), event("completed", "2")],
        {"completed @north 05-02 ann": 1},
    ),
    (
        "completed twice amends the outcome on its day",
        [event("completed", "2", team="south", outcome="Met"), event("completed", "3", outcome="Not met")],
        {"completed @south 05-02 outcome=Not met": 1},
    ),
]

OPEN: list[tuple[str, list[dict[str, Any]], dict[str, int]]] = [
    (
        "received again amends kind and route of the whole item",
        [event("received", "6", kind="assessment", route="Phone")],
        {"received @north 05-04 assessment route=Phone": 1},
    ),
    (
        "each allocation posts, also to the same worker",
        [event("allocated", "5", worker="ann"), event("allocated", "5", worker="ann")],
        OPENING | {"allocations @north 05-05 review ann": 2},
    ),
    (
        "transferred moves and posts out and in",
        [event("allocated", "5", worker="ann"), event("transferred", "6", team="south", worker="bob")],
        OPENING
        | {
            "allocations @north 05-05 review ann": 1,
            "transferred_out @north 05-06 review ann to_team=south": 1,
            "transferred_in @south 05-06 review bob from_team=north": 1,
        },
    ),
    ("transferred to the same team posts nothing", [event("transferred", "6", team="north")], OPENING),
    (
        "only the first start of a spell posts",
        [event("started", "6"), event("started", "7")],
        OPENING | {"started @north 05-06 review": 1, "days_to_start @north 05-06 review days=2": 1},
    ),
    ("completed closes", [DONE], OPENING | DONE_LINES),
    (
        "completed after the due day is late",
        [event("due-changed", "5", due="7"), DONE],
        OPENING | DONE_LINES | {"completed_late @north 05-08 review outcome=Met": 1},
    ),
    ("completed on the due day is in time", [event("due-changed", "5", due="8"), DONE], OPENING | DONE_LINES),
    ("authorised posts nothing", [event("authorised", "6")], OPENING),
    ("reopened posts nothing", [event("reopened", "6")], OPENING),
    ("cancelled closes", [CANCELLED], OPENING | {"cancelled @north 05-08 review": 1}),
]

CLOSED: list[tuple[str, list[dict[str, Any]], dict[str, int]]] = [
    ("received opens again", [event("received", "9")], {"reopened @north 05-09 review": 1}),
    (
        "allocated is kept for a reopening",
        [event("allocated", "9", worker="ann"), event("reopened", "10")],
        {"reopened @north 05-10 review ann": 1},
    ),
    (
        "transferred is kept for a reopening",
        [event("transferred", "9", team="south"), event("reopened", "10")],
        {"reopened @south 05-10 review": 1},
    ),
    ("started posts nothing", [event("started", "9")], {}),
    ("authorised posts nothing", [event("authorised", "9")], {}),
    ("cancelled posts nothing", [event("cancelled", "9")], {}),
    (
        "reopened runs a new spell with its own durations; the completion stands",
        [event("reopened", "10"), event("started", "11"), event("completed", "13")],
        {
            "reopened @north 05-10 review": 1,
            "started @north 05-11 review": 1,
            "days_to_start @north 05-11 review days=1": 1,
            "completed @north 05-13 review": 1,
            "days_to_complete @north 05-13 review days=3": 1,
        },
    ),
]


@pytest.mark.parametrize(
    ("events", "lines"), [row[1:] for row in NOT_YET_RECEIVED], ids=[r[0] for r in NOT_YET_RECEIVED]
)
def test_not_yet_received(events: list[dict[str, Any]], lines: dict[str, int]) -> None:
    assert flows(*events) == lines


@pytest.mark.parametrize(("events", "lines"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_open(events: list[dict[str, Any]], lines: dict[str, int]) -> None:
    assert flows(RECEIVED, *events) == lines


@pytest.mark.parametrize(("events", "lines"), [row[1:] for row in CLOSED], ids=[row[0] for row in CLOSED])
def test_closed(events: list[dict[str, Any]], lines: dict[str, int]) -> None:
    assert flows(RECEIVED, DONE, *events) == OPENING | DONE_LINES | lines


def test_completed_again_amends_the_outcome_where_it_was_posted() -> None:
    late = event("due-changed", "5", due="6")
    assert flows(RECEIVED, late, DONE, event("completed", "12", outcome="Not met")) == OPENING | {
        "completed @north 05-08 review outcome=Not met": 1,
        "completed_late @north 05-08 review outcome=Not met": 1,
        "days_to_complete @north 05-08 review days=4": 1,
    }


def test_completed_after_a_cancellation_posts_nothing() -> None:
    cancelled = OPENING | {"cancelled @north 05-08 review": 1}
    assert flows(RECEIVED, CANCELLED, event("completed", "9")) == cancelled


def test_what_was_kept_holds_at_receipt_unless_the_receipt_gives_its_own() -> None:
    early = (
        event("transferred", "1", team="south", worker="ann"),
        event("due-changed", "2", due="20", start_by="15"),
    )
    assert stocks(*early, event("received", "4", due="25", start_by="16")) == {
        "open @south 05-04 ann due=05-25": 1,
        "allocated @south 05-04 ann due=05-25": 1,
        "overdue @south 05-26 ann due=05-25": 1,
        "start_overdue @south 05-17 ann start_by=05-16": 1,
    }
    assert stocks(*early, event("received", "4", team="north"))["open @north 05-04 ann due=05-20"] == 1


def test_started_before_receipt_counts_as_started() -> None:
    early = event("started", "2")
    assert flows(early, event("received", "4", team="north", start_by="6"), event("started", "9")) == {
        "received @north 05-04": 1
    }
    assert "start_overdue @north 05-07 start_by=05-06" not in stocks(
        early, event("received", "4", team="north", start_by="6")
    )


def test_cancelled_before_receipt_closes_on_receipt() -> None:
    events = (event("cancelled", "2"), RECEIVED)
    assert flows(*events) == OPENING | {"cancelled @north 05-04 review": 1}
    assert stocks(*events) == {}


def test_completed_before_receipt_closes_at_once_and_beats_a_cancellation() -> None:
    early = event("completed", "2", team="north", worker="bob", outcome="Met")
    events = (early, event("cancelled", "3"), event("received", "4", team="north", needs_authorisation=True))
    assert flows(*events) == {"completed @north 05-02 bob outcome=Met": 1, "received @north 05-04": 1}
    assert stocks(*events) == {"incomplete @north 05-02 bob": 1, "incomplete @north 05-04 bob": -1}


def test_a_receipt_in_another_team_than_the_early_completion_hands_the_item_over() -> None:
    early = (event("allocated", "1", worker="ann"), event("completed", "2", team="south", worker="bob"))
    lines = flows(*early, event("received", "4", team="north", from_team="desk"), event("reopened", "6"))
    assert lines == {
        "allocations @ 05-01 ann": 1,
        "completed @south 05-02 bob": 1,
        "received @north 05-04": 1,
        "referred_on @desk 05-04 to_team=north": 1,
        "referral_ended @desk 05-02 passed=05-04 to_team=north": 1,
        "transferred_out @north 05-04 ann to_team=south": 1,
        "transferred_in @south 05-04 ann from_team=north": 1,
        "referral_ended @desk 05-06 passed=05-04 to_team=north": -1,
        "reopened @south 05-06 ann": 1,
    }


def test_a_receipt_without_a_team_takes_that_of_the_early_completion() -> None:
    assert flows(event("completed", "2", team="south"), event("received", "4")) == {
        "completed @south 05-02": 1,
        "received @south 05-04": 1,
    }


def test_work_passed_on_is_told_to_the_sender_with_its_end() -> None:
    received = event("received", "4", team="north", from_team="desk", kind="review")
    assert flows(received, DONE, event("completed", "9", outcome="Not met")) == OPENING | {
        "referred_on @desk 05-04 review to_team=north": 1,
        "completed @north 05-08 review outcome=Not met": 1,
        "days_to_complete @north 05-08 review days=4": 1,
        "referral_ended @desk 05-08 review outcome=Not met passed=05-04 to_team=north": 1,
    }
    assert "referral_ended" not in str(flows(received, CANCELLED))
    assert "referred_on" not in str(flows(event("received", "4", team="north", from_team="north")))


@pytest.mark.parametrize(
    ("fault", "events"),
    [
        ("received-again", [RECEIVED, event("received", "5")]),
        ("received-again", [RECEIVED, DONE, event("received", "9")]),
        ("started-before-receipt", [event("started", "2"), RECEIVED]),
        ("started-when-closed", [RECEIVED, DONE, event("started", "9")]),
        ("completed-when-cancelled", [RECEIVED, CANCELLED, event("completed", "9")]),
        ("authorised-before-receipt", [event("authorised", "2")]),
        ("reopened-before-receipt", [event("reopened", "2")]),
        ("reopened-when-open", [RECEIVED, event("reopened", "5")]),
        ("cancelled-when-closed", [RECEIVED, DONE, event("cancelled", "9")]),
        ("unused-field", [RECEIVED, event("allocated", "5", worker="ann", team="south")]),
        ("unused-field", [RECEIVED, event("started", "5", due="20")]),
        ("unused-field", [RECEIVED, event("completed", "5", needs_authorisation=True)]),
        ("unused-field", [RECEIVED, event("cancelled", "5", outcome="Met")]),
        ("unused-field", [RECEIVED, event("completed", "5", worker="ann")]),
    ],
)
def test_what_cannot_be_is_counted_as_a_fault(fault: str, events: list[dict[str, Any]]) -> None:
    found = reckoning(facts(events)).faults
    assert [(one.fault, one.source, amount) for one, amount in found.items()] == [(fault, "demo/cases", 1)]


def test_a_field_said_again_as_it_is_known_is_no_fault() -> None:
    events = [
        RECEIVED,
        event("allocated", "5", worker="ann", team="north", kind="review"),
        event("unallocated", "6", worker="ann"),
        event("completed", "8", team="north", outcome="Met"),
    ]
    assert reckoning(facts(events)).faults == {}
