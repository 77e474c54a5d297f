"""Every cell of the state table of packages, and every clause on money (docs/ledger.md §7)."""

from __future__ import annotations

from typing import Any

import pytest

from services.metrics.domain.postings import entries, postings, reckoning
from tests.casework import fact, facts
from tests.placements import book, faults, package

Events = list[dict[str, Any]]
WEEKLY = {"unit_cost": 85_000, "frequency": "weekly"}
STARTED = package("started", "4", team="north", setting="residential", decided_in="c/1", **WEEKLY)
BEGUN = {
    "packages @north residential 05-04": "1",
    "weekly_spend @north residential 05-04": "85000p",
    "spend_started @north residential 05-04 c/1": "85000p",
}
ENDED = package("ended", "20", decided_in="c/9")
GONE = {
    "packages @north residential 05-21": "-1",
    "weekly_spend @north residential 05-21": "-85000p",
    "spend_ended @north residential 05-21 c/9": "85000p",
}
ONE_OFF = package("started", "4", team="north", setting="community", unit_cost=-120_000, frequency="one-off")
PAID = {"one_off @north community 05-04": "120000p"}


def test_a_package_that_starts_counts_with_its_weekly_cost_and_the_work_that_decided_it() -> None:
    assert book(STARTED) == BEGUN


NOT_STARTED: list[tuple[str, Events, dict[str, str]]] = [
    ("changed is kept", [package("changed", "2", team="north")], {}),
    (
        "what was changed before holds at the start unless the start gives its own",
        [
            package("changed", "1", team="south", setting="residential", decided_in="c/0"),
            package("changed", "2", unit_cost=85_000),
            package("started", "4", team="north", frequency="weekly", decided_in="c/1"),
        ],
        BEGUN,
    ),
    ("ended posts nothing", [package("ended", "2")], {}),
    ("it never runs while an end before its start stands", [package("ended", "2"), STARTED], {}),
    ("nor later", [package("ended", "2"), STARTED, ENDED, package("started", "25")], {}),
]

RUNNING: list[tuple[str, Events, dict[str, str]]] = [
    (
        "started again is a change",
        [package("started", "6", unit_cost=90_000, decided_in="c/2")],
        {
            "weekly_spend @north residential 05-06": "5000p",
            "spend_changed @north residential 05-06 c/2": "5000p",
        },
    ),
    (
        "changed posts the difference, with the decision of the change itself",
        [package("changed", "6", unit_cost=80_000, decided_in="c/2")],
        {
            "weekly_spend @north residential 05-06": "-5000p",
            "spend_changed @north residential 05-06 c/2": "-5000p",
        },
    ),
    ("changed to the same posts nothing", [package("changed", "6", **WEEKLY)], {}),
    (
        "a change of team moves the old cost, then changes it in the new team",
        [package("changed", "6", team="south", unit_cost=90_000, decided_in="c/2")],
        {
            "packages @north residential 05-06": "-1",
            "packages @south residential 05-06": "1",
            "weekly_spend @north residential 05-06": "-85000p",
            "weekly_spend @south residential 05-06": "90000p",
            "spend_transferred_out @north residential 05-06": "85000p",
            "spend_transferred_in @south residential 05-06": "85000p",
            "spend_changed @south residential 05-06 c/2": "5000p",
        },
    ),
    (
        "a new setting takes the old cost away and adds the new one",
        [package("changed", "6", setting="nursing", unit_cost=90_000)],
        {
            "packages @north residential 05-06": "-1",
            "packages @north nursing 05-06": "1",
            "weekly_spend @north residential 05-06": "-85000p",
            "weekly_spend @north nursing 05-06": "90000p",
            "spend_changed @north residential 05-06": "-85000p",
            "spend_changed @north nursing 05-06": "90000p",
        },
    ),
    (
        "a new team and setting at once: the team first, in the old setting",
        [package("changed", "6", team="south", setting="nursing")],
        {
            "packages @north residential 05-06": "-1",
            "packages @south nursing 05-06": "1",
            "weekly_spend @north residential 05-06": "-85000p",
            "weekly_spend @south nursing 05-06": "85000p",
            "spend_transferred_out @north residential 05-06": "85000p",
            "spend_transferred_in @south residential 05-06": "85000p",
            "spend_changed @south residential 05-06": "-85000p",
            "spend_changed @south nursing 05-06": "85000p",
        },
    ),
    (
        "a change on the day of the start: flows post, the stock is what stands at the end of the day",
        [package("changed", "4", setting="nursing")],
        {
            "packages @north residential 05-04": "0",
            "packages @north nursing 05-04": "1",
            "weekly_spend @north residential 05-04": "0p",
            "weekly_spend @north nursing 05-04": "85000p",
            "spend_changed @north residential 05-04": "-85000p",
            "spend_changed @north nursing 05-04": "85000p",
        },
    ),
    ("ended ends the day after, with its own decision", [ENDED], GONE),
    (
        "ended on the day of its start it counted one day",
        [package("ended", "4", decided_in="c/9")],
        {line.replace("05-21", "05-05"): amount for line, amount in GONE.items()},
    ),
    (
        "recurring becomes one-off: it leaves the stocks, its weekly cost goes, its price is paid once",
        [package("changed", "6", unit_cost=50_000, frequency="one-off", decided_in="c/2")],
        {
            "packages @north residential 05-06": "-1",
            "weekly_spend @north residential 05-06": "-85000p",
            "spend_changed @north residential 05-06 c/2": "-85000p",
            "one_off @north residential 05-06 c/2": "50000p",
        },
    ),
    (
        "what can no longer be costed stays a package and costs nothing",
        [package("changed", "6", frequency="hourly")],
        {
            "weekly_spend @north residential 05-06": "-85000p",
            "spend_changed @north residential 05-06": "-85000p",
        },
    ),
]

