"""Every sentence on rows of packages (docs/ledger.md): what exports show becomes a history."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.exports import package_row
from tests.placements import book, faults, package

Rows = list[dict[str, Any]]
PRICE = {"unit_cost": 85_000, "frequency": "weekly"}
BASE = {"started": "4", "team": "north", "setting": "residential", **PRICE}
BEGUN = {
    "packages @north residential 05-04": "1",
    "weekly_spend @north residential 05-04": "85000p",
    "spend_started @north residential 05-04": "85000p",
}
GONE = {
    "packages @north residential 05-21": "-1",
    "weekly_spend @north residential 05-21": "-85000p",
    "spend_ended @north residential 05-21": "85000p",
}


def dearer(day: str, cites: str = "") -> dict[str, str]:
    return {
        f"weekly_spend @north residential {day}": "5000p",
        f"spend_changed @north residential {day}{cites}": "5000p",
    }


CASES: list[tuple[str, Rows, dict[str, str]]] = [
    ("a row starts it on its date", [package_row("10", **BASE)], BEGUN),
    ("without a start it does not run", [package_row("10", team="north", **PRICE)], {}),
    (
        "its dates come from the newest row",
        [package_row("10", **BASE | {"started": "2"}, ended="8"), package_row("12", **BASE)],
        BEGUN,
    ),
    (
        "a cost holds from its own date",
        [package_row("10", **BASE), package_row("20", **BASE | {"unit_cost": 90_000}, cost_since="15")],
        BEGUN | dearer("05-15"),
    ),
    (
        "else from the first as-of that shows it",
        [package_row("10", **BASE), package_row("20", **BASE | {"unit_cost": 90_000})],
        BEGUN | dearer("05-20"),
    ),
    (
        "a cost dated on or before the start is part of it",
        [package_row("10", **BASE | {"unit_cost": 1}), package_row("20", **BASE, cost_since="4")],
        BEGUN,
    ),
    (
        "an older change dated on or after a newer one is dropped",
        [
            package_row("10", **BASE),
            package_row("12", **BASE | {"unit_cost": 1}, cost_since="11"),
            package_row("20", **BASE | {"unit_cost": 90_000}, cost_since="11"),
        ],
        BEGUN | dearer("05-11"),
    ),
    (
        "team, setting and cost have histories of their own, and on one day they change in this order",
        [
            package_row("10", **BASE),
            package_row(
                "20", started="4", team="south", setting="nursing", unit_cost=90_000, frequency="weekly"
            ),
        ],
        BEGUN
        | {
            "packages @north residential 05-20": "-1",
            "packages @south nursing 05-20": "1",
            "weekly_spend @north residential 05-20": "-85000p",
            "weekly_spend @south nursing 05-20": "90000p",
            "spend_transferred_out @north residential 05-20": "85000p",
            "spend_transferred_in @south residential 05-20": "85000p",
            "spend_changed @south residential 05-20": "-85000p",
            "spend_changed @south nursing 05-20": "90000p",
        },
    ),
    (
        "a price that is blank in the newest row is no price",
        [package_row("10", **BASE), package_row("20", started="4", team="north", setting="residential")],
        BEGUN
        | {
            "weekly_spend @north residential 05-20": "-85000p",
            "spend_changed @north residential 05-20": "-85000p",
        },
    ),
    ("an end counts by its date, whatever the status", [package_row("10", **BASE, ended="20")], BEGUN | GONE),
    (
        "ended without a date: the first as-of of the run that shows it",
        [package_row("10", **BASE), package_row("20", "ended", **BASE), package_row("25", "ended", **BASE)],
        BEGUN | GONE,
    ),
    (
        "an absent row breaks a run",
        [package_row("10", "ended", **BASE), package_row("12", "absent"), package_row("20", "ended", **BASE)],
        BEGUN | GONE,
    ),
    (
        "an end that is no longer shown did not happen",
        [package_row("10", "ended", **BASE, ended="8"), package_row("20", **BASE)],
        BEGUN,
    ),
    ("ended before its start it never runs", [package_row("10", **BASE, ended="2")], {}),
    (
        "a newest row that is absent withdraws it",
        [package_row("10", **BASE), package_row("12", "absent")],
        {},
    ),
    (
        "a later row brings it back",
        [package_row("10", **BASE), package_row("12", "absent"), package_row("14", **BASE)],
        BEGUN,
    ),
    (
        "of one as-of the row with the larger id counts",
        [package_row("10", **BASE, id="b"), package_row("10", **BASE | {"team": "south"}, id="a")],
        BEGUN,
    ),
    (
        "where it has rows its single events do not count",
        [package("started", "2", team="south", **PRICE), package_row("10", **BASE), package("ended", "6")],
        BEGUN,
    ),
]


@pytest.mark.parametrize(("rows", "lines"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_what_rows_imply(rows: Rows, lines: dict[str, str]) -> None:
    assert book(*rows) == lines


def test_each_thing_cites_the_decision_of_the_row_that_first_shows_it_and_a_blank_one_cites_none() -> None:
    rows = [
        package_row("10", **BASE, decided_in="c/1"),
        package_row("12", **BASE, decided_in="c/2"),
        package_row("20", **BASE | {"unit_cost": 90_000}, decided_in="c/3"),
        package_row("22", **BASE | {"unit_cost": 90_000}, decided_in="c/4", ended="30"),
        package_row("24", **BASE | {"unit_cost": 90_000}, decided_in="c/5", ended="29"),
    ]
    cited = {line for line in book(*rows) if line.startswith("spend_")}
    assert cited == {
        "spend_started @north residential 05-04 c/1",
        "spend_changed @north residential 05-20 c/3",
        "spend_ended @north residential 05-30 c/4",
    }
    rows[2] = package_row("20", **BASE | {"unit_cost": 90_000})
    assert "spend_changed @north residential 05-20" in book(*rows)


def test_single_events_beside_rows_are_faults_and_ended_before_the_start_is_one() -> None:
    mixed = [package("started", "2", **PRICE), package_row("10", **BASE), package("ended", "6")]
    assert faults(*mixed) == ["mixed-feed 05-02", "mixed-feed 05-06"]
    assert faults(package_row("10", **BASE, ended="2")) == ["ended-before-start 05-02"]
    assert faults(package_row("10", **BASE | {"unit_cost": None})) == ["not-costed 05-04"]


def test_any_order_of_arrival_gives_the_same_postings() -> None:
    rows = [
        package_row("10", **BASE),
        package_row("12", **BASE | {"team": "south"}),
        package_row("14", "absent"),
        package_row("20", **BASE | {"setting": "nursing", "unit_cost": 90_000}, cost_since="13"),
        package_row("25", "ended", **BASE | {"setting": "nursing"}, ended="24"),
    ]
    expected = book(*rows)
    assert {"spend_changed", "spend_ended"} <= {line.split()[0] for line in expected}
    for order in itertools.permutations(rows):
        assert book(*order) == expected
