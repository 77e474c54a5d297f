"""Where the head of a page leads, for each role."""

import datetime as dt

import pytest

from runtime.auth import Principal
from schemas.tree import Tree as Whole
from services.dashboard.domain.tree import Tree
from services.dashboard.pages.navigation import BY_ROLE, places
from tests.browser import council

TODAY = dt.date(2026, 11, 18)


def keys(role: str, home: str | None, unit: str) -> list[str]:
    who = Principal("demo", "w-1", role, home)
    return [key for key, _, _ in places(who, Tree(council.tree(), home, TODAY), unit, None)]


@pytest.mark.parametrize(
    ("role", "home", "first"),
    [
        ("practitioner", "north-locality", "work"),
        ("manager", "north-locality", "team"),
        ("head", "long-term-support", "overview"),
        ("finance", None, "spend"),
        ("operator", None, "feeds"),
        ("analyst", None, "overview"),
    ],
)
def test_each_role_begins_with_what_it_asks_most(role: str, home: str | None, first: str) -> None:
    assert keys(role, home, home or "demo-council")[0] == first


def test_money_is_finances_and_feeds_are_analysts() -> None:
    assert "spend" in keys("finance", None, "demo-council")
    assert "feeds" in keys("analyst", None, "demo-council")
    assert "feeds" not in keys("manager", "north-locality", "north-locality")


def test_waiting_exceptions_are_counted() -> None:
    who = Principal("demo", "w-1", "head", "long-term-support")
    found = places(who, Tree(council.tree(), "long-term-support", TODAY), "north-locality", 3)
    assert ("exceptions", "/exceptions", "Exceptions (3)") in found
    assert ("team", "/units/north-locality", "Team") in found


def test_every_place_of_every_role_leads_somewhere() -> None:
    for role in BY_ROLE:
        assert len(keys(role, None, "north-locality")) == len(BY_ROLE[role])


def test_before_any_unit_is_registered_files_can_be_sent_and_looked_at() -> None:
    tree = Tree(Whole(), None, TODAY)
    assert (tree.home, list(tree.units)) == ("", [""])
    who = Principal("demo", "w-1", "operator", None)
    assert [key for key, _, _ in places(who, tree, "", None)] == [
        "feeds",
        "imports",
        "quality",
        "exceptions",
        "catalogue",
    ]
    assert Tree(Whole(), "north-locality", TODAY).units == {}
