"""Interfaces, waits, ages and leavers of the council that passes work on, counted on paper."""

import csv
import datetime as dt
import io

import pytest

from services.metrics.answers.asking import BadQuestion
from services.metrics.answers.interfaces import passed
from services.metrics.answers.leavers import left
from services.metrics.answers.waiting import overdue, waited
from services.metrics.domain.cuts import ALL, Only

ALWAYS = (None, None)
MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))


def pairs(report) -> list[tuple]:
    return [
        (row.from_team, row.to_team, row.passed_on, row.ended, dict(row.outcomes)) for row in report.what.rows
    ]


async def test_who_passes_work_to_whom_and_how_it_ended(handed_over, ask) -> None:
    report = await passed(handed_over, ask(), "team", ALWAYS)
    assert pairs(report) == [
        ("front", "north", 3, 2, {"no-change": 1, "care-at-home": 1}),
        ("front", "south", 1, 0, {}),
        ("south", "north", 1, 0, {}),
    ]
    assert report.what.finding == (
        "5 pieces of work were passed on, most from Front door to North (3); 2 have ended, 50% with no change"
    )


async def test_the_end_counts_where_the_work_was_passed_on(handed_over, ask) -> None:
    """Number 2 was passed on in May and ended in June: it belongs to May."""
    by_month = (await passed(handed_over, ask(), "month", ALWAYS, "month")).what.rows
    shown = [(row.month.label, row.passed_on, row.ended, row.not_ended) for row in by_month]
    assert shown == [("2026-05", 3, 2, 1), ("2026-06", 2, 0, 2)]
    then = (await passed(handed_over, ask(as_at="2026-05-31"), "month", ALWAYS, "month")).what.rows
    assert [(row.month.label, row.passed_on, row.ended) for row in then] == [("2026-05", 3, 1)]
    believed = await passed(handed_over, ask(as_known="2026-05-19T00:00:00Z"), "team", ALWAYS)
    assert pairs(believed) == [("front", "north", 3, 0, {})]
    assert (
        believed.what.finding
        == "3 pieces of work were passed on from Front door to North; none has ended yet"
    )
    kinds = (await passed(handed_over, ask(), "kind", MAY)).what.rows
    assert [(row.kind, row.passed_on) for row in kinds] == [("assessment", 2), ("review", 1)]
    some = await passed(handed_over, ask(), "team", MAY, only=Only(kinds=("review",)))
    assert pairs(some) == [("front", "north", 1, 0, {})]


async def test_what_a_unit_sends_and_what_it_receives(handed_over, ask) -> None:
    assert pairs(await passed(handed_over, ask("front"), "team", MAY)) == [
        ("front", "north", 3, 2, {"no-change": 1, "care-at-home": 1})
    ]
    assert pairs(await passed(handed_over, ask("north"), "team", ALWAYS)) == []
    received = await passed(handed_over, ask("north"), "team", ALWAYS, direction="received")
    assert [row[:3] for row in pairs(received)] == [("front", "north", 3), ("south", "north", 1)]
    moved = await passed(handed_over, ask("short"), "team", ALWAYS)
    assert [row[:3] for row in pairs(moved)] == [("south", "north", 1)]
    assert pairs(await passed(handed_over, ask("long"), "team", ALWAYS)) == []


