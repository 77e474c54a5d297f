"""The three reports of the hand-told council, and the sentences that they say."""

import datetime as dt
from dataclasses import replace

import pytest

from services.metrics.answers.asking import BadQuestion
from services.metrics.answers.lists import feeds, work
from services.metrics.answers.reports import completed, outcomes, summary, workload
from services.metrics.domain.cuts import Only
from services.metrics.domain.worklist import WorkPage

ALWAYS = (None, None)
MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))


def laid(report) -> list[tuple]:
    rows = report.what.laid.rows
    return [(row.month and row.month.label, row.by, row.overdue, row.due, row.allocated) for row in rows]


async def test_workload_has_each_open_item_once(sources, ask) -> None:
    report = await workload(sources, ask(), "month", ALWAYS)
    assert laid(report) == [
        (None, "", 0, 1, 0),
        ("2026-05", "", 1, 0, 3),
        ("2026-06", "", 1, 2, 2),
        ("2026-07", "", 0, 1, 0),
    ]
    assert report.what.finding == "2 are overdue; June is the heaviest month"


async def test_workload_of_the_past(sources, ask) -> None:
    report = await workload(sources, ask(as_at="2026-05-15"), "month", ALWAYS)
    assert laid(report) == [("2026-05", "", 1, 2, 2), ("2026-06", "", 0, 2, 0)]
    known = await workload(sources, ask(as_at="2026-05-15", as_known="2026-05-16T00:00:00Z"), "month", ALWAYS)
    assert laid(known) == [("2026-05", "", 1, 1, 2), ("2026-06", "", 0, 2, 0)]


async def test_workload_by_worker_and_team(sources, ask) -> None:
    by_worker = await workload(sources, ask("north"), "worker", ALWAYS)
    assert laid(by_worker) == [
        ("2026-05", "w-1", 0, 0, 2),
        ("2026-06", "", 0, 1, 0),
        ("2026-06", "w-1", 0, 1, 1),
        ("2026-06", "w-2", 1, 0, 1),
    ]
    by_team = await workload(sources, ask("short"), "team", ALWAYS)
    assert laid(by_team) == [(None, "south", 0, 1, 0), ("2026-07", "south", 0, 1, 0)]
    by_kind = await workload(sources, ask("unassigned"), "kind", ALWAYS)
    assert laid(by_kind) == [("2026-05", "other", 1, 0, 0)]


async def test_workload_of_some_months_says_what_lies_outside(sources, ask) -> None:
    june = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    report = await workload(sources, ask(), "month", june)
    assert laid(report) == [(None, "", 0, 1, 0), ("2026-06", "", 1, 2, 2)]
    assert (report.what.laid.earlier, report.what.laid.later) == (1, 1)
    assert report.what.finding == "2 are overdue; June is the heaviest month"


async def test_completed_by_month_worker_kind_and_team(sources, ask) -> None:
    def rows(report):
        return [
            (row.month.label, row.by, row.completed, row.late) for row in report.what.rows if row.completed
        ]

    months = await completed(sources, ask(), "month", ALWAYS)
    assert len(months.what.rows) == 12
    assert rows(months) == [("2026-05", "", 2, 1)]
    assert rows(await completed(sources, ask(), "worker", MAY)) == [("2026-05", "w-1", 2, 1)]
    assert rows(await completed(sources, ask(), "kind", MAY)) == [("2026-05", "assessment", 2, 1)]
    assert rows(await completed(sources, ask("long"), "team", MAY)) == [("2026-05", "north", 2, 1)]
    assert rows(await completed(sources, ask("short"), "team", MAY)) == []
    believed = await completed(sources, ask(as_known="2026-05-20T00:00:00Z"), "month", MAY)
    assert rows(believed) == [("2026-05", "", 1, 0)]


