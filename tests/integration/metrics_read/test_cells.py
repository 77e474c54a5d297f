"""Each cell of a report leads to its lines: the same words that cut reports choose what is explained."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from services.metrics.answers import reports, waiting
from services.metrics.answers.figures import figures
from services.metrics.answers.spend import spend
from services.metrics.answers.trail import explain
from services.metrics.domain.cuts import ALL, Due, Only
from services.metrics.domain.money import pounds
from services.metrics.domain.periods import containing, parse
from services.metrics.domain.trail import Explanation, Page

NOW = (None, None)
KNOWN = [None, "2026-06-05T00:00:00+00:00"]


async def told(sources, ask, measure: str, month: Any, only: Only) -> Explanation:
    found = (await explain(sources, ask, measure, month, Page(500), everything=False, only=only)).what
    shown = sum(
        found.parts[line.part].sign * line.amount
        for line in found.lines
        if found.parts[line.part].side == "numerator"
    )
    assert shown == found.sum == (found.figure.numerator or 0)
    return found


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("unit", ["council", "north", "short"])
async def test_open_work_by_worker_kind_and_the_month_it_is_due(sources, ask, unit: str, known) -> None:
    asked, june = ask(unit, as_known=known), parse("2026-06")
    for by in ("worker", "kind"):
        for row in (await reports.workload(sources, asked, by, NOW)).what.laid.rows:
            if row.month is None:
                continue  # work without a due date is no due date's
            due = Due(row.month.first, row.month.last)
            only = Only(row.by, due=due) if by == "worker" else Only(kinds=(row.by,), due=due)
            late = await told(sources, asked, "overdue", june, only)
            whole = await told(sources, asked, "open", june, only)
            assert late.figure.value == late.sum == row.overdue, (by, row)
            assert whole.figure.value == whole.sum == row.overdue + row.due, (by, row)


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("unit", ["council", "north"])
async def test_completed_work_by_worker_kind_and_outcome(sources, ask, unit: str, known) -> None:
    asked, seen = ask(unit, as_known=known), 0
    for by in ("worker", "kind"):
        for row in (await reports.completed(sources, asked, by, NOW)).what.rows:
            only = Only(row.by) if by == "worker" else Only(kinds=(row.by,))
            done = await told(sources, asked, "completed", row.month, only)
            late = await told(sources, asked, "completed_late", row.month, only)
            assert (done.sum, late.sum) == (row.completed, row.late), (by, row)
            seen += done.sum
    assert seen == 4
    may = parse("2026-05")
    for row in (await reports.outcomes(sources, asked, (may.first, may.last))).what.rows:
        ended = await told(sources, asked, "completed", may, Only(outcomes=(row.outcome,)))
        assert ended.sum == row.count == len(ended.lines)


async def test_a_part_of_a_share_has_both_sides(sources, ask) -> None:
    may = parse("2026-05")
    mine = await told(sources, ask(), "completed_on_time_percent", may, Only("w-1"))
    assert (mine.figure.value, mine.figure.numerator, mine.figure.denominator) == (50, 1, 2)
    nobodys = await told(sources, ask(), "completed_on_time_percent", may, Only("w-3"))
    assert (nobodys.figure.value, nobodys.lines) == (None, ())


async def test_overdue_work_by_age(sources, ask) -> None:
    asked = ask()
    for by in ("worker", "kind"):
        for row in (await waiting.overdue(sources, asked, by, NOW)).what.rows:
            for least, most, count in ((1, 14, 0), (8, 14, 0), (15, 28, 0), (1, 400, None)):
                last, first = (asked.as_at - dt.timedelta(days) for days in (least, most))
                cut = Only(row.by) if by == "worker" else Only(kinds=(row.by,))
                only = Only(cut.worker, cut.kinds, due=Due(first, last))
                found = await told(sources, asked, "overdue", parse("2026-06"), only)
                late = sum(first <= dt.date.fromisoformat(line.detail["due"]) <= last for line in found.lines)
                assert found.sum == late
                if count is None:
                    assert found.sum == row.overdue


async def test_waits_by_kind_and_worker(sources, ask) -> None:
    for by in ("worker", "kind"):
        for row in (await waiting.waited(sources, ask(), by, NOW)).what.rows:
            measure = {"start": "median_days_to_start", "completion": "median_days_to_complete"}[row.until]
            only = Only(row.by) if by == "worker" else Only(kinds=(row.by,))
            found = await explain(sources, ask(), measure, row.month, Page(50), everything=False, only=only)
            assert found.what.figure.value == row.median
            assert len(found.what.lines) == row.count


async def test_spend_by_setting_with_what_changed_it(placed, ask) -> None:
    for row in (await spend(placed, ask(), "setting", NOW)).what.rows:
        only, month = Only(settings=(row.by,)), row.month
        found = (
            await explain(placed, ask(), "spend_a_week", month, Page(500), everything=False, only=only)
        ).what
        assert found.sum == row.closing
        assert found.figure.value == pounds(row.closing)
        assert found.changes is not None
        assert (found.changes.opening, found.changes.closing) == (row.opening, row.closing)
        moved = {step.term.account: step.amount for step in found.changes.steps}
        assert (moved["spend_started"], moved["spend_ended"]) == (row.started, row.ended)


async def test_pages_of_one_workers_lines_leave_none_out(sources, ask) -> None:
    asked, only, may = ask(), Only("w-1"), parse("2026-05")
    whole = (await explain(sources, asked, "completed", may, Page(50), everything=False, only=only)).what
    first = (await explain(sources, asked, "completed", may, Page(1), everything=False, only=only)).what
    rest = await explain(
        sources, asked, "completed", may, Page(1, first.lines[-1].place), everything=False, only=only
    )
    assert (first.more, rest.what.more) == (True, False)
    assert (*first.lines, *rest.what.lines) == whole.lines
    assert [line.worker for line in whole.lines] == ["w-1", "w-1"]


async def test_every_measure_is_explained_by_kind_or_says_that_it_has_none(sources, ask, council) -> None:
    for one in sources.catalogue:
        name, may = one.measure.id, containing(dt.date(2026, 5, 1), one.measure.grains[-1])
        asked = {"measure": name, "period": may.label, "limit": 500}
        parts = [await council.get("/v1/explain", kind=kind, **asked) for kind in ("assessment", "review")]
        whole = await council.get("/v1/explain", **asked)
        rest = ["contact", "other", ""]
        others = await council.get("/v1/explain", kind=rest, **asked)
        if others.status_code == 422:
            assert "leave kind out" in others.text, name
            continue
        added = [found.json()["sum"] for found in (*parts, others)]
        assert sum(added) == whole.json()["sum"], name


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"measure": "received", "worker": "w-1"}, "received is no one worker's"),
        ({"measure": "spend_a_week", "kind": "review"}, "leave kind out"),
        ({"measure": "open", "setting": "nursing"}, "leave setting out"),
        ({"measure": "open", "outcome": "met"}, "leave outcome out"),
        ({"measure": "completed", "due_from": "2026-05"}, "completed has no due dates"),
        ({"measure": "open", "due_from": "2026-06", "due_to": "2026-05"}, "before they begin"),
    ],
)
async def test_what_a_measure_does_not_know_says_what_to_leave_out(council, asked: dict, says: str) -> None:
    refused = await council.get("/v1/explain", **asked)
    assert refused.status_code == 422
    assert says in refused.text


async def test_the_cells_of_a_unit_are_for_those_who_see_its_reports(council) -> None:
    asked = {"measure": "allocated", "worker": "w-1", "unit": "north", "due_to": "2026-06"}
    for scope, status in (("north", 200), ("long", 200), ("south", 404), ("short", 404)):
        for path in ("/v1/explain", "/v1/reports/completed"):
            given = asked if path == "/v1/explain" else {"worker": "w-1", "unit": "north"}
            assert (await council.get(path, "manager", scope, **given)).status_code == status, (path, scope)
    body = (await council.get("/v1/explain", "manager", "north", **asked)).json()
    assert (body["sum"], [line["subject"] for line in body["lines"]]) == (1, ["demo/cases/H"])


async def test_a_figure_of_everything_is_as_before(sources, ask) -> None:
    june = parse("2026-06")
    (figure,) = (await figures(sources, ask(), ["open"], ["council"], june)).what
    assert (await told(sources, ask(), "open", june, ALL)).figure == figure