OVER: list[tuple[str, Events, dict[str, str]]] = [
    ("changed posts nothing", [package("changed", "22", unit_cost=1)], {}),
    ("ended again posts nothing", [package("ended", "22")], {}),
    (
        "started runs again, as it was left",
        [package("started", "25", decided_in="c/5")],
        {
            "packages @north residential 05-25": "1",
            "weekly_spend @north residential 05-25": "85000p",
            "spend_started @north residential 05-25 c/5": "85000p",
        },
    ),
    (
        "spells that meet on a day both count on it",
        [package("started", "20", recordedtime="21", decided_in="c/5")],
        {
            "packages @north residential 05-20": "1",
            "weekly_spend @north residential 05-20": "85000p",
            "spend_started @north residential 05-20 c/5": "85000p",
        },
    ),
]

PAID_ONCE: list[tuple[str, Events, dict[str, str]]] = [
    ("one-off is paid on its start, without its sign, and in no stock", [], {}),
    (
        "a later change posts its difference on its day",
        [package("changed", "6", unit_cost=150_000, decided_in="c/2")],
        {"one_off @north community 05-06 c/2": "30000p"},
    ),
    ("a change of team alone moves nothing", [package("changed", "6", team="south")], {}),
    (
        "one-off becomes recurring: it enters the stocks, and what was paid once stays",
        [package("changed", "6", unit_cost=85_000, frequency="weekly", decided_in="c/2")],
        {
            "packages @north community 05-06": "1",
            "weekly_spend @north community 05-06": "85000p",
            "spend_changed @north community 05-06 c/2": "85000p",
        },
    ),
    (
        "and back again: only what is more than was paid once already",
        [
            package("changed", "6", unit_cost=85_000, frequency="weekly"),
            package("changed", "6 10:00", unit_cost=125_000, frequency="one-off"),
        ],
        {
            "packages @north community 05-06": "0",
            "weekly_spend @north community 05-06": "0p",
            "spend_changed @north community 05-06": "0p",
            "one_off @north community 05-06": "5000p",
        },
    ),
    ("its end posts nothing", [package("ended", "20")], {}),
    (
        "a new spell is paid again",
        [package("ended", "20"), package("started", "25")],
        {"one_off @north community 05-25": "120000p"},
    ),
]


def without_nothing(lines: dict[str, str]) -> dict[str, str]:
    return {line: amount for line, amount in lines.items() if amount not in ("0", "0p")}


@pytest.mark.parametrize(
    ("events", "lines"), [row[1:] for row in NOT_STARTED], ids=[r[0] for r in NOT_STARTED]
)
def test_not_started(events: Events, lines: dict[str, str]) -> None:
    assert book(*events) == lines


@pytest.mark.parametrize(("events", "lines"), [row[1:] for row in RUNNING], ids=[row[0] for row in RUNNING])
def test_running(events: Events, lines: dict[str, str]) -> None:
    assert book(STARTED, *events) == without_nothing(BEGUN | lines)


@pytest.mark.parametrize(("events", "lines"), [row[1:] for row in OVER], ids=[row[0] for row in OVER])
def test_ended(events: Events, lines: dict[str, str]) -> None:
    assert book(STARTED, ENDED, *events) == BEGUN | GONE | lines


@pytest.mark.parametrize(("events", "lines"), [row[1:] for row in PAID_ONCE], ids=[r[0] for r in PAID_ONCE])
def test_paid_once(events: Events, lines: dict[str, str]) -> None:
    assert book(ONE_OFF, *events) == without_nothing(PAID | lines)


