"""Since when rows say that something holds: teams, workers and due dates (docs/ledger.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.casework import flows, stocks
from tests.exports import faults, moved, row

Rows = list[dict[str, Any]]
BASE = {"received": "4", "team": "north", "kind": "review"}


MOVES: list[tuple[str, Rows, dict[str, int]]] = [
    (
        "a team holds from its own date",
        [row("10", **BASE), row("20", **BASE | {"team": "south", "team_since": "15"})],
        {
            "transferred_out @north 05-15 review to_team=south": 1,
            "transferred_in @south 05-15 review from_team=north": 1,
        },
    ),
    (
        "else from the first as-of that shows it",
        [row("10", **BASE), row("20", **BASE | {"team": "south"}), row("25", **BASE | {"team": "south"})],
        {
            "transferred_out @north 05-20 review to_team=south": 1,
            "transferred_in @south 05-20 review from_team=north": 1,
        },
    ),
    (
        "of one value the date last given counts",
        [
            row("10", **BASE),
            row("20", **BASE | {"team": "south", "team_since": "15"}),
            row("25", **BASE | {"team": "south", "team_since": "12"}),
            row("26", **BASE | {"team": "south"}),
        ],
        {
            "transferred_out @north 05-12 review to_team=south": 1,
            "transferred_in @south 05-12 review from_team=north": 1,
        },
    ),
    (
        "the first row's team holds from receipt, whatever its date",
        [row("10", **BASE, team_since="7")],
        {},
    ),
    (
        "an older change dated on or after a newer one is dropped",
        [
            row("10", **BASE),
            row("20", **BASE | {"team": "south", "team_since": "15"}),
            row("25", **BASE | {"team": "east", "team_since": "15"}),
        ],
        {
            "transferred_out @north 05-15 review to_team=east": 1,
            "transferred_in @east 05-15 review from_team=north": 1,
        },
    ),
    (
        "a change of team keeps the worker shown, a new worker holds from the allocation",
        [
            row("10", **BASE, worker="ann"),
            row("20", **BASE | {"team": "south", "team_since": "15"}, worker="bob", allocated="17"),
        ],
        {
            "allocations @north 05-04 review ann": 1,
            "transferred_out @north 05-15 review ann to_team=south": 1,
            "transferred_in @south 05-15 review ann from_team=north": 1,
            "allocations @south 05-17 review bob": 1,
        },
    ),
    (
        "a worker holds from the allocation",
        [row("10", **BASE), row("20", **BASE, worker="ann", allocated="15")],
        {"allocations @north 05-15 review ann": 1},
    ),
    (
        "else from the first as-of that shows them",
        [row("10", **BASE), row("20", **BASE, worker="ann")],
        {"allocations @north 05-20 review ann": 1},
    ),
    (
        "the first row's worker holds from the allocation",
        [row("10", **BASE, worker="ann", allocated="6")],
        {"allocations @north 05-06 review ann": 1},
    ),
    ("else from receipt", [row("10", **BASE, worker="ann")], {"allocations @north 05-04 review ann": 1}),
    (
        "of workers dated on or before receipt the last counts, once, on the day of receipt",
        [row("10", **BASE, worker="ann", allocated="2"), row("20", **BASE, worker="bob", allocated="3")],
        {"allocations @north 05-04 review bob": 1},
    ),
    (
        "a worker of an older row dated after that of a newer one never held it",
        [row("10", **BASE, worker="ann", allocated="9"), row("20", **BASE, worker="bob", allocated="8")],
        {"allocations @north 05-08 review bob": 1},
    ),
    (
        "who is no longer shown holds it up to the as-of, whatever date is left in the row",
        [row("10", **BASE, worker="ann", allocated="6"), row("20", **BASE, allocated="6")],
        {"allocations @north 05-06 review ann": 1},
    ),
]


@pytest.mark.parametrize(("rows", "lines"), [one[1:] for one in MOVES], ids=[one[0] for one in MOVES])
def test_teams_and_workers(rows: Rows, lines: dict[str, int]) -> None:
    assert moved(*rows) == lines
    assert faults(*rows) == []


def test_a_change_of_team_on_or_before_receipt_is_part_of_it() -> None:
    rows = [row("10", **BASE), row("20", **BASE | {"team": "south", "team_since": "4"})]
    assert flows(*rows) == {"received @south 05-04 review": 1}


def test_who_is_no_longer_shown_leaves_the_item_unallocated_from_the_as_of() -> None:
    rows = [row("10", **BASE, worker="ann", allocated="6"), row("20", **BASE, allocated="6")]
    found = stocks(*rows)
    assert (found["allocated @north 05-20 review ann"], found["unallocated @north 05-20 review"]) == (-1, 1)


def test_a_due_date_holds_from_its_own_date_else_from_the_first_as_of_and_the_first_from_receipt() -> None:
    first, dated = row("10", **BASE, due="12"), row("20", **BASE, due="18", due_since="11")
    assert stocks(first, dated) == {
        "open @north 05-04 review due=05-12": 1,
        "unallocated @north 05-04 review due=05-12": 1,
        "open @north 05-11 review due=05-12": -1,
        "unallocated @north 05-11 review due=05-12": -1,
        "open @north 05-11 review due=05-18": 1,
        "unallocated @north 05-11 review due=05-18": 1,
        "overdue @north 05-19 review due=05-18": 1,
    }
    shown = stocks(first, row("20", **BASE, due="18"))
    assert (
        shown["overdue @north 05-13 review due=05-12"],
        shown["overdue @north 05-20 review due=05-12"],
    ) == (1, -1)
    cleared = stocks(first, row("20", **BASE))
    assert cleared["open @north 05-20 review"] == 1
    assert cleared["overdue @north 05-20 review due=05-12"] == -1
