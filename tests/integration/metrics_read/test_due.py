"""What stands, asked by due date; what falls due in a period; and what reviews did about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from services.metrics.answers.figures import figures, series
from services.metrics.answers.own import figures_of
from services.metrics.answers.trail import explain
from services.metrics.domain.complete import Complete
from services.metrics.domain.cuts import Due, Only
from services.metrics.domain.periods import parse
from services.metrics.domain.trail import Page


async def value(sources, ask, measure: str, period: str) -> tuple:
    (one,) = (await figures(sources, ask, [measure], [ask.unit], parse(period))).what
    return one.value, one.numerator, one.denominator


async def test_reviews_falling_due_are_those_open_when_the_month_began(sources, ask) -> None:
    assert await value(sources, ask(), "reviews_due", "2026-05") == (0, 0, None)
    assert await value(sources, ask(), "reviews_due", "2026-06") == (2, 2, None)
    assert await value(sources, ask("short"), "reviews_due", "2026-06") == (0, 0, None)
    assert await value(sources, ask(as_known="2026-05-11T12:30:00Z"), "reviews_due", "2026-05") == (
        0,
        0,
        None,
    )
    early = ask(as_at="2026-06-01", as_known="2026-06-01T12:00:00Z")
    assert await value(sources, early, "work_due", "2026-06") == (2, 2, None)
    ahead = ask(as_at="2026-07-31")
    assert await value(sources, ahead, "work_due", "2026-07") == (1, 1, None)


async def test_the_figure_is_explained_by_the_lines_that_stood_then(sources, ask) -> None:
    told = (await explain(sources, ask(), "reviews_due", parse("2026-06"), Page(10), everything=False)).what
    assert [(line.subject, line.amount, line.detail["due"]) for line in told.lines] == [
        ("demo/cases/C", 1, "2026-06-20"),
        ("demo/cases/D", 1, "2026-06-05"),
    ]
    assert told.sum == told.figure.value == 2
    done = (
        await explain(
            sources, ask(), "reviews_done_of_due_percent", parse("2026-06"), Page(10), everything=False
        )
    ).what
    assert [(part.side, part.amount) for part in done.parts] == [("numerator", 0), ("denominator", 2)]


async def test_a_series_begins_with_the_first_month_that_has_a_beginning(sources, ask) -> None:
    found = (await series(sources, ask(), ["reviews_due", "open"], "month", (None, None))).what
    assert [one.points[0].figure.key.period.label for one in found] == ["2025-06", "2025-05"]
    assert [point.figure.value for point in found[0].points][-2:] == [0, 2]


async def test_before_a_feed_is_complete_nobody_knows_what_stood(sources, ask) -> None:
    since = Complete({"demo/cases": dt.date(2026, 6, 1)}, {"demo/cases": {"work": frozenset({"north"})}})
    partly = replace(sources, complete_of=lambda tenant: since, _rollups={})
    assert (await value(partly, ask(), "reviews_due", "2026-06"))[0] is None
    assert (await value(partly, ask(), "open", "2026-06"))[0] == 6


@pytest.mark.parametrize(
    ("due", "measure", "worth"),
    [
        (Due(dt.date(2026, 6, 1), dt.date(2026, 6, 30)), "open", 3),
        (Due(dt.date(2026, 7, 1)), "open", 1),
        (Due(None, dt.date(2026, 5, 31)), "open", 1),
        (Due(overdue_for=1), "open", 2),
        (Due(overdue_for=11), "overdue", 1),
        (Due(overdue_for=16), "overdue", 0),
        (Due(dt.date(2026, 6, 1), dt.date(2026, 6, 30)), "unallocated_percent", 33.3333),
        (Due(dt.date(2026, 6, 1), dt.date(2026, 6, 30)), "reviews_open", 2),
    ],
)
async def test_what_stands_by_due_date(sources, ask, due: Due, measure: str, worth: float) -> None:
    (one,) = (await figures_of(sources, ask(), Only(due=due), [measure], ["council"], parse("2026-06"))).what
    assert one.value == worth


async def test_by_due_date_over_http(council) -> None:
    june = {"due_from": "2026-06", "due_to": "2026-06"}
    body = (await council.get("/v1/figures", measure=["open", "allocated"], **june)).json()
    assert [one["value"] for one in body["figures"]] == [3, 2]
    parts = (await council.get("/v1/figures", measure="open", by="unit", unit="adults", **june)).json()
    assert [(one["unit"], one["value"]) for one in parts["figures"]] == [("long", 3), ("short", 0)]
    points = (await council.get("/v1/series", measure="open", **{"from": "2026-05"}, **june)).json()["points"]
    assert [(point["period"], point["value"]) for point in points] == [("2026-05", 2), ("2026-06", 3)]
    late = (await council.get("/v1/series", measure="overdue", overdue_for=14, **{"from": "2026-05"})).json()
    assert [point["value"] for point in late["points"]] == [0, 1]
    mine = await council.get("/v1/figures", "manager", "north", measure="open", worker="w-1", **june)
    assert mine.json()["figures"][0]["value"] == 1


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"measure": "completed", "due_from": "2026-06"}, "completed has no due dates"),
        ({"measure": "start_overdue", "overdue_for": 3}, "start_overdue has no due dates"),
        ({"measure": "open", "due_from": "2026-06", "due_to": "2026-05"}, "before they begin"),
        ({"measure": "open", "due_from": "soon"}, "2026-11"),
        ({"measure": "open", "overdue_for": 0}, "overdue_for"),
    ],
)
async def test_what_cannot_be_asked_by_due_date_says_why(council, asked: dict, says: str) -> None:
    refused = await council.get("/v1/figures", **asked)
    assert refused.status_code == 422
    assert says in refused.text
