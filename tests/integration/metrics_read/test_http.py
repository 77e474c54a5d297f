"""What programs and pages get from metrics over HTTP: figures, files, the trail, and clear refusals."""

import base64
import csv
import io
import json

import openpyxl
import pytest

from services.metrics.api.sheets import as_csv, as_xlsx


def cursor(place: list[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


META = {"as_at", "as_known", "fresh_at", "positions", "stale_feeds", "complete_from", "note"}


async def test_figures_carry_what_they_rest_on(council) -> None:
    answer = await council.get("/v1/figures", measure=["open", "overdue"])
    assert answer.status_code == 200
    body = answer.json()
    assert [(one["measure"], one["unit"], one["period"], one["value"]) for one in body["figures"]] == [
        ("open", "council", "2026-06", 6),
        ("overdue", "council", "2026-06", 2),
    ]
    assert body["as_at"] == "2026-06-15"
    assert body["fresh_at"] == "2026-06-15T09:00:00Z"
    assert body["positions"]["primed.case-events-0"] == 18
    assert body["figures"][1]["definition"].startswith("Open work whose due day has passed")
    several = await council.get("/v1/figures", measure="received", unit=["north", "south"], period="2026-05")
    assert [one["value"] for one in several.json()["figures"]] == [4, 1]


async def test_a_series_as_a_chart_needs_it(council) -> None:
    body = (await council.get("/v1/series", measure="received", grain="month")).json()
    assert body.keys() >= META
    may = next(point for point in body["points"] if point["period"] == "2026-05")
    assert (may["from"], may["to"], may["value"]) == ("2026-05-01", "2026-05-31", 6)
    assert (may["special_cause"], may["direction"], may["judged"]) == ("outside", "high", "neither")
    assert body["finding"] == "Higher than usual in May, and not by chance"
    assert body["prompts"] == [
        "What changed at the front door, and will it last?",
        "Who should take the work that came in?",
    ]
    short = (
        await council.get("/v1/series", measure="received", **{"from": "2026-05", "to": "2026-06"})
    ).json()
    assert [point["period"] for point in short["points"]] == ["2026-05", "2026-06"]
    strict = (await council.get("/v1/series", measure="received", rules="nhse", **{"from": "2026-01"})).json()
    assert strict["variation"] is None
    assert strict["finding"] == "Too few months to say what is usual"


async def test_several_measures_in_one_answer_equal_each_by_itself(council) -> None:
    names = ["overdue", "open", "commitments_kept_percent", "median_days_to_complete"]
    asked = {"unit": "long", "from": "2026-04"}
    several = (await council.get("/v1/series", measure=names, **asked)).json()
    assert several.keys() == META | {"series"}
    assert [one["measure"] for one in several["series"]] == names
    for one in several["series"]:
        alone = (await council.get("/v1/series", measure=one["measure"], **asked)).json()
        assert one == {key: value for key, value in alone.items() if key not in META}
    refused = await council.get("/v1/series", measure=["open", "nonsense"])
    assert refused.status_code == 404
    assert "nonsense" in refused.text


async def test_the_reports_as_json_csv_and_excel(council) -> None:
    for name in ("workload", "completed", "outcomes"):
        body = (await council.get(f"/v1/reports/{name}", **{"from": "2026-05", "to": "2026-06"})).json()
        assert body.keys() >= META
        assert body["report"] == name
        text = await council.get(f"/v1/reports/{name}.csv", **{"from": "2026-05", "to": "2026-06"})
        assert text.headers["content-type"].startswith("text/csv")
        assert text.headers["primed-as-at"] == "2026-06-15"
        rows = list(csv.DictReader(io.StringIO(text.text)))
        assert len(rows) == len(body["rows"])
        assert {key: str(value) for key, value in body["rows"][-1].items() if key in rows[-1]} == rows[-1]
        book = await council.get(f"/v1/reports/{name}.xlsx", **{"from": "2026-05", "to": "2026-06"})
        sheet = openpyxl.load_workbook(io.BytesIO(book.content))
        assert [cell.value for cell in sheet["Report"][1]] == list(rows[0])
        assert sheet["Report"].max_row == len(rows) + 1
        assert sheet["About"]["B5"].value == "2026-06-15"


async def test_report_files_are_cut_as_asked(council) -> None:
    text = (await council.get("/v1/reports/workload.csv", unit="north", by="worker")).text
    assert text.splitlines()[:2] == ["month,worker,overdue,due,allocated", "2026-05,w-1,0,0,2"]


def test_cells_that_a_spreadsheet_would_run_are_neutralised() -> None:
    dangerous = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "fine", -1]
    text = as_csv(["a"] * 8, [dangerous]).decode()
    cells = next(csv.reader(io.StringIO(text.split("\r\n", 1)[1], newline="")))
    assert cells == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "fine", "-1"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(["a"] * 8, [dangerous], {"finding": "=2"})))
    assert [cell.value for cell in book["Report"][2]][:2] == ["'=1+1", "'+1"]
    assert {cell.data_type for cell in book["Report"][2]} == {"s", "n"}
    assert book["About"]["B1"].value == "'=2"


