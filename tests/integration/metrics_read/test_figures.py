"""Figures and series of the hand-told council, each counted on paper."""

import datetime as dt

import pytest

from services.metrics.answers.asking import NotThere, Sources
from services.metrics.answers.figures import figures, series
from services.metrics.domain.periods import parse

MAY, JUNE = "2026-05", "2026-06"


async def value(sources: Sources, asked, measure: str, period: str):
    found = await figures(sources, asked, [measure], [asked.unit], parse(period))
    return found.what[0].value


@pytest.mark.parametrize(
    ("measure", "unit", "period", "as_at", "expected"),
    [
        ("open", "council", JUNE, "2026-06-15", 6),
        ("open", "north", JUNE, "2026-06-15", 3),
        ("open", "council", MAY, "2026-06-15", 4),
        ("open", "council", MAY, "2026-05-12", 4),
        ("unallocated", "council", JUNE, "2026-06-15", 3),
        ("allocated", "council", JUNE, "2026-06-15", 3),
        ("overdue", "council", JUNE, "2026-06-15", 2),
        ("overdue", "north", JUNE, "2026-06-15", 1),
        ("overdue", "council", MAY, "2026-05-15", 1),
        ("overdue", "council", MAY, "2026-06-15", 0),
        ("overdue", "council", JUNE, "2026-06-01", 1),
        ("reviews_overdue", "council", JUNE, "2026-06-15", 1),
        ("start_overdue", "council", JUNE, "2026-06-10", 0),
        ("start_overdue", "council", JUNE, "2026-06-11", 1),
        ("received", "council", MAY, "2026-06-15", 6),
        ("received", "council", JUNE, "2026-06-15", 2),
        ("received", "council", MAY, "2026-05-11", 3),
        ("received", "north", MAY, "2026-06-15", 4),
        ("contacts_received", "council", JUNE, "2026-06-15", 1),
        ("allocations", "council", MAY, "2026-06-15", 3),
        ("completed", "council", MAY, "2026-06-15", 2),
        ("completed_late", "council", MAY, "2026-06-15", 1),
        ("completed_on_time_percent", "council", MAY, "2026-06-15", 50.0),
        ("completed_on_time_percent", "council", JUNE, "2026-06-15", None),
        ("overdue_percent", "council", JUNE, "2026-06-15", 33.3333),
        ("median_days_to_complete", "council", MAY, "2026-06-15", 17.5),
        ("days_to_complete_90", "council", MAY, "2026-06-15", 21),
        ("net_work", "council", MAY, "2026-06-15", 4),
        ("meetings_held", "council", JUNE, "2026-06-15", 1),
        ("commitments_due", "north", JUNE, "2026-06-15", 2),
        ("commitments_kept", "long", JUNE, "2026-06-15", 1),
        ("commitments_late", "council", JUNE, "2026-06-12", 0),
        ("commitments_late", "council", JUNE, "2026-06-15", 1),
        ("commitments_kept_percent", "council", JUNE, "2026-06-15", 50.0),
        ("commitments_open", "council", JUNE, "2026-06-15", 1),
        ("received", "council", "2026-W20", "2026-06-15", 3),
        ("open", "council", "2026-W20", "2026-06-15", 5),
        ("open", "council", "2026-W24", "2026-06-15", 6),
        ("open", "council", "2026-07", "2026-06-15", None),
    ],
)
async def test_figures_by_hand(sources, ask, measure, unit, period, as_at, expected) -> None:
    assert await value(sources, ask(unit, as_at), measure, period) == expected


async def test_units_roll_up_by_the_tree_of_the_day(sources, ask) -> None:
    async def of(measure: str, unit: str, period: str, as_at: str = "2026-06-15"):
        return await value(sources, ask(unit, as_at), measure, period)

    assert await of("open", "long", MAY) == 3
    assert await of("open", "long", JUNE) == 3
    assert await of("open", "short", MAY) == 0
    assert await of("open", "short", JUNE) == 2
    assert await of("received", "long", MAY) == 5
    assert await of("received", "long", JUNE) == 1
    assert await of("received", "short", JUNE) == 1
    assert await of("received", "short", MAY) == 0
    assert await of("open", "adults", JUNE) == 5
    assert await of("open", "unassigned", JUNE) == 1
    assert await of("received", "long", "2026-W23", "2026-06-07") == 0


