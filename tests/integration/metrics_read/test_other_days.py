"""As at and as known on reads: other days, moments before anything was known, and moments to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.metrics.answers.figures import figures, series
from services.metrics.answers.lists import work, work_on
from services.metrics.api import routers
from services.metrics.api.desk import Desk
from services.metrics.domain.complete import Complete
from services.metrics.domain.periods import parse
from services.metrics.domain.worklist import WorkPage
from services.metrics.watching import Watch
from tests.integration.metrics_read import history
from tests.integration.metrics_read.conftest import Council

OPEN = WorkPage("open", None, 50)


async def keys(sources, asked, page=OPEN) -> list[str]:
    return [row.key for row in (await work_on(sources, asked, page)).what.rows]


async def test_work_as_it_stood_at_the_end_of_a_day(sources, ask) -> None:
    assert await keys(sources, ask(as_at="2026-05-11")) == ["B", "A", "C"]
    assert await keys(sources, ask(as_at="2026-05-31")) == ["G", "D", "C", "E"]
    assert await keys(sources, ask("north", "2026-05-31")) == ["D", "C"]
    told = (await work_on(sources, ask(as_at="2026-05-11"), OPEN)).what
    assert (told.rows[0].worker, told.rows[0].received, told.rows[0].kind) == (
        "w-1",
        dt.date(2026, 5, 4),
        "assessment",
    )
    assert (told.counts.open, told.counts.overdue, told.counts.unallocated) == (3, 1, 1)


async def test_work_as_it_was_known_then(sources, ask) -> None:
    assert await keys(sources, ask(as_at="2026-05-31", as_known="2026-06-09T00:00:00+00:00")) == [
        "D",
        "C",
        "E",
    ]


async def test_work_rolls_up_by_the_organisation_of_the_day(sources, ask) -> None:
    assert await keys(sources, ask("long", "2026-05-31")) == ["D", "C", "E"]
    assert await keys(sources, ask("short", "2026-05-31")) == []
    assert await keys(sources, ask("short", "2026-06-01")) == ["E"]


async def test_today_is_the_same_from_lines_as_from_items(sources, ask) -> None:
    for unit in ("council", "north", "short", "unassigned"):
        now, then = (
            (await work(sources, ask(unit), OPEN)).what,
            (await work_on(sources, ask(unit), OPEN)).what,
        )
        assert [replace(row, start_by=None) for row in now.rows] == list(then.rows)
        assert now.counts == then.counts


async def test_pages_of_another_day(council) -> None:
    first = (await council.get("/v1/work", as_at="2026-05-31", limit=3)).json()
    assert [row["key"] for row in first["rows"]] == ["G", "D", "C"]
    assert first["as_at"] == "2026-05-31"
    rest = (await council.get("/v1/work", as_at="2026-05-31", limit=3, cursor=first["next_cursor"])).json()
    assert [row["key"] for row in rest["rows"]] == ["E"]
    assert rest["next_cursor"] is None
    mine = (await council.get("/v1/work", as_at="2026-05-11", worker="w-1")).json()
    assert [(row["key"], row["days_overdue"]) for row in mine["rows"]] == [("B", 1), ("A", 0)]


async def test_of_another_day_other_states_say_what_is_possible(council) -> None:
    answer = await council.get("/v1/work", as_at="2026-05-31", state="completed")
    assert answer.status_code == 422
    assert "state=open" in answer.text


@pytest.fixture
async def watched(sources, tmp_path):
    """A surface that knows its feeds; `demo/cases` speaks live, and is complete from 1 June."""

    async def make(complete_from: dict[str, dt.date] | None = None, now: str = "2026-06-15T10:00:00+00:00"):
        moment = dt.datetime.fromisoformat(now)
        watch = Watch(sources.readings, list, complete_from or {}, moment.date)
        await watch.look(history.TENANT)
        settings = Settings(home=tmp_path)
        known = replace(sources, complete_of=watch.complete)
        desk = Desk(known, lambda: moment, ZoneInfo("Europe/London"), {"demo/cases": "live"}, watch.health)
        app = application("metrics", token_reader(settings), routers(desk), checks={})
        return Council(app, TokenIssuer(settings.keys))

    return make


async def test_before_the_first_event_nothing_was_known_and_the_answer_says_so(watched) -> None:
    council = await watched()
    then = {"as_known": "2025-05-01T00:00:00Z"}
    body = (await council.get("/v1/figures", measure=["open", "received"], **then)).json()
    assert [one["value"] for one in body["figures"]] == [None, None]
    assert body["note"] == ("Nothing was known then; the first event was known at 2025-05-05T13:00:00+01:00.")
    for path in ("/v1/work", "/v1/summary"):
        assert (await council.get(path, **then)).json()["note"] == body["note"], path
    report = await council.get("/v1/reports/workload", **then)
    assert report.status_code == 422, "a table of noughts would look like an answer"
    points = (await council.get("/v1/series", measure="open", **then)).json()["points"]
    assert {point["value"] for point in points} <= {None}
    explained = (await council.get("/v1/explain", measure="open", **then)).json()
    assert (explained["note"], explained["figure"]["value"], explained["lines"]) == (body["note"], None, [])


async def test_a_moment_to_come_is_answered_as_now_and_says_so(watched) -> None:
    council = await watched()
    body = (await council.get("/v1/figures", measure="open", as_known="2026-06-16T00:00:00Z")).json()
    assert (body["figures"][0]["value"], body["as_at"]) == (6, "2026-06-15")
    assert "still to come" in body["note"]
    now = (await council.get("/v1/figures", measure="open", as_known="2026-06-15T10:00:30Z")).json()
    assert now["note"] is None


async def test_every_answer_says_which_feeds_are_silent(watched) -> None:
    council = await watched()
    of_measure = [(path, {"measure": "open"}) for path in ("figures", "series", "explain")]
    others: list[tuple[str, dict[str, str]]] = [
        (path, {}) for path in ("reports/completed", "work", "units", "feeds")
    ]
    for path, asked in of_measure + others:
        said = (await council.get(f"/v1/{path}", **asked)).json()
        assert said["stale_feeds"] == ["demo/cases"], path
    fresh = await watched(now="2026-06-10T13:00:00+00:00")
    body = (await fresh.get("/v1/feeds")).json()
    assert body["stale_feeds"] == []
    assert [(one["source"], one["quiet"], one["declared"]) for one in body["feeds"]] == [
        ("demo/cases", False, True)
    ]
    assert body["feeds"][0]["late_from"] == "2026-06-10T16:00:00Z"


async def test_days_before_a_feed_was_complete_have_no_figure(watched) -> None:
    council = await watched({"demo/cases": dt.date(2026, 6, 1)})
    body = (await council.get("/v1/figures", measure=["received", "open"], period="2026-05")).json()
    assert body["complete_from"] == "2026-06-01"
    for one in body["figures"]:
        assert (one["value"], one["numerator"]) == (None, None)
        assert one["not_complete"]["from"] == "2026-06-01"
        assert "demo/cases is complete from 2026-06-01" in one["not_complete"]["reason"]
    june = (await council.get("/v1/figures", measure=["received", "open"], period="2026-06")).json()
    assert [one["value"] for one in june["figures"]] == [2, 6]
    meetings = (await council.get("/v1/figures", measure="meetings_held", period="2026-05")).json()
    assert meetings["figures"][0]["value"] == 0
    points = (await council.get("/v1/series", measure="received", **{"from": "2026-04"})).json()["points"]
    assert [(point["period"], point["value"], point["mean"]) for point in points] == [
        ("2026-04", None, None),
        ("2026-05", None, None),
        ("2026-06", 2, None),
    ]
    assert points[0]["not_complete"]["source"] == "demo/cases"
    explained = (await council.get("/v1/explain", measure="received", period="2026-05")).json()
    assert explained["figure"]["not_complete"]["source"] == "demo/cases"


async def test_reports_leave_out_days_before_all_was_complete(watched) -> None:
    council = await watched({"demo/cases": dt.date(2026, 6, 1)})
    done = (await council.get("/v1/reports/completed", **{"from": "2026-05"})).json()
    assert (done["from"], done["complete_from"]) == ("2026-06-01", "2026-06-01")
    assert {row["month"] for row in done["rows"]} <= {"2026-06"}
    spent = (await council.get("/v1/reports/spend", **{"from": "2026-05"})).json()
    assert spent["from"] == "2026-05-01"
    summary = (await council.get("/v1/summary", as_at="2026-05-20")).json()
    assert summary["finding"].startswith("There are no figures of days before 2026-06-01")
    for name in ("completed", "workload", "waits", "interfaces", "ages", "leavers", "outcomes"):
        refused = await council.get(f"/v1/reports/{name}", as_at="2026-05-20", to="2026-05-20")
        assert refused.status_code == 422, name
        assert "from which on the feeds are complete" in refused.text, name


async def test_a_team_that_the_feed_does_not_reach_is_not_touched(sources, ask) -> None:
    complete = Complete({"demo/cases": dt.date(2026, 6, 1)}, {"demo/cases": {"work": frozenset({"south"})}})
    known = replace(sources, complete_of=lambda tenant: complete)
    found = await figures(known, ask("north"), ["received"], ["north", "south"], parse("2026-05"))
    assert [one.value for one in found.what] == [4, None]
    (judged,) = (await series(known, ask("long"), ["received"], "month", (None, None))).what
    assert all(point.mark is None for point in judged.points if point.figure.value is None)