async def test_explain_leads_to_the_event(council) -> None:
    body = (await council.get("/v1/explain", measure="overdue", limit=1)).json()
    assert (body["sum"], body["total_lines"], body["figure"]["value"]) == (2, 2, 2)
    line = body["lines"][0]
    rest = (await council.get("/v1/explain", measure="overdue", limit=1, cursor=body["next_cursor"])).json()
    assert rest["next_cursor"] is None
    assert [line["subject"], rest["lines"][0]["subject"]] == ["demo/cases/G", "demo/cases/D"]
    place = line["event"]
    found = (await council.get(f"/v1/events/{place['topic']}/{place['partition']}/{place['offset']}")).json()
    assert found["event"]["subject"] == "demo/cases/G"
    assert line["account"] in {one["account"] for one in found["lines"]}
    story = (await council.get("/v1/items", subject="demo/cases/D")).json()
    assert (story["key"], story["state"], story["worker"]) == ("D", "open", "w-2")
    assert [said["type"] for said in story["events"]] == [
        "primed.work.received.v1",
        "primed.work.allocated.v1",
    ]


async def test_the_work_list_in_pages(council) -> None:
    first = (await council.get("/v1/work", limit=4)).json()
    assert [row["key"] for row in first["rows"]] == ["G", "D", "C", "H"]
    assert first["rows"][0]["days_overdue"] == 15
    second = (await council.get("/v1/work", limit=4, cursor=first["next_cursor"])).json()
    assert [row["key"] for row in second["rows"]] == ["E", "F"]
    assert second["counts"] == {"open": 6, "overdue": 2, "due_today": 0, "due_this_week": 1, "unallocated": 3}


async def test_every_page_size_gives_the_same_work_list(council) -> None:
    whole = [row["key"] for row in (await council.get("/v1/work")).json()["rows"]]
    assert whole == ["G", "D", "C", "H", "E", "F"]
    for limit in (1, 2, 5):
        found, asked = [], {}
        while True:
            page = (await council.get("/v1/work", limit=limit, **asked)).json()
            found += [row["key"] for row in page["rows"]]
            if page["next_cursor"] is None:
                break
            asked = {"cursor": page["next_cursor"]}
        assert found == whole


async def test_as_known_without_a_day_stands_for_its_own_day(council) -> None:
    body = (await council.get("/v1/figures", measure="open", as_known="2026-05-21T12:00:00Z")).json()
    assert body["as_at"] == "2026-05-21"
    assert [(one["period"], one["value"]) for one in body["figures"]] == [("2026-05", 4)]


async def test_units_feeds_measures_and_the_summary(council) -> None:
    units = (await council.get("/v1/units")).json()
    assert {unit["id"] for unit in units["units"]} >= {"council", "north", "unassigned"}
    assert units["roles"] == [{"unit": "north", "role": "manager", "person": "w-9"}]
    assert units["workers"] == [{"worker": "w-1", "team": "north"}]
    feed = (await council.get("/v1/feeds")).json()["feeds"][0]
    assert (feed["source"], feed["cadence"], feed["quiet"]) == ("demo/cases", "weekly", False)
    measures = (await council.get("/v1/measures")).json()["measures"]
    assert len(measures) >= 12
    one = (await council.get("/v1/measures/overdue_percent")).json()
    assert one["formula"] == "percent(end(overdue), end(open))"
    said = (await council.get("/v1/summary", unit="long")).json()["finding"]
    assert said.startswith("3 pieces of work are open: 1 is overdue and 2 fall due in June.")