async def test_a_week_across_a_reorganisation_counts_each_day_where_it_was(sources, ask) -> None:
    week = "2026-W23"
    assert await value(sources, ask("short", "2026-06-07"), "received", week) == 1
    assert await value(sources, ask("long", "2026-06-07"), "received", week) == 0


async def test_what_was_believed_then(sources, ask) -> None:
    before = "2026-06-09T00:00:00+00:00"
    assert await value(sources, ask(as_known=before), "open", MAY) == 3
    assert await value(sources, ask(), "open", MAY) == 4
    assert await value(sources, ask(as_known=before), "received", MAY) == 5
    assert await value(sources, ask(as_known="2026-05-21T00:00:00+00:00"), "completed", MAY) == 1
    assert await value(sources, ask(as_known=before), "median_days_to_complete", MAY) == 17.5
    assert await value(sources, ask(as_known="2025-01-01T00:00:00+00:00"), "open", JUNE) == 0


async def test_the_future_stands_as_posted_ahead_and_says_so(sources, ask) -> None:
    found = await figures(sources, ask(as_at="2026-07-31"), ["overdue"], ["council"], parse("2026-07"))
    assert found.what[0].value == 5
    assert found.what[0].ahead


async def test_as_known_now_equals_now_for_every_measure_unit_and_period(sources, ask) -> None:
    units = ["council", "adults", "long", "short", "north", "south", "unassigned"]
    for period in (MAY, JUNE, "2026-W22", "2026-W23"):
        for as_at in ("2026-06-15", "2026-05-31", "2026-06-02"):
            now = await figures(sources, ask(as_at=as_at), sources.catalogue.ids(), units, parse(period))
            then = await figures(
                sources,
                ask(as_at=as_at, as_known="2027-01-01T00:00:00+00:00"),
                sources.catalogue.ids(),
                units,
                parse(period),
            )
            assert now.what == then.what


async def test_an_answer_says_how_fresh_it_is(sources, ask) -> None:
    found = await figures(sources, ask(), ["open"], ["council"], parse(JUNE))
    assert found.fresh.fresh_at == dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC)
    assert found.fresh.positions == {"primed.case-events-0": 18, "primed.action-events-0": 4}


async def test_series_by_month_begin_with_the_feed_and_end_unfinished(sources, ask) -> None:
    found = (await series(sources, ask(), ["received"], "month", (None, None))).what[0]
    points = {point.figure.key.period.label: point for point in found.points}
    assert next(iter(points)) == "2025-05"
    assert [points[month].figure.value for month in ("2025-05", "2025-06", MAY, JUNE)] == [1, 0, 6, 2]
    assert points[JUNE].figure.unfinished
    assert points[JUNE].mark is None
    assert points[MAY].mark is not None
    assert points[MAY].mark.cause == "outside"
    assert found.variation == "neither_high"


async def test_series_by_week(sources, ask) -> None:
    days = (dt.date(2026, 5, 4), dt.date(2026, 6, 14))
    found = (await series(sources, ask(), ["open"], "week", days)).what[0]
    assert [point.figure.value for point in found.points] == [2, 5, 5, 4, 5, 6]
    assert not any(point.figure.unfinished for point in found.points)
    north = (await series(sources, ask("short"), ["open"], "week", days)).what[0]
    assert [point.figure.value for point in north.points] == [0, 0, 0, 0, 2, 2]


async def test_an_unknown_measure_says_which_exist(sources, ask) -> None:
    with pytest.raises(NotThere) as error:
        await figures(sources, ask(), ["nonsense"], ["council"], parse(JUNE))
    assert "overdue" in error.value.there_is