async def test_waits_until_start_and_completion(handed_over, ask) -> None:
    report = (await waited(handed_over, ask(), "month", ALWAYS)).what
    assert [
        (row.until, row.month.label, row.count, row.median, row.late, row.bands) for row in report.rows
    ] == [
        ("start", "2026-05", 2, 6, 10, (1, 0, 1, 0, 0, 0, 0)),
        ("start", "2026-06", 1, 1, 1, (1, 0, 0, 0, 0, 0, 0)),
        ("completion", "2026-05", 1, 16, 16, (0, 0, 0, 1, 0, 0, 0)),
        ("completion", "2026-06", 1, 29, 29, (0, 0, 0, 0, 1, 0, 0)),
    ]
    assert report.finding == (
        "Half of 3 were started within 2 days, nine in ten within 10 days; "
        "half of 2 were completed within 22.5 days, nine in ten within 29 days"
    )
    whole = (await waited(handed_over, ask(), "kind", ALWAYS, "period")).what
    assert [(row.until, row.month, row.by, row.count) for row in whole.rows] == [
        ("start", None, "assessment", 2),
        ("start", None, "referral", 1),
        ("completion", None, "assessment", 2),
    ]
    mine = (await waited(handed_over, ask("long"), "month", MAY, only=Only(worker="w-1"))).what
    assert [(row.until, row.count) for row in mine.rows] == [("start", 2), ("completion", 1)]
    nobody = (await waited(handed_over, ask(), "month", ALWAYS, only=Only(worker="w-9"))).what
    assert nobody.finding == "No work was started or completed"


async def test_how_old_overdue_work_is(handed_over, ask) -> None:
    report = (await overdue(handed_over, ask(), "all", ALWAYS)).what
    assert [(row.overdue, row.bands, row.oldest) for row in report.rows] == [
        (3, (1, 0, 0, 1, 0, 0, 1), dt.date(2025, 4, 1))
    ]
    assert (
        report.finding == "3 are overdue, 2 of them for more than 28 days; the oldest was due on 1 April 2025"
    )
    by_worker = (await overdue(handed_over, ask(), "worker", ALWAYS)).what
    assert [(row.by, row.overdue) for row in by_worker.rows] == [("w-2", 2), ("w-3", 1)]
    by_month = (await overdue(handed_over, ask(), "month", ALWAYS)).what
    assert [(row.by, row.overdue) for row in by_month.rows] == [
        ("2025-04", 1),
        ("2026-05", 1),
        ("2026-06", 1),
    ]
    due_in_may = (await overdue(handed_over, ask(), "team", MAY)).what
    assert [(row.by, row.overdue) for row in due_in_may.rows] == [("north", 1)]
    then = (await overdue(handed_over, ask(as_at="2025-03-20"), "all", ALWAYS)).what
    assert then.finding == "Nothing is overdue"
    reviews = (await overdue(handed_over, ask("short"), "kind", ALWAYS)).what
    assert [(row.by, row.overdue) for row in reviews.rows] == [("assessment", 1)]


async def test_work_left_behind_by_people_and_teams(handed_over, ask) -> None:
    report = (await left(handed_over, ask(), "worker", ALWAYS, ALL)).what
    gone, shut = dt.date(2026, 6, 8), dt.date(2026, 6, 10)
    assert [
        (row.team, row.worker, row.worker_left, row.team_closed, row.successor, row.open, row.overdue)
        for row in report.rows
    ] == [
        ("north", "w-2", gone, None, None, 2, 2),
        ("south", "w-2", gone, shut, "north", 1, 0),
        ("south", "w-3", None, shut, "north", 1, 1),
    ]
    assert report.finding == (
        "3 pieces of open work are held by 1 worker who has left and 2 in 1 closed team; 3 of 4 are overdue"
    )
    items = (await left(handed_over, ask("north"), "item", ALWAYS, ALL)).what
    assert [(row.by, row.oldest_due) for row in items.rows] == [
        ("demo/cases/3", dt.date(2026, 5, 12)),
        ("demo/cases/6", dt.date(2025, 4, 1)),
    ]
    before = (await left(handed_over, ask(as_at="2026-06-07"), "worker", ALWAYS, ALL)).what
    assert before.finding == "No open work was left behind"
    since = (await left(handed_over, ask(), "kind", (dt.date(2026, 6, 9), None), ALL)).what
    assert [(row.team, row.by, row.open) for row in since.rows] == [
        ("south", "contact", 1),
        ("south", "assessment", 1),
    ]


