"""A return becomes work and packages; who people are stays in the reader."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bench import cld_file
from services.ingest.domain.cld.columns import NAMES
from services.ingest.domain.mapping import parse
from services.ingest.domain.rows import HIDDEN, Check, Reject, Row, UnreadableFile
from services.ingest.formats import cld
from services.ingest.formats.opening import format_of
from services.ingest.formats.twice import Twice
from tests.returns import CANARIES, KEY, MAPPING, file, read, told

ALL = [told(kind) for kind in ("request", "assessment", "review", "service")]
TEAMS = MAPPING + "rules: [{when: {Event Description: Contact}, team: contact-centre}]\n"


def data(row: Row) -> dict[str, Any]:
    assert row.shown is not None, row.reject
    found: dict[str, Any] = json.loads(row.shown.row)
    return found


def refused(row: Row) -> Reject:
    assert row.reject is not None
    return row.reject


def checks(row: Row) -> dict[str, str]:
    return {check.field: check.result for check in row.checks if check.result != "blank"}


def test_each_kind_becomes_an_item_as_it_stands() -> None:
    request, assessment, review, service = read(file(*ALL), TEAMS)
    assert data(request) == {
        "kind": "contact",
        "status": "completed",
        "received": "2026-06-02",
        "completed": "2026-06-04",
        "outcome": "NFA: Information and advice or signposting",
        "route": "Discharge from hospital",
        "person": request.person,
        "team": "contact-centre",
    }
    assert (data(assessment)["kind"], "route" in data(assessment)) == ("assessment", False)
    assert (data(review)["kind"], data(review)["route"], "team" in data(review)) == (
        "review",
        "Planned",
        False,
    )
    assert data(service) == {
        "status": "running",
        "started": "2026-07-03",
        "setting": "community",
        "component": "Home support or domiciliary care",
        "unit_cost": 2050,
        "frequency": "hourly",
        "units_per_week": "14",
    }
    assert [row.key for row in (request, service)] == ["request/R-1", "service/S-1"]
    assert [row.shown and row.shown.noun for row in (request, service)] == ["work", "package"]
    assert [row.number for row in (request, assessment, review, service)] == [2, 3, 4, 5]
    assert request.person == assessment.person == review.person
    assert service.person is None


def test_both_releases_in_one_file_are_one_event_and_old_words_are_told() -> None:
    old = told(
        "service",
        Service_Type="Carer Support: Direct to Carer",
        Service_Component="Carer Respite",
        Client_Type="Carer",
        Event_End_Date="01/08/2026",
        Event_Outcome="Service ended as planned",
    )
    new = told(
        "service",
        Service_Type="Unpaid carer support: Direct to unpaid carer",
        Service_Component="Unpaid carer respite",
        Client_Type="Unpaid carer",
    )
    first, second = read(file(old, new))
    assert (first.shown, first.reject) == (None, None)
    assert checks(first) == {
        "Service Type": "old-value",
        "Service Component": "old-value",
        "Client Type": "old-value",
        "Event Outcome": "old-value",
        "Event Reference": "duplicate",
    }
    assert data(second)["setting"] == "carer"
    assert checks(second) == {}
    assert checks(read(file(old), MAPPING + "release: 1\n")[0]) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("piece", [7, 4096])
def test_encodings_delimiters_and_pieces_are_seen(encoding: str, mark: str, piece: int) -> None:
    row = told("request", Last_Name="O’Quillfeather", Event_Description="Line one\nline two")
    found = read(
        file(row, ALL[3], delimiter=mark).encode(encoding), piece=max(piece, 4096 if "16" in encoding else 7)
    )
    assert [one.key for one in found] == ["request/R-1", "service/S-1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_a_return_shows_itself_by_its_header(encoding: str) -> None:
    assert format_of(file(*ALL).encode(encoding)) == "cld"
    assert format_of("Review ID,Event Type\nR1,Review\n".encode(encoding)) == "table"


def test_the_made_up_file_of_the_bench_is_a_good_one(tmp_path: Path) -> None:
    cld_file.write(tmp_path / "cld.csv", 400, twice=0.05)
    found = read((tmp_path / "cld.csv").read_bytes(), as_of="2026-04-05T00:00:00+01:00")
    assert len(found) == 400
    assert [row.reject for row in found if row.reject] == []
    assert 10 < sum(row.shown is None for row in found) < 40


def test_blanks_round_cells_do_not_count() -> None:
    padded = [{name: f" {row.get(name, '')}  " for name in NAMES} for row in ALL]
    found, plain = read(file(*padded)), read(file(*ALL))
    assert [(row.shown, row.checks) for row in found] == [(row.shown, row.checks) for row in plain]


def test_what_the_file_covers_is_said_on_its_first_row() -> None:
    later = told("review", Reporting_Period_Start_Date="01/10/2026", Reporting_Period_End_Date="31/12/2026")
    found = read(file(ALL[0], later))
    assert [str(day) for day in found[0].covers or ()] == ["2026-04-01", "2026-12-31"]
    assert found[1].covers is None


def test_dates_tell_when_an_event_would_be_reported() -> None:
    request, service = read(file(ALL[0], ALL[3]))
    assert request.shown is not None
    assert dict(request.shown.dates)["reported"].isoformat() == "2026-06-04"
    assert service.shown is not None
    dates = dict(service.shown.dates)
    assert (dates["reported"].isoformat(), dates["reported_until"].isoformat()) == (
        "2026-07-03",
        "2100-12-31",
    )


def test_a_death_ends_what_runs() -> None:
    request, service = read(
        file(told("request", Date_of_Death="03/06/2026"), told("service", Date_of_Death="09/09/2026"))
    )
    assert (data(request)["completed"], data(service)["ended"]) == ("2026-06-03", "2026-09-09")


def test_without_cost_or_units_a_package_is_told_and_not_costed() -> None:
    cost, units, nought = read(
        file(
            told("service", Event_Reference="S-1", Unit_Cost=""),
            told("service", Event_Reference="S-2", Planned_units_per_week="", Service_Component="Meals"),
            told("service", Event_Reference="S-3", Planned_units_per_week="0", Service_Component="Transport"),
        )
    )
    assert ("unit_cost" in data(cost), checks(cost)) == (False, {"Unit Cost": "missing"})
    assert checks(units) == checks(nought) == {"Planned units per week": "missing"}
    assert data(nought)["units_per_week"] == "0"


@pytest.mark.parametrize(
    ("kind", "changed", "field", "result"),
    [
        ("request", {"Ethnicity": ""}, "Ethnicity", "missing"),
        ("request", {"Request__Route_of_Access": "By boat"}, "Request: Route of Access", "not-in-list"),
        ("request", {"Event_End_Date": "01/06/2026"}, "Event End Date", "ends-before-start"),
        ("review", {"Event_End_Date": "06/10/2026"}, "Event End Date", "future"),
        ("request", {"Date_of_Birth": "about 1940"}, "Date of Birth", "unreadable"),
        ("assessment", {"Eligible_Needs_Identified": ""}, "Eligible Needs Identified", "missing"),
        ("review", {"Review_Outcomes_Achieved": "Mostly"}, "Review Outcomes Achieved", "not-in-list"),
        ("service", {"Delivery_Mechanism": "Cash"}, "Delivery Mechanism", "not-in-list"),
    ],
)
def test_what_is_not_simply_valid_is_told_and_the_row_taken(
    kind: str, changed: dict[str, str], field: str, result: str
) -> None:
    (row,) = read(file(told(kind, **changed)))
    assert row.shown is not None
    assert checks(row) == {field: result}


def test_the_first_row_of_a_kind_names_its_fields() -> None:
    request, service, again = read(file(ALL[0], ALL[3], told("service", Service_Component="Meals")))
    assert (request.shape, service.shape, again.fields) == ("cld/request", "cld/service", ())
    assert "Request: Route of Access" in request.fields
    assert "Unit Cost" not in request.fields
    assert {"Unit Cost", "Event Type"} <= set(service.fields)
    assert Check("Adult 1 Linked Person_ID", "blank") in request.checks


def test_values_that_no_list_holds_stay_here() -> None:
    (row,) = read(file(told("request", Event_Outcome="Persephone was not at home")))
    assert "outcome" not in data(row)
    assert checks(row) == {"Event Outcome": "not-in-list"}


@pytest.mark.parametrize(
    ("kind", "changed", "column", "says"),
    [
        ("request", {"Event_Type": "Visit"}, "Event Type", "none of Request"),
        ("request", {"Event_Type": ""}, "Event Type", "it is blank"),
        ("request", {"Event_Start_Date": ""}, "Event Start Date", "nobody knows when it began"),
        ("request", {"Event_Start_Date": "31/02/2026"}, "Event Start Date", "no such day"),
        ("request", {"Event_Start_Date": "1899-12-30"}, "Event Start Date", "spreadsheet"),
        ("request", {"Event_End_Date": "01/02/03"}, "Event End Date", "no day that can be read"),
        ("review", {"Event_End_Date": ""}, "Event End Date", "only when it is over"),
        ("service", {"Unit_Cost": "ask"}, "Unit Cost", "it is no number"),
        (
            "service",
            {"Cost_Frequency__Unit_Type_": "Often"},
            "Cost Frequency (Unit Type)",
            "none of the frequencies",
        ),
        ("service", {"Planned_units_per_week": "1.234"}, "Planned units per week", "two decimals"),
        ("request", {"LA_Person_Unique_Identifier": "P\ufffd1"}, "LA Person Unique Identifier", "a byte"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_name_without_its_value(
    kind: str, changed: dict[str, str], column: str, says: str
) -> None:
    row, good = read(
        file(told(kind, **changed), told("service", Event_Reference="S-9", Service_Component="Meals"))
    )
    reject = refused(row)
    assert (reject.row, reject.column) == (2, column)
    assert says in reject.reason
    assert reject.remedy
    assert reject.value in ("", HIDDEN)
    assert good.shown is not None


def test_without_person_and_reference_nobody_knows_which_event_it_is() -> None:
    nobody = told("request", LA_Person_Unique_Identifier="", NHS_Number="", Event_Reference="")
    first, second, third = read(file(nobody, nobody, told("request", **_nobody())))
    assert refused(first).column == refused(second).column == "LA Person Unique Identifier"
    assert (third.person, "person" in data(third)) == (None, False)


def _nobody() -> dict[str, str]:
    return {"LA_Person_Unique_Identifier": "", "NHS_Number": ""}


def test_a_ragged_row_is_refused_and_blank_ones_are_passed_over() -> None:
    text = file(ALL[0]) + "\r\n" + "," * 49 + "\r\nShort,row\r\n" + file(ALL[3]).split("\r\n", 1)[1]
    found = read(text)
    assert [(row.number, row.key) for row in found] == [(2, "request/R-1"), (5, None), (6, "service/S-1")]
    assert "2 cells" in refused(found[1]).reason


def test_a_file_that_breaks_off_gives_the_rows_before() -> None:
    def chunks() -> Iterator[bytes]:
        yield file(*ALL[:3]).encode()
        yield file(ALL[3]).encode()
        raise UnreadableFile("The gzip data ends early.")

    rows = cld.reader(KEY)(Twice(chunks), parse(MAPPING), "2026-10-05T18:00:00+01:00")
    given = [next(rows) for _ in range(3)]
    assert [row.key for row in given] == ["request/R-1", "assessment/A-1", "review/V-1"]
    assert given[0].covers is not None
    with pytest.raises(UnreadableFile, match="ends early"):
        list(rows)


def test_a_return_in_a_workbook_is_read_as_its_csv_is() -> None:
    rows = [*ALL, told("service", Event_Reference="S-2", Unit_Cost="230.76", Event_End_Date="01/09/2026")]
    own = {"Unit Cost": float, "Planned units per week": int}

    def cell(name: str, text: str) -> Any:
        """As a spreadsheet keeps it: days as days, numbers as numbers."""
        if name in own and text:
            return own[name](text) + (3e-14 if name == "Unit Cost" else 0)
        return dt.datetime.strptime(text, "%d/%m/%Y") if "Date" in name and text else text or None

    book, kept = Workbook(), io.BytesIO()
    book.worksheets[0].title = "Return"
    book.worksheets[0].append(NAMES)
    for row in rows:
        book.worksheets[0].append([cell(name, row.get(name, "")) for name in NAMES])
    book.create_sheet("Notes")
    book.save(kept)
    with pytest.raises(UnreadableFile, match="`sheet`"):
        read(kept.getvalue())
    found, text = read(kept.getvalue(), MAPPING + "sheet: Return\n"), read(file(*rows))
    assert [(row.key, row.shown, row.covers, row.reject) for row in found] == [
        (row.key, row.shown, row.covers, row.reject) for row in text
    ]
    assert len(found) == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "file is empty"),
        ("LA Code,Event Type\nE1,Request\n", "'Reporting Period Start Date' is missing"),
        (b"PK\x03\x04 no workbook", "damaged"),
        (",".join(NAMES) + '\nE1,"' + "x" * 140_000, "cannot be read"),
    ],
)
def test_a_file_of_another_kind(text: str | bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(text)


def test_nothing_of_a_person_leaves_the_reader() -> None:
    free = "Persephone Quillfeather, P00017, 9434765919, 17/08/1941, ZZ99 4WZ"
    rows = [
        told("request", Event_Description=free, Event_Outcome=free, Request__Route_of_Access=free),
        told(
            "service",
            Event_Reference=free,
            Service_Component=free,
            Service_Type=free,
            Delivery_Mechanism=free,
        ),
        told("service", Event_Reference="S-2", Unit_Cost=free),
        told("review", Event_Start_Date=free, Review_Reason=free),
        told("assessment", Event_Type=free, Assessment_Type=free),
        told("assessment", Event_Reference="", Cost_Frequency__Unit_Type_=free),
        told("request", Event_End_Date="17/08/1941"),
    ]
    found = read(file(*rows, told("request", Event_Reference="P00017/7")))
    assert len(found) == len(rows) + 1
    left = repr(found).lower()
    assert [canary for canary in CANARIES if canary.lower() in left] == []
