"""Uploading files and mappings, as a sender meets them."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook

from services.ingest.domain.rows import Reject

XES = b'<?xml version="1.0"?><log><trace/></log>'
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LINES = b'{"id":"e1"}\n'
MAPPING = "format: xes\nsource: s\nkey: k\nevents: {received: {time: t}}\n"


async def upload(ingest: Any, body: bytes, query: str = "", role: str = "feeder", **headers: str) -> Any:
    sent = {**ingest.token(role), **headers}
    return await ingest.client.post(f"/v1/imports{query}", content=body, headers=sent)


async def test_an_upload_is_kept_and_waits_for_its_turn(ingest: Any) -> None:
    answer = await upload(ingest, gzip.compress(XES, mtime=0), "?mapping=receipt&name=Permits")
    body = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/imports/{body['id']}"
    assert (body["state"], body["format"], body["name"]) == ("queued", "xes", "Permits")
    assert [path.name for path in ingest.folder.iterdir()] == [body["id"]]
    assert ingest.jobs.jobs[body["id"]].mapping_text.startswith("# The receipt phase")
    found = await ingest.client.get(answer.headers["location"], headers=ingest.token("analyst"))
    assert found.json() == body


async def test_a_return_may_say_itself_what_it_covers(ingest: Any) -> None:
    asked = "?mapping=cld&as_of=2026-11-22T18:00:00Z&coverage=reporting-period"
    answer = await upload(ingest, b"NHS Number,Event Type\n1,Review\n", asked)
    assert (answer.status_code, answer.json()["coverage"]["field"]) == (202, "reporting-period")


async def test_a_workbook_or_table_that_bears_a_mappings_name_is_read_by_it(ingest: Any) -> None:
    book, kept = Workbook(), io.BytesIO()
    book.save(kept)
    known = "as_of=2026-11-22T18:00:00Z&coverage=all"
    for name, body in (("cld.xlsx", kept.getvalue()), ("steps.csv", b"STEP_ID,STATUS\n")):
        answer = await upload(ingest, body, f"?name={name}&{known}")
        form = name.partition(".")[0]
        assert (answer.status_code, answer.json()["mapping"], answer.json()["format"]) == (202, form, form)
    other = await upload(ingest, kept.getvalue(), f"?name=book.xlsx&{known}")
    assert (other.status_code, "there are: cld" in other.text) == (422, True)


async def test_a_file_that_bears_a_mappings_name_is_read_by_it(ingest: Any) -> None:
    answer = await upload(ingest, XES, "?name=Receipt.xes.gz")
    assert (answer.status_code, answer.json()["mapping"]) == (202, "receipt")


@pytest.mark.parametrize(
    ("body", "query", "status", "told"),
    [
        (XES, "?mapping=nobody", 422, "mapping"),
        (XES, "", 422, "there are: receipt"),
        (XES, "?format=word", 422, "format"),
        (LINES, "?format=xes&mapping=receipt", 422, "looks like cloudevents"),
        (LINES, "?mapping=receipt", 422, "not for files"),
        (b"a,b,c\n1,2,3\n", "", 422, "needs ?mapping="),
        (b"just words\n", "", 422, "format"),
        (b"  \n ", "", 422, "empty"),
        (b"", "", 422, "empty"),
        (gzip.compress(XES, mtime=0)[:9], "?mapping=receipt", 422, "ends early"),
        (LINES, "?as_of=yesterday", 422, "as_of"),
        (LINES, "?as_of=2025-01-01T00:00:00", 422, "as_of"),
        (LINES, "?colour=red", 422, ""),
        (LINES * 20_000, "", 413, "larger"),
    ],
)
async def test_a_file_that_cannot_be_taken_leaves_nothing_behind(
    ingest: Any, body: bytes, query: str, status: int, told: str
) -> None:
    answer = await upload(ingest, body, query)
    assert answer.status_code == status
    assert told in answer.text
    assert list(ingest.folder.iterdir()) == []
    assert ingest.jobs.jobs == {}


async def test_a_form_is_no_file(ingest: Any) -> None:
    answer = await upload(ingest, LINES, **{"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 415


async def test_uploads_that_wait_fill_the_folder_only_so_far(ingest: Any) -> None:
    big = LINES * 15_000
    answers = [(await upload(ingest, big)).status_code for _ in range(3)]
    assert answers == [202, 202, 503]
    cancelled = await ingest.client.post("/v1/imports/import-1/cancel", headers=ingest.token())
    assert cancelled.json()["state"] == "cancelled"
    assert (await upload(ingest, big)).status_code == 202


async def test_another_council_sees_no_import_of_this_one(ingest: Any) -> None:
    place = (await upload(ingest, LINES)).headers["location"]
    foreign = ingest.token("operator", "other")
    missing = await ingest.client.get("/v1/imports/nothing", headers=foreign)
    for path in (place, f"{place}/rejects", f"{place}/events"):
        answer = await ingest.client.get(path, headers=foreign)
        assert answer.status_code == 404
        assert answer.json()["detail"] == missing.json()["detail"]
    assert (await ingest.client.post(f"{place}/cancel", headers=foreign)).status_code == 404
    assert (await ingest.client.get("/v1/imports", headers=foreign)).json()["imports"] == []


async def test_lists_are_given_page_by_page(ingest: Any) -> None:
    for _ in range(3):
        await upload(ingest, LINES)
    first = (await ingest.client.get("/v1/imports?limit=2", headers=ingest.token())).json()
    rest = await ingest.client.get(
        f"/v1/imports?limit=2&cursor={first['next_cursor']}", headers=ingest.token()
    )
    assert [job["id"] for job in first["imports"]] == ["import-3", "import-2"]
    assert [job["id"] for job in rest.json()["imports"]] == ["import-1"]
    assert rest.json()["next_cursor"] is None


async def test_rejects_open_in_a_spreadsheet_without_running_anything(ingest: Any) -> None:
    await upload(ingest, LINES)
    ingest.jobs.refused = [
        Reject(7, "due", '=cmd|"/c calc"!A1', "due: it is no date.", "Correct it, then\nsend.")
    ]
    answer = await ingest.client.get("/v1/imports/import-1/rejects", headers=ingest.token())
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["row", "column", "value", "reason", "remedy"],
        ["7", "due", '\'=cmd|"/c calc"!A1', "due: it is no date.", "Correct it, then\nsend."],
    ]


async def test_progress_ends_when_the_import_is_over(ingest: Any) -> None:
    await upload(ingest, LINES)
    ingest.jobs.jobs["import-1"] = replace(
        ingest.jobs.jobs["import-1"], state="done", rows_read=12, accepted=12
    )
    answer = await ingest.client.get("/v1/imports/import-1/events", headers=ingest.token())
    told = dict(line.split(": ", 1) for line in answer.text.strip().splitlines())
    assert (told["event"], told["id"], json.loads(told["data"])["accepted"]) == ("ended", "over", 12)


@pytest.mark.parametrize(("form", "rows"), [("table", 24), ("cld", 24), ("xes", 25), ("cloudevents", 25)])
async def test_the_row_that_names_the_columns_is_not_counted(ingest: Any, form: str, rows: int) -> None:
    await upload(ingest, LINES)
    job = replace(ingest.jobs.jobs["import-1"], format=form, state="done", rows_read=25)
    ingest.jobs.jobs["import-1"] = job
    seen = (await ingest.client.get("/v1/imports/import-1", headers=ingest.token())).json()
    assert seen["rows_read"] == rows
    assert replace(job, rows_read=0).rows == 0


async def test_a_reader_that_comes_again_hears_only_what_is_new(ingest: Any) -> None:
    await upload(ingest, LINES)
    done = replace(ingest.jobs.jobs["import-1"], state="done", rows_read=1, ended_at=NOW)
    known = {**ingest.token(), "last-event-id": ingest.jobs.jobs["import-1"].version}
    ingest.jobs.jobs["import-1"] = done
    told = (await ingest.client.get("/v1/imports/import-1/events", headers=known)).text
    assert (told.count("event: "), "event: ended" in told) == (1, True)
    over = {**ingest.token(), "last-event-id": "over"}
    assert (await ingest.client.get("/v1/imports/import-1/events", headers=over)).status_code == 204


async def test_an_upload_that_is_repeated_under_its_key_is_one_import(ingest: Any) -> None:
    first = await upload(ingest, LINES, **{"idempotency-key": "k1"})
    again = await upload(ingest, LINES, **{"idempotency-key": "k1"})
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert (again.headers["idempotency-replayed"], again.headers["location"]) == (
        "true",
        "/v1/imports/import-1",
    )
    assert [path.name for path in ingest.folder.iterdir()] == ["import-1"]
    other = await upload(ingest, LINES * 2, **{"idempotency-key": "k1"})
    assert (other.status_code, list(ingest.jobs.jobs)) == (422, ["import-1"])
    foreign = await upload(ingest, LINES, role="operator", **{"idempotency-key": "k1"})
    assert foreign.json()["id"] == "import-4"


async def test_how_far_an_import_has_come_is_told_by_the_bytes_of_its_upload(ingest: Any) -> None:
    await upload(ingest, LINES * 100)
    began = NOW - dt.timedelta(seconds=30)
    running = replace(ingest.jobs.jobs["import-1"], state="running", bytes_read=300, started_at=began)
    ingest.jobs.jobs["import-1"] = replace(running, rows_read=25, older_than=NOW, placed=3)
    seen = (await ingest.client.get("/v1/imports/import-1", headers=ingest.token())).json()
    assert (seen["share"], seen["seconds_left"], seen["packed_bytes"]) == (0.25, 90.0, 1_200)
    assert (seen["older_than"], seen["placed"]) == (NOW.isoformat(), 3)
    ingest.jobs.jobs["import-1"] = replace(running, state="done")
    done = (await ingest.client.get("/v1/imports/import-1", headers=ingest.token())).json()
    assert (done["share"], done["seconds_left"]) == (1.0, None)


async def test_a_mapping_can_be_read_changed_and_guarded(ingest: Any) -> None:
    read = await ingest.client.get("/v1/mappings/receipt", headers=ingest.token("analyst"))
    assert (read.headers["etag"], read.headers["content-type"]) == ('"0"', "application/yaml")
    guard = {**ingest.token("analyst"), "if-match": '"0"'}
    put = await ingest.client.put("/v1/mappings/receipt", content=MAPPING, headers=guard)
    assert (put.status_code, put.json()) == (200, {"name": "receipt", "version": 1})
    late = await ingest.client.put("/v1/mappings/receipt", content=MAPPING, headers=guard)
    assert late.status_code == 412
    reader = await ingest.client.put("/v1/mappings/mine", content=MAPPING, headers=ingest.token("service"))
    assert reader.status_code == 403
    assert (await ingest.client.get("/v1/mappings/receipt", headers=ingest.token())).text == MAPPING
    foreign = await ingest.client.get("/v1/mappings/receipt", headers=ingest.token("operator", "other"))
    assert foreign.headers["etag"] == '"0"'


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("mine", b"format: xes", 422),
        ("mine", b"\xff", 422),
        ("mine", b"x" * 70_000, 413),
        ("UPPER", MAPPING.encode(), 422),
    ],
)
async def test_a_mapping_that_cannot_be_used_is_not_kept(
    ingest: Any, name: str, body: bytes, status: int
) -> None:
    answer = await ingest.client.put(f"/v1/mappings/{name}", content=body, headers=ingest.token())
    assert answer.status_code == status
    assert (await ingest.client.get("/v1/mappings/mine", headers=ingest.token())).status_code == 404
