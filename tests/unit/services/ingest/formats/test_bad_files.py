"""Every way in which a file can be wrong: a clear sentence with row, column and remedy; good rows are kept.

Each case goes through the reader as an import does: opened, unpacked, read.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from openpyxl import Workbook

from services.ingest.domain.mapping import parse
from services.ingest.domain.rows import Reject, UnreadableFile
from services.ingest.formats import READERS
from services.ingest.formats.opening import Unpacking, chunks

LIMITS = Unpacking(max_bytes=256 * 2**20, max_ratio=200)
AS_OF = "2026-11-22T18:00:00+00:00"

WORK = """
format: table
source: mosaic/reviews
key: ID
fields: {received: Received, due: Due, team: Team, needs_authorisation: Sign-off}
dates: ["%d/%m/%Y"]
"""
CARE = """
format: table
noun: package
source: controcc/packages
key: ID
fields: {started: From, setting: Type, unit_cost: Cost, frequency: Paid}
"""
STEPS = """
format: steps
source: mosaic/steps
key: [STEP_ID]
fields: {received: [INCOMING_ON], kind: [STEP_TYPE], status: [STATUS], team: [TEAM_ID]}
"""
LOG = """
format: xes
source: court
key: name
events: {received: {time: start}, completed: {time: end}}
"""
HEAD = "ID,Received,Due,Team,Sign-off\n"
GOOD = "g1,02/11/2026,,North,\n"
LAST = "g2,03/11/2026,,North,\n"
CARE_HEAD = "ID,From,Type,Cost,Paid\n"
STEPS_HEAD = "STEP_ID,STEP_TYPE,STATUS,INCOMING_ON,TEAM_ID\n"
XES = '<?xml version="1.0"?><log>'
TRACE = '<trace><string key="name" value="g1"/><date key="start" value="2026-11-02"/></trace>'


@dataclass(frozen=True)
class Read:
    """What came of a file: keys of good rows, rejects, and why reading ended early."""

    good: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ended: str = ""


def read(data: bytes | str, mapping: str | None, limits: Unpacking = LIMITS) -> Read:
    raw = data.encode() if isinstance(data, str) else data
    said = None if mapping is None else parse(mapping)
    good: list[str] = []
    rejects: list[Reject] = []
    try:
        for row in READERS[said.format if said else "cloudevents"](_opened(raw, limits), said, AS_OF):
            if row.reject is not None:
                rejects.append(row.reject)
            else:
                good.append(row.key or json.loads(row.drafts[0])["id"])
    except UnreadableFile as error:
        return Read(good, rejects, str(error))
    return Read(good, rejects)


def _opened(raw: bytes, limits: Unpacking = LIMITS) -> Iterator[bytes]:
    return chunks(io.BytesIO(raw), limits)


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return file.getvalue()


def book(*lines: list[object]) -> bytes:
    workbook, file = Workbook(), io.BytesIO()
    for line in lines:
        workbook.worksheets[0].append(line)
    workbook.save(file)
    return file.getvalue()


def broken_off(workbook: bytes) -> bytes:
    """A workbook whose sheet ends within its third row."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    return packed(**{**parts, "xl/worksheets/sheet1.xml": sheet[: sheet.index(b'r="A3"')]})