async def test_a_range_that_ends_before_it_begins_is_refused(handed_over, ask) -> None:
    for report in (
        passed(handed_over, ask(), "team", (JUNE[1], JUNE[0])),
        waited(handed_over, ask(), "month", (JUNE[1], JUNE[0])),
        overdue(handed_over, ask(), "all", (JUNE[1], JUNE[0])),
        left(handed_over, ask(), "worker", (JUNE[1], JUNE[0]), ALL),
    ):
        with pytest.raises(BadQuestion, match="before it begins"):
            await report


FILES = {
    "interfaces": "from_team,to_team,passed_on,ended,not_ended,ended: care-at-home,ended: no-change",
    "waits": "until,month,count,median,percentile_90,0 to 2 days,3 to 7 days,8 to 14 days,15 to 28 days,"
    "29 to 56 days,57 to 91 days,92 days or more",
    "ages": "overdue,oldest_due,1 to 7 days,8 to 14 days,15 to 28 days,29 to 91 days,92 to 182 days,"
    "183 to 365 days,366 days or more",
    "leavers": "team,worker,worker_left,team_closed,successor,open,overdue,oldest_due",
    "spend": "month,opening,started,changed,transferred_in,transferred_out,reorganised,ended,closing,"
    "one_off,cost,"
    "opening_exact,started_exact,changed_exact,transferred_in_exact,transferred_out_exact,reorganised_exact,"
    "ended_exact,closing_exact",
}


@pytest.mark.parametrize("name", sorted(FILES))
async def test_each_is_json_csv_and_excel(passing_council, name) -> None:
    body = (await passing_council.get(f"/v1/reports/{name}")).json()
    assert body["report"] == name
    assert {"as_at", "as_known", "fresh_at", "positions", "unit", "by", "finding"} <= body.keys()
    text = (await passing_council.get(f"/v1/reports/{name}.csv")).text
    assert text.splitlines()[0] == FILES[name]
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(body["rows"]) > 0
    book = await passing_council.get(f"/v1/reports/{name}.xlsx")
    assert book.status_code == 200


async def test_cuts_of_files(passing_council) -> None:
    async def header(path: str, **asked: str) -> str:
        return (await passing_council.get(path, **asked)).text.splitlines()[0]

    assert (await header("/v1/reports/waits.csv", by="team", per="period")).startswith("until,team,count")
    assert (await header("/v1/reports/ages.csv", by="month")).startswith("due_in,overdue,oldest_due")
    assert (await header("/v1/reports/interfaces.csv", by="month")).startswith("month,passed_on")
    assert (await header("/v1/reports/leavers.csv", by="item")).startswith("team,worker,item,worker_left")
    ages = (await passing_council.get("/v1/reports/ages", by="kind")).json()["rows"][0]
    assert ages["bands"][-1] == {"from": 366, "to": None, "count": 0}


@pytest.mark.parametrize(
    ("path", "params", "status", "says"),
    [
        ("/v1/reports/waits", {"by": "colour"}, 422, "'month', 'team', 'kind' or 'worker'"),
        ("/v1/reports/spend", {"by": "worker"}, 422, "'month', 'setting' or 'team'"),
        ("/v1/reports/spend", {"per": "year"}, 422, "'month' or 'period'"),
        ("/v1/reports/interfaces", {"direction": "up"}, 422, "'sent' or 'received'"),
        ("/v1/reports/leavers", {"from": "2026-06", "to": "2026-05"}, 422, "before it begins"),
        ("/v1/reports/spend", {"from": "2026-06", "to": "2026-05"}, 422, "before it begins"),
        ("/v1/reports/ages", {"unit": "nowhere"}, 404, "nothing here"),
    ],
)
async def test_refusals_say_what_is_possible(passing_council, path, params, status, says) -> None:
    answer = await passing_council.get(path, **params)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text


async def test_what_lies_outside_the_scope_is_not_there(passing_council) -> None:
    for name in ("spend", "interfaces", "waits", "ages", "leavers"):
        seen = await passing_council.get(f"/v1/reports/{name}", "manager", "north", unit="front")
        assert seen.status_code == 404
        own = await passing_council.get(f"/v1/reports/{name}", "manager", "north")
        assert (own.status_code, own.json()["unit"]) == (200, "north")
