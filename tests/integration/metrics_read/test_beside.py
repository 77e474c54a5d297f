"""Units beside one another: those right below the one asked, in one answer, as JSON, CSV and Excel."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest

from services.metrics.domain.complete import Complete
from tests.integration.metrics_read.conftest import front_of

MAY_TO_JUNE = {"from": "2026-05", "to": "2026-06"}
COUNTED = {
    "workload": ("overdue", "due", "allocated"),
    "completed": ("completed", "late"),
    "outcomes": ("count", "before_count"),
    "waits": ("count",),
    "ages": ("overdue",),
    "interfaces": ("passed_on", "ended", "not_ended"),
    "leavers": ("open", "overdue"),
    "spend": ("started", "changed", "transferred_in", "ended", "one_off"),
}


async def test_the_teams_of_a_service_in_one_answer(council) -> None:
    body = (await council.get("/v1/reports/workload", unit="adults", by="unit")).json()
    rows = [(row["month"], row["unit"], row["overdue"], row["due"], row["allocated"]) for row in body["rows"]]
    assert rows == [
        ("2026-05", "long", 0, 0, 3),
        ("2026-06", "long", 1, 2, 2),
        (None, "short", 0, 1, 0),
        ("2026-07", "short", 0, 1, 0),
    ]
    alone = (await council.get("/v1/reports/workload", unit="adults")).json()
    assert body["finding"] == alone["finding"]
    assert body["positions"] == alone["positions"]


async def test_the_units_below_add_up_to_the_whole(council, placed_council, passing_council) -> None:
    other = {"spend": placed_council, "interfaces": passing_council, "leavers": passing_council}
    for name, fields in COUNTED.items():
        asked = other.get(name, council)
        days = {} if name in ("workload", "ages", "leavers") else MAY_TO_JUNE
        for unit in ("council", "adults", "long"):
            path = f"/v1/reports/{name}"
            whole = (await asked.get(path, unit=unit, **days)).json()["rows"]
            below = (await asked.get(path, unit=unit, by="unit", **days)).json()["rows"]
            assert all(row["unit"] for row in below)
            for field in fields:
                total = sum(row[field] for row in whole)
                assert sum(row[field] for row in below) == pytest.approx(total), (name, unit, field)


async def test_who_passed_work_on_and_who_received_it(passing_council) -> None:
    async def rows(**asked: str) -> list[tuple[object, ...]]:
        path, asked = "/v1/reports/interfaces", {"unit": "adults", "by": "unit", **MAY_TO_JUNE, **asked}
        body = (await passing_council.get(path, **asked)).json()
        names = ("month", "unit", "passed_on", "ended", "from_team")
        return [tuple(row[name] for name in names) for row in body["rows"]]

    assert await rows() == [(None, "front", 4, 2, None), (None, "short", 1, 0, None)]
    assert await rows(direction="received") == [(None, "long", 4, 2, None), (None, "short", 1, 0, None)]
    assert await rows(per="month") == [
        ("2026-05", "front", 3, 2, None),
        ("2026-06", "front", 1, 0, None),
        ("2026-06", "short", 1, 0, None),
    ]


async def test_what_was_left_behind_in_each_unit(passing_council) -> None:
    asked = {"unit": "adults", "by": "unit"}
    body = (await passing_council.get("/v1/reports/leavers", **asked)).json()
    assert [(row["unit"], row["open"], row["overdue"], row["oldest_due"]) for row in body["rows"]] == [
        ("long", 2, 2, "2025-04-01"),
        ("short", 2, 1, "2026-06-08"),
    ]
    text = (await passing_council.get("/v1/reports/leavers.csv", **asked)).text
    assert text.split() == ["unit,open,overdue,oldest_due", "long,2,2,2025-04-01", "short,2,1,2026-06-08"]
    text = (await passing_council.get("/v1/reports/interfaces.csv", **asked)).text
    assert text.splitlines()[0].startswith("unit,passed_on,ended,not_ended,ended: ")


async def test_a_unit_that_moved_counts_each_day_where_it_belonged(council) -> None:
    body = (
        await council.get("/v1/figures", measure="received", unit="adults", by="unit", period="2026-05")
    ).json()
    assert [(one["unit"], one["value"]) for one in body["figures"]] == [("long", 5), ("short", 0)]
    teams = (await council.get("/v1/figures", measure="open", unit="short", by="unit")).json()
    assert [(one["unit"], one["value"]) for one in teams["figures"]] == [("reable", 0), ("south", 2)]
    whole = (await council.get("/v1/figures", measure="open", by="unit")).json()
    assert [(one["unit"], one["value"]) for one in whole["figures"]] == [("adults", 5), ("unassigned", 1)]


async def test_what_a_unit_did_before_it_came_is_not_counted_there(council, placed_council) -> None:
    days = {"from": "2026-05", "to": "2026-06"}
    short = (await council.get("/v1/reports/completed", unit="short", by="unit", **days)).json()["rows"]
    assert {row["unit"] for row in short} == {"reable", "south"}
    long = (await placed_council.get("/v1/reports/spend", unit="long", by="unit", **days)).json()["rows"]
    assert [
        (row["month"], row["unit"], row["opening"], row["closing"], row["reorganised"]) for row in long
    ] == [
        ("2026-05", "north", 850, 0, 0),
        ("2026-06", "north", 0, 0, 0),
        ("2026-05", "south", 0, 1187, 0),
        ("2026-06", "south", 1187, 0, -1187),
    ]


async def test_by_unit_asks_about_one_unit(council) -> None:
    refused = await council.get("/v1/figures", measure="open", unit=["long", "short"], by="unit")
    assert refused.status_code == 422
    assert "one unit" in refused.text
    none = (await council.get("/v1/figures", measure="open", unit="north", by="unit")).json()
    assert none["figures"] == []


async def test_as_files(council) -> None:
    asked = {"unit": "adults", "by": "unit"}
    body = (await council.get("/v1/reports/ages", **asked)).json()
    rows = list(csv.DictReader(io.StringIO((await council.get("/v1/reports/ages.csv", **asked)).text)))
    assert [row["unit"] for row in rows] == [row["unit"] for row in body["rows"]] == ["long"]
    figures = {"measure": ["open", "overdue"], **asked}
    text = (await council.get("/v1/figures.csv", **figures)).text
    told = list(csv.DictReader(io.StringIO(text)))
    assert [(row["measure"], row["unit"], row["value"]) for row in told] == [
        ("open", "long", "3"),
        ("open", "short", "2"),
        ("overdue", "long", "1"),
        ("overdue", "short", "0"),
    ]
    book = await council.get("/v1/figures.xlsx", **figures)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content))
    assert [cell.value for cell in sheet["Report"][1]] == list(told[0])
    assert sheet["Report"].max_row == 5
    assert book.headers["content-disposition"] == 'attachment; filename="figures-units-2026-06-15.xlsx"'


async def test_a_unit_below_that_is_not_complete_is_left_out_with_the_reason(sources, tmp_path) -> None:
    since = Complete({"demo/cases": dt.date(2027, 1, 1)}, {"demo/cases": {"work": frozenset({"south"})}})
    partly = front_of(replace(sources, complete_of=lambda tenant: since, _rollups={}), tmp_path)
    body = (await partly.get("/v1/reports/completed", unit="long", by="unit", **MAY_TO_JUNE)).json()
    assert {row["unit"] for row in body["rows"]} == {"north"}
    assert [one["unit"] for one in body["left_out"]] == ["south"]
    assert "complete here" in body["left_out"][0]["reason"]


async def test_only_what_lies_below_ones_own_scope(council) -> None:
    own = await council.get("/v1/reports/completed", "head", "long", unit="long", by="unit")
    assert own.status_code == 200
    foreign = await council.get("/v1/reports/completed", "head", "long", unit="adults", by="unit")
    assert foreign.status_code == 404
