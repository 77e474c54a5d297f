"""Steps, links and assignments that come as tables of their own say what one joined table says."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from services.ingest.domain.mapping import parse
from services.ingest.domain.rows import Row, UnreadableFile
from services.ingest.formats.steps import rows

MAPPING = """
format: steps
source: mosaic/steps
key: [STEP_ID]
fields:
  {received: [INCOMING_ON], kind: [STEP_TYPE], status: [STATUS], completed: [COMPLETED_ON], team: [TEAM]}
values:
  outcome: {Support plan: progress-to-support, Leaflet: advice}
steps: steps
links: {in: links, from: [SOURCE_STEP_ID], to: [TARGET_STEP_ID]}
assignments: {in: Assignments, step: [STEP_ID], worker: [WORKER_ID], since: [FROM_DATE], until: [TO_DATE]}
dates: ["%d/%m/%Y"]
coverage: all
"""
STEPS = """STEP_ID,STEP_TYPE,STATUS,INCOMING_ON,COMPLETED_ON,TEAM
1,Contact,Completed,02/11/2026,03/11/2026,front door
2,Leaflet,Completed,03/11/2026,03/11/2026,front door
3,Support plan,Started,03/11/2026,,north
4,Review,Started,31/11/2026,,north
"""
LINKS = "SOURCE_STEP_ID,TARGET_STEP_ID\n1,2\n1,3\n9,4\n3,8\n"
HELD = """STEP_ID,WORKER_ID,FROM_DATE,TO_DATE
3,w-2,10/11/2026,
3,w-1,03/11/2026,10/11/2026
1,w-1,02/11/2026,03/11/2026
4,w-3,05/11/2026,
"""
TABLES = {"steps": STEPS, "links": LINKS, "assignments": HELD}


def packed(tables: dict[str, str]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in tables.items():
            made.writestr(f"export/{name.upper()}.csv", text)
    return kept.getvalue()


def workbook(tables: dict[str, str]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, text in tables.items():
        sheet = book.create_sheet(name.capitalize())
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(kept)
    return kept.getvalue()


def read(file: bytes, mapping: str = MAPPING) -> list[Row]:
    pieces = (file[at : at + 100] for at in range(0, len(file), 100))
    return list(rows(pieces, parse(mapping), "2026-11-22T18:00:00Z"))


def told(row: Row) -> dict[str, Any]:
    assert row.shown is not None, row.reject
    data: dict[str, Any] = json.loads(row.shown.row)
    return data


@pytest.mark.parametrize("pack", [packed, workbook])
def test_links_and_assignments_of_their_own_tables_are_joined(pack: Any) -> None:
    contact, leaflet, plan, wrong = read(pack(TABLES))
    assert [row.number for row in (contact, leaflet, plan, wrong)] == [2, 3, 4, 5]
    assert told(contact) == {
        "completed": "2026-11-03",
        "kind": "Contact",
        "outcome": "progress-to-support",
        "received": "2026-11-02",
        "status": "completed",
        "team": "front door",
    }
    assert (told(leaflet)["from_work"], told(leaflet)["from_team"]) == ("mosaic/steps/1", "front door")
    assert {name: told(plan).get(name) for name in ("from_work", "worker", "allocated", "outcome")} == {
        "from_work": "mosaic/steps/1",
        "worker": "w-2",
        "allocated": "2026-11-10",
        "outcome": None,
    }
    assert wrong.reject is not None
    assert wrong.reject.column == "INCOMING_ON"


def test_the_order_of_links_and_steps_says_nothing() -> None:
    def turned(text: str) -> str:
        head, *lines = text.splitlines()
        return "\n".join([head, *reversed(lines)])

    there = {row.key: row.shown for row in read(packed(TABLES))}
    back = {row.key: row.shown for row in read(packed({name: turned(text) for name, text in TABLES.items()}))}
    assert there == back


def test_one_table_alone_is_read_as_it_is() -> None:
    (row,) = read(STEPS[: STEPS.index("2,Leaflet")].encode())
    assert "outcome" not in told(row)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (packed({"steps": STEPS, "assignments": HELD}), "no table 'links'.*there are steps, assignments"),
        (packed({**TABLES, "links": "A,B\n1,2\n"}), "'links' has none of the columns.*it has A, B"),
        (packed({**TABLES, "steps": "A,B\n1,2\n"}), "column of step id is missing"),
        (packed(TABLES)[:200], "cut off"),
    ],
)
def test_what_is_missing_is_named(file: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(file)


def test_a_wrong_day_of_an_assignment_is_told_with_its_step() -> None:
    odd = {**TABLES, "assignments": HELD.replace("10/11/2026,\n", "soon,\n", 1)}
    plan = read(packed(odd))[2]
    assert plan.reject is not None
    assert (plan.reject.row, plan.reject.column) == (4, "day of the last assignment")
