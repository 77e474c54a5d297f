"""Quality over HTTP: who may ask for which days, and what the answers hold."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest

from services.ingest.domain.scores import Day, Imported, Quality, Seen, SeenIn, Sum

AT = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
FOUND = Quality(
    seen=(
        Seen("=cmd()", "table/r", "due", "valid", 9, "i1", ()),
        Seen("=cmd()", "table/r", "due", "future", 1, "i1", (7,)),
    ),
    days=(Day(AT.date(), 1, Sum(10, 1)),),
    imports=(Imported("i1", "night", None, AT, Sum(10, 1)),),
)


async def test_the_last_quarter_is_told_worst_first_with_its_days_and_imports(ingest: Any) -> None:
    ingest.counted.quality = FOUND
    answer = await ingest.client.get("/v1/quality?source=mosaic", headers=ingest.token("analyst"))
    told = answer.json()
    assert ingest.counted.asked == [("demo", "mosaic", dt.date(2026, 8, 23), dt.date(2026, 11, 23))]
    assert (told["from"], told["to"], told["score"]) == ("2026-08-23", "2026-11-23", 90.0)
    assert told["fields"][0]["results"]["future"] == 1
    assert told["series"] == [{"day": "2026-11-20", "imports": 1, "checked": 10, "faulty": 1, "score": 90.0}]
    assert told["imports"][0]["id"] == "i1"


async def test_as_csv_it_runs_nothing_in_a_spreadsheet(ingest: Any) -> None:
    ingest.counted.quality = FOUND
    answer = await ingest.client.get("/v1/quality.csv", headers=ingest.token())
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["source"], row["field"], row["score"], row["future"]) == ("'=cmd()", "due", "90.0", "1")


@pytest.mark.parametrize("query", ["?from=2026-11-02&to=2026-11-01", "?from=yesterday", "?colour=red"])
async def test_days_that_cannot_be_are_refused(ingest: Any, query: str) -> None:
    assert (await ingest.client.get(f"/v1/quality{query}", headers=ingest.token())).status_code == 422


async def test_practitioners_do_not_ask_for_quality(ingest: Any) -> None:
    assert (await ingest.client.get("/v1/quality", headers=ingest.token("practitioner"))).status_code == 403


async def test_each_field_is_told_month_by_month_worst_first(ingest: Any) -> None:
    october, november = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
    ingest.counted.in_time = [
        SeenIn("mosaic", "table/r", "team", "valid", november, 10),
        SeenIn("mosaic", "table/r", "due", "valid", november, 9),
        SeenIn("mosaic", "table/r", "due", "future", november, 1),
        SeenIn("mosaic", "table/r", "due", "blank", october, 4),
    ]
    answer = await ingest.client.get("/v1/quality/over-time", headers=ingest.token("analyst"))
    told = answer.json()
    assert ingest.counted.asked == [("demo", None, dt.date(2025, 11, 23), dt.date(2026, 11, 23), "month")]
    assert (told["grain"], [one["field"] for one in told["fields"]]) == ("month", ["due", "team"])
    assert told["fields"][0]["points"] == [
        {"first": "2026-10-01", "checked": 4, "faulty": 0, "score": 100.0, "results": {"blank": 4}},
        {
            "first": "2026-11-01",
            "checked": 10,
            "faulty": 1,
            "score": 90.0,
            "results": {"valid": 9, "future": 1},
        },
    ]
    assert [(one["source"], one["checked"]) for one in told["sources"]] == [("mosaic", 24)]
    odd = await ingest.client.get("/v1/quality/over-time?grain=year", headers=ingest.token("analyst"))
    assert odd.status_code == 422
