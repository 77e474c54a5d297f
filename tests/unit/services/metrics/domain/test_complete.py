"""Since when figures are complete: by the latest feed with lines in the teams, of the same sort."""

from __future__ import annotations

import datetime as dt

import pytest

from services.metrics.domain.complete import ALWAYS, Complete
from services.metrics.domain.units import EVERYTHING, Teams

APRIL, JUNE, JULY = dt.date(2026, 4, 1), dt.date(2026, 6, 1), dt.date(2026, 7, 1)
COMPLETE = Complete(
    {"demo/cases": APRIL, "demo/south": JUNE, "demo/finance": JULY, "demo/unheard": JULY},
    {
        "demo/cases": {"work": frozenset({"north", "south"}), "packages": frozenset()},
        "demo/south": {"work": frozenset({"south"})},
        "demo/finance": {"packages": frozenset({"north"})},
    },
)


@pytest.mark.parametrize(
    ("account", "teams", "since"),
    [
        ("completed", Teams(frozenset({"north"})), APRIL),
        ("open", Teams(frozenset({"south"})), JUNE),
        ("open", EVERYTHING, JUNE),
        ("weekly_spend", Teams(frozenset({"north"})), JULY),
        ("weekly_spend", Teams(frozenset({"south"})), None),
        ("open", Teams(frozenset({"elsewhere"})), None),
        ("meetings_held", EVERYTHING, None),
    ],
)
def test_the_latest_feed_with_lines_there_counts(account: str, teams: Teams, since: dt.date) -> None:
    found = COMPLETE.of(account, teams)
    assert (found.day if found else None) == since


def test_work_and_packages_each_have_their_own_day() -> None:
    assert {family: found.day for family, found in COMPLETE.families(EVERYTHING).items()} == {
        "work": JUNE,
        "packages": JULY,
    }


def test_without_a_declaration_everything_is_complete() -> None:
    assert ALWAYS.of("open", EVERYTHING) is None


def test_the_reason_says_which_feed_and_since_when() -> None:
    found = COMPLETE.of("completed", Teams(frozenset({"north"})))
    assert found is not None
    assert "demo/cases is complete from 2026-04-01" in found.reason