async def test_scope_is_the_unit_and_below_and_the_rest_is_not_there(council) -> None:
    async def status(path: str, scope: str | None, **params) -> int:
        return (await council.get(path, "manager", scope, **params)).status_code

    assert await status("/v1/figures", "short", measure="open", unit="south") == 200
    assert await status("/v1/figures", "short", measure="open", unit=["south", "north"]) == 404
    assert await status("/v1/series", "short", measure="open", unit="north") == 404
    assert await status("/v1/reports/workload.csv", "north", unit="council") == 404
    assert await status("/v1/explain", "north", measure="open", unit="unassigned") == 404
    assert await status("/v1/work", "nowhere") == 404
    assert await status("/v1/items", "south", subject="demo/cases/B") == 404
    assert await status("/v1/items", "north", subject="demo/cases/B") == 200
    own = (await council.get("/v1/figures", "manager", "short", measure="open")).json()
    assert [(one["unit"], one["value"]) for one in own["figures"]] == [("short", 2)]
    missing = await council.get("/v1/series", "manager", "north", measure="open", unit="nonsense")
    foreign = await council.get("/v1/series", "manager", "north", measure="open", unit="south")
    assert {**missing.json(), "correlation_id": ""} == {**foreign.json(), "correlation_id": ""}
    seen = (await council.get("/v1/units", "manager", "short")).json()
    assert {unit["id"] for unit in seen["units"]} == {"short", "south", "reable"}


async def test_every_route_asks_who(council) -> None:
    for path in council.app.openapi()["paths"]:
        if path.startswith("/v1/"):
            plain = (
                path.replace("{topic}", "t")
                .replace("{partition}", "0")
                .replace("{offset}", "0")
                .replace("{id}", "open")
            )
            assert (await council.call(plain, {}, {})).status_code == 401, path
            assert (await council.get(plain, "feeder")).status_code == 403, path


@pytest.mark.parametrize(
    ("path", "params", "status", "says"),
    [
        ("/v1/figures", {"measure": "nonsense"}, 404, "overdue_percent"),
        ("/v1/measures/nonsense", {}, 404, "there are: received"),
        ("/v1/figures", {"measure": "open", "period": "2026-13"}, 422, "2026-11 or a week as 2026-W46"),
        ("/v1/figures", {}, 422, "measure"),
        ("/v1/figures", {"measure": "open", "as_at": "yesterday"}, 422, "as_at"),
        ("/v1/figures", {"measure": "open", "as_known": "2026-06-01T00:00:00"}, 422, "offset"),
        ("/v1/series", {"measure": "open", "from": "2026-06", "to": "2026-05"}, 422, "before it begins"),
        ("/v1/series", {"measure": "open", "from": "soon"}, 422, "2026-11"),
        ("/v1/series", {"measure": "open", "grain": "year"}, 422, "grain"),
        ("/v1/series", {"measure": "open", "from": "2026-02-30"}, 422, "no day that exists"),
        ("/v1/reports/completed", {"from": "2026-06-02", "to": "2026-06-01"}, 422, "before it begins"),
        ("/v1/reports/completed", {"by": "person"}, 422, "by"),
        ("/v1/reports/spending", {}, 404, "nothing here"),
        ("/v1/explain", {"measure": "open", "cursor": "rubbish"}, 422, "begin again"),
        ("/v1/explain", {"measure": "open", "cursor": "WzFd"}, 422, "begin again"),
        ("/v1/work", {"cursor": "W251bGwsIDVd"}, 422, "begin again"),
        ("/v1/work", {"cursor": cursor(["2026-06-01", "a\x00"])}, 422, "begin again"),
        ("/v1/work", {"cursor": cursor(["2026-06-01", "\ud800"])}, 422, "begin again"),
        ("/v1/work", {"cursor": cursor(["tomorrow", "a"])}, 422, "begin again"),
        (
            "/v1/explain",
            {"measure": "open", "cursor": cursor([0, "2026-06-01", "", 0, 2**63, 0])},
            422,
            "begin again",
        ),
        ("/v1/work", {"limit": "0"}, 422, "limit"),
        ("/v1/figures", {"measure": "open", "period": "9999-W52"}, 422, "from 1990 to 2100"),
        ("/v1/figures", {"measure": "open", "period": "0001-01"}, 422, "from 1990 to 2100"),
        ("/v1/figures", {"measure": "open", "as_known": "9999-12-31T23:59:59-12:00"}, 422, "between"),
        ("/v1/series", {"measure": "open", "from": "2101-01-01"}, 422, "between"),
        (
            "/v1/series",
            {
                "measure": "open",
                "grain": "week",
                "to": "2100-12-31",
                "as_at": "2100-12-31",
                "from": "2025-05",
            },
            422,
            "at most 600",
        ),
        ("/v1/events/primed.case-events/0/999", {}, 404, "nothing here"),
        ("/v1/events/primed.case-events/99999999999/0", {}, 422, "partition"),
        ("/v1/items", {"subject": "demo/cases/none"}, 404, "nothing here"),
    ],
)
async def test_refusals_say_what_to_do(council, path, params, status, says) -> None:
    answer = await council.get(path, **params)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.text