def test_ended_and_started_again_on_the_next_day_the_stock_does_not_move() -> None:
    lines = book(STARTED, ENDED, package("started", "21"))
    assert {line: amount for line, amount in lines.items() if "05-21" in line} == {
        "spend_ended @north residential 05-21 c/9": "85000p",
        "spend_started @north residential 05-21": "85000p",
    }


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ("no cost", {"frequency": "weekly"}),
        ("no frequency", {"unit_cost": 85_000}),
        ("no units where they are needed", {"unit_cost": 2_050, "frequency": "hourly"}),
        ("no units a week", {"unit_cost": 2_050, "frequency": "hourly", "units_per_week": 0}),
    ],
)
def test_what_cannot_be_costed_counts_as_a_package_only(why: str, fields: dict[str, Any]) -> None:
    events = package("started", "4", team="north", setting="community", **fields)
    assert book(events) == {"packages @north community 05-04": "1"}, why
    assert faults(events) == ["not-costed 05-04"]


def test_a_one_off_without_a_cost_is_in_no_stock_either() -> None:
    event = package("started", "4", team="north", frequency="one-off")
    assert book(event) == {}
    assert faults(event) == ["not-costed 05-04"]


def test_a_price_that_comes_later_begins_to_cost_on_its_day() -> None:
    bare = package("started", "4", team="north", setting="community")
    lines = book(bare, package("changed", "8", unit_cost=2_050, frequency="Hourly", units_per_week="14.5"))
    assert lines == {
        "packages @north community 05-04": "1",
        "weekly_spend @north community 05-08": "29725p",
        "spend_changed @north community 05-08": "29725p",
    }


def test_a_package_of_no_team_and_no_setting_stands_under_none() -> None:
    assert book(package("started", "4", **WEEKLY)) == {
        "packages @ 05-04": "1",
        "weekly_spend @ 05-04": "85000p",
        "spend_started @ 05-04": "85000p",
    }


def test_blank_and_null_are_unchanged() -> None:
    said = {
        "team": " ",
        "setting": "",
        "unit_cost": None,
        "frequency": "",
        "units_per_week": "",
        "decided_in": " ",
    }
    assert book(STARTED, package("changed", "6", **said)) == BEGUN


@pytest.mark.parametrize(
    ("fault", "events"),
    [
        ("started-when-running 05-06", [STARTED, package("started", "6")]),
        ("ended-before-start 05-02", [package("ended", "2"), STARTED]),
        ("changed-when-ended 05-22", [STARTED, ENDED, package("changed", "22")]),
        ("ended-when-ended 05-22", [STARTED, ENDED, package("ended", "22")]),
        ("not-costed 05-06", [STARTED, package("changed", "6", frequency="hourly"), package("changed", "7")]),
        ("unused-field 05-22", [STARTED, package("ended", "22", team="south")]),
    ],
)
def test_what_cannot_be_is_counted_as_a_fault(fault: str, events: Events) -> None:
    assert faults(*events) == [fault]


def test_an_end_that_names_what_the_package_has_is_no_fault() -> None:
    assert faults(STARTED, package("ended", "20", team="north", setting="residential", **WEEKLY)) == []


def test_on_a_day_without_hours_it_starts_before_it_changes_before_it_ends() -> None:
    events = [package("ended", "4", decided_in="c/9"), package("changed", "4", unit_cost=85_000), STARTED]
    assert faults(*events) == []
    assert book(*events)["spend_ended @north residential 05-05 c/9"] == "85000p"


def test_with_hours_they_come_as_they_happened() -> None:
    ended = package("ended", "4 09:00")
    started = package("started", "4 10:00", team="north", setting="residential", **WEEKLY)
    assert faults(ended, started) == ["ended-before-start 05-04"]


def test_the_order_of_arrival_does_not_matter_and_each_line_is_the_difference_of_its_event() -> None:
    events = [STARTED, package("changed", "6", team="south", unit_cost=90_000), ENDED]
    assert book(*reversed(events)) == book(*events)
    known = facts([STARTED, ENDED])
    _, lines = entries(known, fact(events[1]))
    before, after = postings(known), postings(facts(events))
    assert {line.key: line.amount for line in lines} == {
        key: after.get(key, 0) - before.get(key, 0)
        for key in before.keys() | after.keys()
        if after.get(key, 0) != before.get(key, 0)
    }


def test_a_retracted_end_did_not_happen() -> None:
    wrong = package("ended", "20", id="wrong")
    taken_back = package("ended", "22") | {
        "type": "primed.event.retracted.v1",
        "data": {"source": wrong["source"], "id": "wrong"},
    }
    assert book(STARTED, wrong, taken_back) == book(taken_back, STARTED, wrong) == BEGUN


def test_a_package_is_on_no_list_of_work() -> None:
    assert reckoning(facts([STARTED])).present is None
