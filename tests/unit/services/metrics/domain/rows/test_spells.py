"""How rows say that work ended, and was opened again (docs/ledger.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.casework import stocks
from tests.exports import faults, moved, row

Rows = list[dict[str, Any]]
BASE = {"received": "4", "team": "north", "kind": "review"}


ENDS: list[tuple[str, Rows, dict[str, int]]] = [
    (
        "completed on its date, in the team and by the worker of that day",
        [
            row("10", **BASE, worker="ann"),
            row("20", "completed", **BASE | {"team": "south"}, worker="ann", completed="8", outcome="Met"),
        ],
        {
            "allocations @north 05-04 review ann": 1,
            "completed @north 05-08 review ann outcome=Met": 1,
            "days_to_complete @north 05-08 review ann days=4": 1,
        },
    ),
    (
        "a completion counts only with that status",
        [row("10", "open", **BASE, completed="8", cancelled="9")],
        {},
    ),
    (
        "and a cancellation only with that",
        [row("10", "cancelled", **BASE, completed="8", cancelled="9")],
        {"cancelled @north 05-09 review": 1},
    ),
    (
        "closed without a date: the first as-of of the run that shows it",
        [row("10", **BASE), row("12", "completed", **BASE), row("20", "completed", **BASE)],
        {"completed @north 05-12 review": 1, "days_to_complete @north 05-12 review days=8": 1},
    ),
    (
        "an absent row breaks a run",
        [
            row("10", "cancelled", **BASE),
            row("12", "absent"),
            row("20", "cancelled", **BASE),
            row("22", "cancelled", **BASE),
        ],
        {"cancelled @north 05-20 review": 1},
    ),
    (
        "so does another way to be closed",
        [row("10", "cancelled", **BASE), row("12", "completed", **BASE)],
        {"completed @north 05-12 review": 1, "days_to_complete @north 05-12 review days=8": 1},
    ),
    (
        "the outcome is that of the spell's last row",
        [
            row("10", "completed", **BASE, completed="8", outcome="Met"),
            row("20", "completed", **BASE, completed="8", outcome="Not met"),
        ],
        {
            "completed @north 05-08 review outcome=Not met": 1,
            "days_to_complete @north 05-08 review days=4": 1,
        },
    ),
    (
        "authorised on its date",
        [row("20", "completed", **BASE, completed="8", needs_authorisation=True, authorised="12")],
        {"completed @north 05-08 review": 1, "days_to_complete @north 05-08 review days=4": 1},
    ),
]


@pytest.mark.parametrize(("rows", "lines"), [one[1:] for one in ENDS], ids=[one[0] for one in ENDS])
def test_ends(rows: Rows, lines: dict[str, int]) -> None:
    assert moved(*rows) == lines
    assert faults(*rows) == []


def test_authorisation_is_waited_for_from_the_completion_to_its_date() -> None:
    found = stocks(row("20", "completed", **BASE, completed="8", needs_authorisation=True, authorised="12"))
    assert {line: amount for line, amount in found.items() if line.startswith("unauth")} == {
        "unauthorised @north 05-08 review": 1,
        "unauthorised @north 05-12 review": -1,
    }


DONE = row("10", "completed", **BASE, completed="8", outcome="Met")
FIRST_END = {
    "completed @north 05-08 review outcome=Met": 1,
    "days_to_complete @north 05-08 review days=4": 1,
}

REOPENED: list[tuple[str, Rows, dict[str, int]]] = [
    (
        "completed in one row and open in a later one is a reopening, on the newest row's date",
        [DONE, row("20", **BASE, reopened="15")],
        FIRST_END | {"reopened @north 05-15 review": 1},
    ),
    (
        "else on the first as-of that shows it open",
        [DONE, row("20", **BASE), row("22", **BASE)],
        FIRST_END | {"reopened @north 05-20 review": 1},
    ),
    (
        "not before the completion",
        [DONE, row("20", **BASE, reopened="6")],
        FIRST_END | {"reopened @north 05-08 review": 1},
    ),
    (
        "a cancellation may be reopened too",
        [row("10", "cancelled", **BASE, cancelled="8"), row("20", **BASE, reopened="15")],
        {"cancelled @north 05-08 review": 1, "reopened @north 05-15 review": 1},
    ),
    (
        "an absent row between does not hide it",
        [DONE, row("12", "absent"), row("20", **BASE, reopened="15")],
        FIRST_END | {"reopened @north 05-15 review": 1},
    ),
    (
        "closed again on a later day it stands, with the outcome of each spell's last row",
        [
            DONE,
            row("20", **BASE),
            row("30", "completed", **BASE, completed="25", reopened="15", outcome="Not met"),
        ],
        FIRST_END
        | {
            "reopened @north 05-15 review": 1,
            "completed @north 05-25 review outcome=Not met": 1,
            "days_to_complete @north 05-25 review days=10": 1,
        },
    ),
    (
        "closed again on the same day it was none",
        [
            DONE,
            row("20", **BASE, reopened="8"),
            row("30", "completed", **BASE, completed="8", reopened="8", outcome="Met"),
        ],
        FIRST_END,
    ),
    (
        "closed on a day before it, it was none: the newest row comes out true",
        [DONE, row("20", **BASE), row("30", "completed", **BASE, completed="18", outcome="Met")],
        {"completed @north 05-18 review outcome=Met": 1, "days_to_complete @north 05-18 review days=14": 1},
    ),
    ("a reopening that no row shows closed before is none", [row("20", **BASE, reopened="15")], {}),
    (
        "of several, the last is on the newest row's date, older ones on their open rows'",
        [
            DONE,
            row("12", **BASE, reopened="11"),
            row("14", "completed", **BASE, completed="13"),
            row("20", **BASE, reopened="17"),
        ],
        FIRST_END
        | {
            "reopened @north 05-11 review": 1,
            "completed @north 05-13 review": 1,
            "days_to_complete @north 05-13 review days=2": 1,
            "reopened @north 05-17 review": 1,
        },
    ),
    (
        "of several without dates, each on the first as-of that shows it open",
        [DONE, row("12", **BASE), row("14", "completed", **BASE), row("20", **BASE)],
        FIRST_END
        | {
            "reopened @north 05-12 review": 1,
            "completed @north 05-14 review": 1,
            "days_to_complete @north 05-14 review days=2": 1,
            "reopened @north 05-20 review": 1,
        },
    ),
    (
        "an older one whose spell ended on or before it was none",
        [
            DONE,
            row("12", **BASE),
            row("14", "completed", **BASE, completed="9"),
            row("20", **BASE, reopened="17"),
        ],
        {
            "completed @north 05-09 review": 1,
            "days_to_complete @north 05-09 review days=5": 1,
            "reopened @north 05-17 review": 1,
        },
    ),
]


@pytest.mark.parametrize(("rows", "lines"), [one[1:] for one in REOPENED], ids=[one[0] for one in REOPENED])
def test_reopenings(rows: Rows, lines: dict[str, int]) -> None:
    assert moved(*rows) == lines
    assert faults(*rows) == []