CANNOT_BE_READ_ON: dict[str, tuple[bytes | str, str, list[str], str]] = {
    # what: (file, mapping, good rows before, what it says)
    "truncated gzip": (
        gzip.compress((HEAD + GOOD + LAST).encode())[:-9],
        WORK,
        [],
        "cut off; send the file again",
    ),
    "damaged gzip": (
        gzip.compress((HEAD + GOOD).encode())[:-8] + b"\0" * 8,
        WORK,
        [],
        "damaged here; pack the file again",
    ),
    "gzip bomb": (gzip.compress(b"0" * (100 * 2**20)), WORK, [], "is longer than|unfolds more than"),
    "XML with a document type": (f"<!DOCTYPE log [<!ENTITY a 'b'>]><log>{TRACE}</log>", LOG, [], r"\(DTD\)"),
    "XML with an unknown entity": (
        f'{XES}{TRACE}<trace><string key="&a;"/></trace></log>',
        LOG,
        ["g1"],
        "trace 1",
    ),
    "XML with an outside entity": (
        f"<!DOCTYPE log [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><log>&a;{TRACE}</log>",
        LOG,
        [],
        r"\(DTD\)",
    ),
    "200,000 levels of XML": (XES + TRACE + "<a>" * 200_000, LOG, ["g1"], "after trace 1"),
    "XML that ends early": (XES + TRACE + "<trace>", LOG, ["g1"], "after trace 1"),
    "XML that is no log": ("<html><body>Please sign in</body></html>", LOG, [], "first element is <html>"),
    "a line of 50 MB": (HEAD + GOOD + "x" * (50 * 2**20), WORK, ["g1"], "Line 3 is longer than"),
    "a line of 50 MB in XML": (
        XES + TRACE + " " * (50 * 2**20),
        LOG,
        ["g1"],
        "after trace 1 .Resource limit exceeded: Text node too long, line 1",
    ),
    "a cell of 200,000 signs": (HEAD + GOOD + f'b,"{"x" * 200_000}"', WORK, ["g1"], "Row 3 cannot be read"),
    "a quote that is not closed": (
        HEAD + GOOD + 'b,"' + "x\n" * 90_000,
        WORK,
        ["g1"],
        "opened and not closed",
    ),
    "the wrong delimiter": (HEAD + GOOD, WORK + 'delimiter: ";"', [], "is the delimiter the one"),
    "a mandatory column that is missing": ("ID,Due,Team,Sign-off\n", WORK, [], "'Received' is missing"),
    "a mandatory column of steps that is missing": (
        "STEP_ID,STATUS,INCOMING_ON,TEAM_ID\n",
        STEPS,
        [],
        "column of kind is missing: the mapping looks for STEP_TYPE",
    ),
    "a duplicated header": ("ID,Received,Due,Team,Team,Sign-off\n", WORK, [], "'Team' stands twice"),
    "no header": ("\n\n", WORK, [], "first row must hold the names"),
    "too many columns": (HEAD.strip() + ",x" * 2_500 + "\n", WORK, [], "more than 2,000 columns"),
    "an unknown encoding": (HEAD, WORK + "encoding: klingon", [], "name utf-8, utf-16 or windows-1252"),
    "a PDF": (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        WORK,
        [],
        "This is a PDF, not a table; export the table as CSV",
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, WORK, [], "old Office format"),
    "a web page": ("<!DOCTYPE html><html>,</html>", WORK, [], "XML or a web page, not a table"),
    "a picture": (b"\x89PNG\r\n\x1a\n", STEPS, [], "a picture, not a table"),
    "a zip that is no workbook": (
        packed(table=HEAD.encode()),
        WORK,
        [],
        "no workbook; unpack it",
    ),
    "a workbook without its parts": (
        packed(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"}),
        WORK,
        [],
        "cannot be opened; save it again",
    ),
    "a workbook with a broken sheet": (
        broken_off(book(["ID", "Received", "Due", "Team", "Sign-off"], ["g1", "02/11/2026"], ["g2"])),
        WORK,
        ["g1"],
        "sheet 'Sheet' is damaged after row 2",
    ),
    "a damaged workbook": (book(["ID"])[:300], WORK, [], "damaged or was cut off"),
    "a table for a log": (HEAD + GOOD, LOG, [], "cannot be read after trace 0"),
}


@pytest.mark.parametrize("what", CANNOT_BE_READ_ON)
def test_a_file_that_cannot_be_read_on_says_why_and_keeps_what_was_good(what: str) -> None:
    data, mapping, good, says = CANNOT_BE_READ_ON[what]
    found = read(data, mapping)
    assert found.ended.endswith((".", "?")), found
    assert re.search(says, found.ended), found.ended
    assert found.good == good


ROWS: dict[str, tuple[bytes | str, str, int, str, str, str]] = {
    # what: (file, mapping, row, column, what it says, what to do)
    "a day that does not exist": (
        HEAD + GOOD + "b,31/02/2025,,,\n",
        WORK,
        3,
        "Received",
        "no such day",
        "Write the",
    ),
    "Excel's nought": (
        HEAD + GOOD + "b,1899-12-30,,,\n",
        WORK,
        3,
        "Received",
        "none was entered",
        "Leave it blank",
    ),
    "Excel's nought in a workbook": (
        book(["ID", "Received", "Due", "Team", "Sign-off"], ["b", dt.time()]),
        WORK,
        2,
        "Received",
        "none was entered",
        "Leave it blank",
    ),
    "an ambiguous day": (
        HEAD + GOOD + "b,01/02/03,,,\n",
        WORK,
        3,
        "Received",
        "days like 23/11/2026",
        "name its form",
    ),
    "a day of another age": (
        HEAD + GOOD + "b,02/11/1926,,,\n",
        WORK,
        3,
        "Received",
        "outside 1990",
        "Correct",
    ),
    "a blank key": (
        HEAD + GOOD + " ,02/11/2026,,,\n",
        WORK,
        3,
        "ID",
        "nobody knows which item",
        "Correct ID",
    ),
    "a blank beginning": (
        HEAD + GOOD + "b,,,,\n",
        WORK,
        3,
        "Received",
        "nobody knows when it began",
        "Correct",
    ),
    "neither yes nor no": (
        HEAD + GOOD + "b,02/11/2026,,,perhaps\n",
        WORK,
        3,
        "Sign-off",
        "neither yes",
        "values",
    ),
    "too few cells": (HEAD + GOOD + "b,02/11/2026\n", WORK, 3, "", "2 cells, and the table has 5", "quotes"),
    "too many cells": (
        HEAD + GOOD + "b,02/11/2026,,North,Team,x\n",
        WORK,
        3,
        "",
        "6 cells",
        "a delimiter inside",
    ),
    "a NUL": (
        HEAD + GOOD + "b,02/11/2026,,No\0rth,\n",
        WORK,
        3,
        "Team",
        "does not show, such as NUL",
        "encoding",
    ),
    "a cell that is too long": (
        HEAD + GOOD + f"b,02/11/2026,,{'x' * 300},\n",
        WORK,
        3,
        "Team",
        "300 signs",
        "Shorten",
    ),
    "a key that is too long": (
        HEAD + GOOD + f"{'b' * 150},02/11/2026,,,\n",
        WORK,
        3,
        "ID",
        "longer than",
        "Correct",
    ),
    "mixed encodings": (
        HEAD.encode() + "b,02/11/2026,,Équipe,\n".encode() + "c,02/11/2026,,Équipe,\n".encode("windows-1252"),
        WORK,
        3,
        "Team",
        "a byte that the file's encoding does not know",
        "Save the file in one encoding",
    ),
    "money that is no number": (
        CARE_HEAD + "b,2026-04-01,x,£lots,Weekly\n",
        CARE,
        2,
        "Cost",
        "no number",
        "1234.50",
    ),
    "money in thirds": (
        CARE_HEAD + "b,2026-04-01,x,0.333,Weekly\n",
        CARE,
        2,
        "Cost",
        "two decimals",
        "1234.50",
    ),
    "money beyond sense": (
        CARE_HEAD + "b,2026-04-01,x,99999999999,W\n",
        CARE,
        2,
        "Cost",
        "too large",
        "1234.50",
    ),
    "not a number": (CARE_HEAD + "b,2026-04-01,x,NaN,Weekly\n", CARE, 2, "Cost", "decimals", "1234.50"),
    "a step with a day that does not exist": (
        STEPS_HEAD + "b,Review,Started,2025-02-31,T\n",
        STEPS,
        2,
        "INCOMING_ON",
        "no such day",
        "Write the day",
    ),
    "a step without an id": (
        STEPS_HEAD + ",Review,Started,2025-02-28,T\n",
        STEPS,
        2,
        "STEP_ID",
        "which item",
        "STEP_ID",
    ),
    "a case with a day that does not exist": (
        XES + TRACE.replace("2026-11-02", "2026-02-31") + "</log>",
        LOG,
        1,
        "start",
        "no date that can be used",
        "Correct start",
    ),
    "a case without a key": (
        XES + TRACE.replace("g1", "") + "</log>",
        LOG,
        1,
        "name",
        "no key",
        "Correct name",
    ),
    "a frequency that nobody pays by": (
        CARE_HEAD + "P1,2026-04-01,nursing,10,now and then\n",
        CARE,
        2,
        "Paid",
        "not in the list",
        "Write one of per-session, hourly",
    ),
    "a status of its own": (
        HEAD.replace("Team", "State") + "b,02/11/2026,,parked,\n",
        WORK.replace("team: Team", "status: State"),
        2,
        "State",
        "not in the list",
        "open, completed, cancelled",
    ),
    "a cell of a workbook": (
        book(["ID", "Received", "Due", "Team", "Sign-off"], ["b", "31/02/2025"]),
        WORK,
        2,
        "Received",
        "no such day",
        "Write the day",
    ),
}


@pytest.mark.parametrize("what", ROWS)
def test_a_row_that_cannot_be_used_says_where_why_and_what_to_do(what: str) -> None:
    data, mapping, row, column, says, remedy = ROWS[what]
    found = read(data, mapping)
    (reject,) = found.rejects
    assert (found.ended, reject.row, reject.column) == ("", row, column)
    assert says in reject.reason
    assert remedy in reject.remedy
    assert len(reject.value) <= 200


def test_what_a_quotation_mark_that_is_not_closed_took_in_is_not_told() -> None:
    data = HEAD + 'b,02/11/2026,,North,"yes\n' + "c,02/11/2026,,Persephone Quillfeather,\n" * 20 + '"\n'
    (reject,) = read(data, WORK).rejects
    assert (reject.column, reject.value) == ("Sign-off", "(hidden)")
    assert "mark that is not closed" in reject.remedy


def test_what_follows_a_quotation_mark_that_is_never_closed_does_not_count_as_read() -> None:
    """It would be one cell of one row, and all the items in it would be withdrawn as gone."""
    for end in ("", "\n"):
        found = read(
            HEAD + GOOD + 'b,"02/11/2026,,North,\n' + "c,02/11/2026,,North,\n" * 20 + "d" + end, WORK
        )
        assert (found.good, found.rejects) == (["g1"], [])
        assert "Line 3 has a quotation mark that is opened and not closed" in found.ended


@pytest.mark.parametrize("what", ["a NUL", "too few cells", "an ambiguous day", "a blank key"])
def test_the_rows_round_a_bad_one_are_kept(what: str) -> None:
    data = ROWS[what][0]
    assert isinstance(data, str)
    assert read(data + LAST, WORK).good == ["g1", "g2"]


TAKEN: dict[str, tuple[bytes | str, str, str]] = {
    # what: (file, mapping, what the row holds)
    "money with £ and commas": (
        CARE_HEAD + 'b,2026-04-01,x,"£1,234.50",Weekly\n',
        CARE,
        '"unit_cost":123450',
    ),
    "negative cost": (CARE_HEAD + "b,2026-04-01,x,-20.5,Weekly\n", CARE, '"unit_cost":-2050'),
    "a formula": (HEAD + "b,02/11/2026,,=cmd|'/c calc'!A1,\n", WORK, '"team":"=cmd|\'/c calc\'!A1"'),
    "quotes in a cell": (HEAD + 'b,02/11/2026,,"North ""A""",\n', WORK, r'"team":"North \"A\""'),
    "a new line in a cell": (HEAD + 'b,02/11/2026,,"North\r\nteam",\n', WORK, '"team":"North team"'),
    "blank cells beyond the last column": (HEAD + "b,02/11/2026,,North,,,,\n", WORK, '"team":"North"'),
    "blank rows": (HEAD + ",,,,\n\n  ,,,,\nb,02/11/2026,,North,\n", WORK, '"team":"North"'),
    "a row that ends early in a workbook": (
        book(["ID", "Received", "Due", "Team", "Sign-off"], ["b", "02/11/2026"]),
        WORK,
        '"received":"2026-11-02"',
    ),
    "lines that end as on old Macs": ((HEAD + GOOD).replace("\n", "\r"), WORK, '"team":"North"'),
    "UTF-8 with a mark": ((HEAD + GOOD).encode("utf-8-sig"), WORK, '"team":"North"'),
    "UTF-16 little end first, with a mark": ((HEAD + GOOD).encode("utf-16"), WORK, '"team":"North"'),
    "UTF-16 little end first": ((HEAD + GOOD).encode("utf-16-le"), WORK, '"team":"North"'),
    "UTF-16 big end first, with a mark": (
        (HEAD + GOOD).encode("utf-16-be").join([b"\xfe\xff", b""]),
        WORK,
        "North",
    ),
    "UTF-16 big end first": ((HEAD + GOOD).encode("utf-16-be"), WORK, '"team":"North"'),
    "Windows-1252": ((HEAD + "b,02/11/2026,,Équipe – £,\n").encode("windows-1252"), WORK, "Équipe – £"),
    "a named encoding": (
        (HEAD + "b,02/11/2026,,Ünit,\n").encode("cp850"),
        WORK + "encoding: cp850",
        '"team":"Ünit"',
    ),
    "steps in Windows-1252 by semicolons": (
        (STEPS_HEAD + "b,Review,Started,2026-11-02,Équipe\n").replace(",", ";").encode("windows-1252"),
        STEPS,
        '"team":"Équipe"',
    ),
    "steps in UTF-16": (
        (STEPS_HEAD + "b,Review,Started,2026-11-02,T\n").encode("utf-16"),
        STEPS,
        '"team":"T"',
    ),
    "steps in a workbook": (
        book(["STEP_ID", "STEP_TYPE", "INCOMING_ON"], ["b", "Review", "2026-11-02"]),
        STEPS,
        '"kind":"Review"',
    ),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_odd_and_clear_is_taken(what: str) -> None:
    data, mapping, holds = TAKEN[what]
    raw = data.encode() if isinstance(data, str) else data
    said = parse(mapping)
    (row,) = READERS[said.format](_opened(raw), said, AS_OF)
    assert row.shown is not None, row.reject
    assert holds in row.shown.row.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_event_logs_come_in_any_encoding(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><log>{TRACE.replace("g1", "gé")}</log>'
    assert read(text.encode(encoding), LOG).good == ["gé"]


def test_lines_of_events_are_refused_one_by_one() -> None:
    line = '{"id":"e1"}\n'
    found = read(line + "x" * 300_000 + "\n" + line, None)
    assert (found.good, [reject.row for reject in found.rejects]) == (["e1", "e1"], [2])
    assert "UTF-16; save it as UTF-8" in read(line.encode("utf-16"), None).ended


def test_a_bomb_is_given_up_long_before_it_is_unpacked() -> None:
    bomb = gzip.compress((HEAD + GOOD * 100_000).encode(), mtime=0)
    found = read(bomb, WORK, Unpacking(2**28, 20, free_bytes=2**16))
    assert "unfolds more than 20 times" in found.ended
    assert len(found.good) < 60_000
