"""Tables as case systems write them, in every encoding, and clear words for what cannot be read."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import Workbook

from services.ingest.domain.mapping import BadMapping, parse
from services.ingest.domain.rows import Check, Reject, Row, UnreadableFile
from services.ingest.formats.opening import format_of
from services.ingest.formats.table import rows

MAPPING = """
format: table
source: mosaic/reviews
key: Review ID
fields:
  received: Date received
  due: [Due, Planned]
  completed: Completed on
  team: Team
  needs_authorisation: Sign-off
values:
  team: {"Reviews, North": north-reviews}
constants: {kind: review}
dates: ["%d/%m/%Y"]
blanks: [N/A]
skip:
  - {column: Team, in: [Test team]}
personal: [Team]
"""
PACKAGES = """
format: table
noun: package
source: controcc/packages
key: [Person, Line]
fields: {started: From, ended: To, setting: Type, unit_cost: Cost, units_per_week: Units, frequency: Paid}
"""
HEAD = "Review ID,Date received,Due,Planned,Completed on,Team,Sign-off"


def read(data: bytes | str, mapping: str = MAPPING, piece: int = 7) -> list[Row]:
    raw = data.encode() if isinstance(data, str) else data
    pieces: Iterator[bytes] = (raw[at : at + piece] for at in range(0, len(raw), piece))
    if raw.startswith(b"PK"):
        pieces = iter([raw])
    return list(rows(pieces, parse(mapping), "2026-11-22T18:00:00+00:00"))


def told(row: Row) -> dict[str, Any]:
    assert row.shown is not None, row.reject
    data: dict[str, Any] = json.loads(row.shown.row)
    return data


def refused(row: Row) -> Reject:
    assert row.reject is not None
    return row.reject


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_seen(encoding: str, mark: str) -> None:
    lines = ["Review ID,Date received,Due,Planned,Completed on,Team,Sign-off".replace(",", mark)]
    lines += ["R1,02/11/2026,30/11/2026,,,Équipe Nord,yes".replace(",", mark)]
    found = read("\r\n".join(lines).encode(encoding), piece=4096)
    assert [(row.number, row.key) for row in found] == [(2, "R1")]
    assert told(found[0]) == {
        "kind": "review",
        "status": "open",
        "received": "2026-11-02",
        "due": "2026-11-30",
        "team": "Équipe Nord",
        "needs_authorisation": True,
    }


def test_quotes_newlines_inside_cells_blanks_and_rows_to_skip() -> None:
    found = read(
        f'{HEAD}\nR1,02/11/2026,N/A,"01/12/2026","03/11/2026 09:30","Reviews, North",\n'
        'R2,02/11/2026,,,,Test team,\n\n"R\n3",02/11/2026,,,,"=1+1",no\n'
    )
    assert [row.number for row in found] == [2, 5]
    first, third = map(told, found)
    assert (first["due"], first["completed"], first["status"]) == ("2026-12-01", "2026-11-03", "completed")
    assert first["team"] == "north-reviews"
    assert (third["team"], third["needs_authorisation"], found[1].key) == ("=1+1", False, "R 3")


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        (",02/11/2026,,,,,", "Review ID", "nobody knows which item"),
        ("R1,,,,,,", "Date received", "nobody knows when it began"),
        ("R1,31/02/2025,,,,,", "Date received", "there is no such day in that month"),
        ("R1,2.11.2026,,,,,", "Date received", "days like 23/11/2026, 2026-11-23"),
        ("R1,01/02/03,,,,,", "Date received", "no day that can be read"),
        ("R1,30/12/1899,,,,,", "Date received", "where none was entered"),
        ("R1,1899-12-30,,,,,", "Date received", "where none was entered"),
        ("R1,02/11/1926,,,,,", "Date received", "outside 1990"),
        ("R1,02/11/2026,,,,,perhaps", "Sign-off", "neither yes nor no"),
        ("R1,02/11/2026,,,,", "", "6 cells, and the table has 7"),
        ("R1,02/11/2026,,,,,,,x", "", "9 cells, and the table has 7"),
    ],
)
def test_a_cell_that_cannot_be_used_is_told_and_the_rest_kept(cells: str, column: str, says: str) -> None:
    good, bad, after = read(f"{HEAD}\nR0,02/11/2026,,,,,\n{cells}\nR9,02/11/2026,,,,,\n")
    assert told(good)
    assert told(after)
    reject = refused(bad)
    assert (reject.row, reject.column) == (3, column)
    assert says in reject.reason
    assert reject.remedy


def test_values_that_may_tell_of_a_person_are_hidden() -> None:
    mapping = MAPPING.replace("personal: [Team]", "personal: [Sign-off]")
    reject = refused(read(f"{HEAD}\nR1,02/11/2026,,,,,Ann Smith\n", mapping)[0])
    assert "Ann" not in reject.value + reject.reason


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("Name,Amount\na,1\n", "Column 'Review ID' is missing"),
        (HEAD.replace(",", ";") + "\n", "first row has 'Review ID;Date"),
        (f"{HEAD},Team\n", "'Team' stands twice"),
        (f"{HEAD}\n" + 'R1,"' + "x" * 200_000, "quotation mark that is opened"),
        (f"{HEAD}\nR1," + "x" * 2_000_000, "longer than"),
        (b"PK\x03\x04 no workbook", "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_look_for(data: bytes | str, says: str) -> None:
    mapping = MAPPING.replace("format: table", "format: table\ndelimiter: ','")
    with pytest.raises(UnreadableFile, match=says):
        read(data, mapping, piece=65536)


def test_rows_before_the_one_that_breaks_are_given() -> None:
    pieces = iter([f"{HEAD}\nR1,02/11/2026,,,,,\n".encode(), b'R2,"' + b"x" * 300_000])
    found = rows(pieces, parse(MAPPING), None)
    assert next(found).key == "R1"
    with pytest.raises(UnreadableFile):
        next(found)


def test_bytes_of_another_encoding_do_not_stop_the_rows_around_them() -> None:
    found = read(f"{HEAD}\nR1,02/11/2026,,,,".encode() + b"caf\xe9,\nR2,02/11/2026,,,,,\n", piece=60)
    assert refused(found[0]).column == "Team"
    assert "encoding" in refused(found[0]).remedy
    assert found[1].key == "R2"


def test_prices_as_people_write_them() -> None:
    head = "Person,Line,From,To,Type,Cost,Units,Paid\n"
    good, ended, thirds, word = read(
        head + 'P1,1,2026-04-01,,nursing,"£1,234.50",,Weekly\n'
        "P1,2,2026-04-01,2026-05-01,home care,-20.5,10.25,Per session\n"
        "P1,3,2026-04-01,,x,1.005,,Weekly\nP1,4,2026-04-01,,x,dear,,Weekly\n",
        PACKAGES,
    )
    assert good.key == "P1/1"
    assert told(good)["unit_cost"] == 123450
    assert told(good)["status"] == "running"
    assert (told(ended)["units_per_week"], told(ended)["frequency"]) == ("10.25", "per-session")
    assert (told(ended)["status"], told(ended)["unit_cost"]) == ("ended", -2050)
    assert "more than two decimals" in refused(thirds).reason
    assert "no number" in refused(word).reason


def test_constants_are_read_like_cells() -> None:
    mapping = MAPPING.replace(
        "{kind: review}", "{kind: review, start_by: 20/11/2026, authorised: 03/11/2026}"
    )
    (row,) = read(f"{HEAD}\nR1,02/11/2026,,,01/11/2026,,yes\n", mapping)
    assert told(row)["start_by"] == "2026-11-20"
    assert Check("completed", "ends-before-start") in row.checks
    with pytest.raises(UnreadableFile, match="constant for start_by cannot be used: there is no such day"):
        read(HEAD, mapping.replace("20/11/2026", "31/11/2026"))


def workbook(**sheets: list[list[Any]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(file)
    return file.getvalue()


def test_workbooks_are_read_by_their_sheet() -> None:
    lines: list[list[Any]] = [
        HEAD.split(","),
        [17, dt.datetime(2026, 11, 2), None, dt.date(2026, 12, 1), None, "North", True],
    ]
    data = workbook(Reviews=lines)
    assert format_of(data[:64]) == "table"
    found = read(data)
    assert (found[0].key, told(found[0])["due"], told(found[0])["needs_authorisation"]) == (
        "17",
        "2026-12-01",
        True,
    )
    two = workbook(Notes=[["x"]], Reviews=lines)
    with pytest.raises(UnreadableFile, match="the sheets Notes, Reviews; name one"):
        read(two)
    assert read(two, MAPPING + "sheet: Reviews\n")[0].key == "17"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  received: Date received\n", "", "needs `received`"),
        ("  team: Team\n", "  person: Name\n", "'person' cannot be mapped"),
        ("blanks:", "coverage: {field: team}\nblanks:", "'team' is no date"),
        ("blanks:", "coverage: {field: started}\nblanks:", "no column is mapped to 'started'"),
        ("blanks:", "encoding: [1]\nblanks:", "encoding"),
        ('dates: ["%d/%m/%Y"]', "dates: []", "dates needs a form"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        parse(MAPPING.replace(old, new))
