"""Lists of teams and staff: dated events, and of a list that is loaded again just what differs."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from typing import Any

import pytest

from schemas.registry import read
from schemas.tree import UNASSIGNED, Tree
from services.ingest.domain.edge import Admitted, Edge, admit
from services.ingest.domain.mapping import BadMapping, parse
from services.ingest.domain.organisation import OrganisationMapping, news
from services.ingest.domain.rows import Reject, Row, UnreadableFile
from services.ingest.formats.organisation import rows

TEXT = resources.files("services.ingest").joinpath("mappings/organisation.yaml").read_text()
UNITS = """Unit,Level,Unit name,Belongs to,Since,Closed,Merged into
council,council,Demoshire,,01/04/2020,,
adults,service,Adult care,council,01/04/2020,,
north,team,North,adults,01/04/2020,,
south,team,South,adults,01/04/2020,,
"""
STAFF = """Staff ID,Team,Joined,Left
w-1,north,01/05/2021,
w-2,south,01/05/2021,31/12/2025
"""


def mapping() -> OrganisationMapping:
    found = parse(TEXT)
    assert isinstance(found, OrganisationMapping)
    return found


def of(text: str, as_of: str | None = "2026-11-01T00:00:00+00:00") -> list[Row]:
    return list(rows(iter([text.encode()]), mapping(), as_of))


def loaded(text: str, tree: Tree | None = None, as_of: str = "2026-11-01T00:00:00+00:00") -> Loaded:
    return Loaded(list(news(of(text, as_of), mapping().source, tree or Tree())), tree or Tree())


class Loaded:
    """What a list said that was not known, and the tree after it."""

    def __init__(self, found: list[Row], tree: Tree) -> None:
        events = [json.loads(draft) for row in found for draft in row.drafts]
        self.said = [(event["type"][7:-3], event["time"][:10], *event["data"].values()) for event in events]
        self.tree = tree.after_all(read(draft) for row in found for draft in row.drafts)
        self.checks = [(row.number, check.field, check.result) for row in found for check in row.checks]


def test_lists_become_dated_events_that_the_edge_takes(edge: Edge) -> None:
    drafts = [draft for text in (UNITS, STAFF) for row in of(text) for draft in row.drafts]
    assert all(isinstance(admit(draft, "demo", edge), Admitted) for draft in drafts)
    tree = loaded(STAFF, loaded(UNITS).tree).tree
    assert [unit.name for unit in tree.path("north", dt.date(2026, 1, 1))] == [
        "Demoshire",
        "Adult care",
        "North",
    ]
    assert tree.team_of("w-2", dt.date(2025, 6, 1)) == "south"
    assert tree.team_of("w-2", dt.date(2026, 1, 1)) is None


def test_the_same_list_again_says_nothing() -> None:
    tree = loaded(STAFF, loaded(UNITS).tree).tree
    assert loaded(UNITS, tree).said == []
    assert loaded(STAFF, tree, "2027-01-01T00:00:00+00:00").said == []


def test_a_newer_list_says_just_what_differs_from_the_day_on_which_it_holds() -> None:
    tree = loaded(UNITS).tree
    newer = UNITS.replace(
        "north,team,North,adults,01/04/2020,,", "north,team,North & Coast,adults,01/10/2026,,"
    )
    newer = newer.replace(
        "south,team,South,adults,01/04/2020,,", "south,team,South,adults,01/04/2020,01/11/2026,north"
    )
    newer += "children,service,Children,council,01/10/2026,,\n"
    found = loaded(newer, tree)
    assert found.said == [
        ("unit.renamed", "2026-10-01", "north", "North & Coast"),
        ("unit.closed", "2026-11-01", "south", "north"),
        ("unit.registered", "2026-10-01", "children", "service", "Children", "council"),
    ]
    before, after = (found.tree.unit("north", dt.date(2026, month, 2)) for month in (9, 10))
    assert (before and before.name, after and after.name) == ("North", "North & Coast")


def test_workers_who_move_and_units_that_move_are_told_so() -> None:
    tree = loaded(STAFF, loaded(UNITS).tree).tree
    moved = loaded("Staff ID,Team,Joined,Left\nw-1,south,01/06/2026,\n", tree)
    assert moved.said == [("worker.moved", "2026-06-01", "w-1", "south")]
    unit = "Unit,Level,Unit name,Belongs to,Since\nnorth,team,North,council,01/06/2026\n"
    assert loaded(unit, moved.tree).said == [("unit.moved", "2026-06-01", "north", "council")]


def test_roles_are_told_when_their_holder_changes() -> None:
    head = "Holder,Of unit,Role,Since\nw-1,north,Manager,01/05/2021\n"
    first = loaded(head, loaded(UNITS).tree)
    assert first.said == [("role.assigned", "2021-05-01", "north", "manager", "w-1")]
    assert loaded(head, first.tree).said == []
    assert loaded(head.replace("w-1", "w-9").replace("2021", "2026"), first.tree).said == [
        ("role.assigned", "2026-05-01", "north", "manager", "w-9")
    ]


def test_a_worker_of_an_unknown_team_is_kept_and_said_to_be() -> None:
    found = loaded("Staff ID,Team,Joined,Left\nw-7,nowhere,01/05/2021,\n", loaded(UNITS).tree)
    assert found.said == [("worker.joined", "2021-05-01", "w-7", "nowhere")]
    assert found.checks == [(2, "team", "unknown-team")]
    unassigned = found.tree.unit(UNASSIGNED)
    assert unassigned is not None and unassigned.parent == "council"  # noqa: PT018 - the second needs the first


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        ("Unit,Level,Unit name\nnorth,crowd,North\n", "Level", "not in the list"),
        ("Unit,Level,Unit name\nnorth,team,\n", "Unit name", "blank"),
        ("Unit,Level,Unit name,Since\nnorth,team,North,31/02/2025\n", "Since", ""),
        ("Unit,Level,Unit name,Since,Closed\nn,team,N,01/02/2025,01/01/2025\n", "Closed", "before it was"),
        ("Staff ID,Team,Joined,Left\nw,n,01/02/2025,01/01/2025\n", "Left", "before they came"),
    ],
)
def test_a_row_that_cannot_be_read_says_which_column_and_why(text: str, column: str, word: str) -> None:
    [row] = of(text)
    assert isinstance(row.reject, Reject)
    assert row.reject.column == column
    assert word in row.reject.reason
    assert row.reject.remedy


def test_a_list_without_dates_holds_from_the_day_of_the_export() -> None:
    text = "Unit,Level,Unit name\nnorth,team,North\n"
    assert loaded(text).said == [("unit.registered", "2026-11-01", "north", "team", "North")]
    [row] = of(text, None)
    assert row.reject is not None
    assert "as_of" in row.reject.remedy


def test_another_file_is_refused_by_the_column_that_it_lacks() -> None:
    with pytest.raises(UnreadableFile, match="'Unit' is missing"):
        of("a,b\n1,2\n")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"units": {}, "workers": {}, "roles": {}}, "maps nothing"),
        ({"units": {"unit": "U", "level": "L"}}, "'name'"),
        ({"workers": {"worker": "W", "team": "T", "salary": "S"}}, "'salary'"),
        ({"values": {"team": {"a": "b"}}}, "no list"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(change: dict[str, Any], word: str) -> None:
    said = {
        "format": "organisation",
        "source": "hr",
        "units": {"unit": "U", "level": "L", "name": "N"},
        **change,
    }
    with pytest.raises(BadMapping, match=word):
        parse(json.dumps(said))
