"""The dated tree: roll-ups and scope follow the structure of their day."""

import datetime as dt
import json

import pytest

from schemas.registry import read
from schemas.tree import UNASSIGNED, Tree

TOP = "council"
JAN, MAY, JUNE = dt.date(2026, 1, 10), dt.date(2026, 5, 31), dt.date(2026, 6, 1)


def said(verb: str, day: str, **data: str):
    noun_and_verb = verb
    return read(
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"{verb}-{day}-{sorted(data.items())}",
                "source": "demo/hr",
                "type": f"primed.{noun_and_verb}.v1",
                "subject": f"demo/hr/{data.get('unit') or data.get('worker')}",
                "time": f"{day}T00:00:00+00:00",
                "data": data,
            }
        ).encode()
    )


@pytest.fixture
def tree() -> Tree:
    return Tree().after_all(
        [
            said("unit.registered", "2026-01-01", unit="council", level="council", name="Council"),
            said("unit.registered", "2026-01-01", unit="adults", level="service", name="Adults", parent=TOP),
            said("unit.registered", "2026-01-01", unit="front", level="service", name="Front", parent=TOP),
            said("unit.registered", "2026-01-01", unit="north", level="team", name="North", parent="adults"),
            said("unit.registered", "2026-01-01", unit="door", level="team", name="Door", parent="front"),
            said("unit.moved", "2026-06-01", unit="north", parent="front"),
            said("unit.renamed", "2026-06-01", unit="north", name="North and west"),
            said("unit.closed", "2026-06-01", unit="door", successor="north"),
            said("worker.joined", "2026-01-05", worker="w-1", team="north"),
            said("worker.moved", "2026-06-01", worker="w-1", team="door"),
            said("worker.left", "2026-07-01", worker="w-1"),
            said("role.assigned", "2026-01-05", unit="north", role="manager", person="w-9"),
        ]
    )


def test_a_team_belongs_to_the_service_of_the_day(tree: Tree) -> None:
    assert tree.teams_of("adults", MAY) == ["north"]
    assert tree.teams_of("adults", JUNE) == []
    assert sorted(tree.teams_of("front", JUNE)) == ["door", "north"]


def test_the_council_covers_all_and_the_unassigned(tree: Tree) -> None:
    assert sorted(tree.teams_of("council", JAN)) == ["door", "north", UNASSIGNED]
    assert tree.covers(None, UNASSIGNED)
    assert not tree.covers("adults", UNASSIGNED)


def test_scope_is_the_unit_and_all_below_it_and_nothing_unknown(tree: Tree) -> None:
    assert tree.covers("adults", "north", MAY)
    assert not tree.covers("adults", "north", JUNE)
    assert not tree.covers("north", "adults", MAY)
    assert not tree.covers(None, "nowhere")


def test_names_and_closing_are_dated(tree: Tree) -> None:
    before, after = tree.unit("north", MAY), tree.unit("north", JUNE)
    assert before is not None
    assert before.name == "North"
    assert after is not None
    assert after.name == "North and west"
    assert [unit.id for unit in tree.children("front", JUNE)] == ["north"]
    assert [unit.id for unit in tree.children("front", MAY)] == ["door"]


def test_workers_and_roles_hold_from_their_day(tree: Tree) -> None:
    assert tree.team_of("w-1", dt.date(2026, 1, 4)) is None
    assert tree.team_of("w-1", MAY) == "north"
    assert tree.workers_of("door", JUNE) == ["w-1"]
    assert tree.team_of("w-1", dt.date(2026, 7, 1)) is None
    assert tree.holder("north", "manager", JAN) == "w-9"
    assert tree.holder("north", "manager", dt.date(2026, 1, 4)) is None
    assert tree.roles_of("w-9") == [("north", "manager")]


def test_a_circle_of_parents_ends(tree: Tree) -> None:
    knotted = tree.after(said("unit.moved", "2026-08-01", unit="front", parent="north"))
    assert not knotted.covers("council", "north", dt.date(2026, 8, 2))