async def test_one_workers_part(sources, ask) -> None:
    mine = Only(worker="w-1")
    done = (await completed(sources, ask("long"), "kind", MAY, mine)).what
    assert [(row.by, row.completed, row.late) for row in done.rows] == [("assessment", 2, 1)]
    assert done.finding == "2 completed, of which 1 late"
    other = (await completed(sources, ask("long"), "month", MAY, Only(worker="w-2"))).what
    assert other.finding == "Nothing was completed"
    assert laid(await workload(sources, ask("adults"), "team", ALWAYS, mine)) == [
        ("2026-05", "north", 0, 0, 2),
        ("2026-06", "north", 0, 1, 1),
    ]
    ended = (await outcomes(sources, ask("adults"), MAY, mine)).what
    assert [(row.outcome, row.count) for row in ended.rows if row.count] == [
        ("care-at-home", 1),
        ("short-term-support", 1),
    ]
    assert (await outcomes(sources, ask(), MAY, Only(worker="w-3"))).what.rows == ()


async def test_outcomes_beside_those_of_a_year_before(sources, ask) -> None:
    report = (await outcomes(sources, ask(), MAY)).what
    assert [
        (row.outcome, row.count, row.share, row.before_count, row.before_share) for row in report.rows
    ] == [
        ("care-at-home", 1, 50.0, 0, 0.0),
        ("short-term-support", 1, 50.0, 0, 0.0),
        ("residential", 0, 0.0, 1, 100.0),
    ]
    assert report.before == (dt.date(2025, 5, 1), dt.date(2025, 5, 31))
    assert report.finding == "50% end with care at home"
    reviews = (await outcomes(sources, ask(), MAY, Only(kinds=("review",)))).what
    assert reviews.rows == ()
    assert reviews.finding == "Nothing was completed"


async def test_a_year_before_of_which_not_everything_was_told_is_not_beside_it(sources, ask, council) -> None:
    since = replace(ask(), complete_in={"work": dt.date(2025, 5, 2)})
    report = (await outcomes(sources, since, MAY)).what
    assert [(row.outcome, row.count, row.before_count, row.before_share) for row in report.rows] == [
        ("care-at-home", 1, None, None),
        ("short-term-support", 1, None, None),
    ]
    assert report.note is not None
    assert "complete here from 2025-05-02 on" in report.note
    assert report.finding == "50% end with care at home"
    complete = replace(ask(), complete_in={"work": dt.date(2025, 5, 1)})
    assert (await outcomes(sources, complete, MAY)).what.note is None
    body = (await council.get("/v1/reports/outcomes", **{"from": "2026-05", "to": "2026-05"})).json()
    assert (body["before_note"], body["rows"][0]["before_count"]) == (None, 0)


async def test_a_range_that_ends_before_it_begins_is_refused(sources, ask) -> None:
    with pytest.raises(BadQuestion, match="before it begins"):
        await completed(sources, ask(), "month", (MAY[1], MAY[0]))


async def test_the_sentence_of_a_unit(sources, ask) -> None:
    said = (await summary(sources, ask())).what
    assert said.startswith("6 pieces of work are open: 2 are overdue and 2 fall due in June.")
    north = (await summary(sources, ask("north", "2026-05-08"))).what
    assert north.startswith("2 pieces of work are open: none is overdue and 2 fall due in May.")


async def test_the_work_list_has_the_most_urgent_first(sources, ask) -> None:
    found = (await work(sources, ask(), WorkPage("open", None, 4))).what
    assert [row.key for row in found.rows] == ["G", "D", "C", "H"]
    assert found.more
    rest = (await work(sources, ask(), WorkPage("open", None, 4, found.rows[-1].place))).what
    assert [row.key for row in rest.rows] == ["E", "F"]
    assert not rest.more
    assert (found.counts.open, found.counts.overdue, found.counts.unallocated) == (6, 2, 3)
    assert (found.counts.due_today, found.counts.due_this_week) == (0, 1)
    assert found.rows[0].days_overdue(ask().today) == 15
    mine = (await work(sources, ask("north"), WorkPage("open", "w-1", 10))).what
    assert [row.key for row in mine.rows] == ["H"]
    assert mine.counts.open == 1


async def test_feeds_say_when_they_were_last_heard(sources, ask) -> None:
    feed = (await feeds(sources, ask())).what[0]
    assert (feed.source, feed.events, feed.last_event) == ("demo/cases", 18, dt.date(2026, 6, 9))
    assert feed.last_known == dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)
    assert not feed.quiet("nightly", dt.datetime(2026, 6, 11, 12, tzinfo=dt.UTC))
    assert feed.quiet("live", dt.datetime(2026, 6, 11, 12, tzinfo=dt.UTC))
