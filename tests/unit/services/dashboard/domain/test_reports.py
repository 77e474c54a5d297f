"""The reports as charts, and the figures at the top of a page."""

import datetime as dt

import pytest

from services.dashboard.domain import reports, strip, variation
from services.dashboard.domain.answers import Catalogue, Measure, Point, Report, ReportRow, Series

TODAY = dt.date(2026, 11, 18)


def test_months_far_away_are_gathered_and_nothing_is_lost() -> None:
    rows = (
        ReportRow(month=None, due=6),
        ReportRow(month="2025-01", overdue=3),
        ReportRow(month="2026-08", overdue=2),
        ReportRow(month="2026-09", overdue=4),
        ReportRow(month="2026-11", overdue=8, due=22, allocated=31),
        ReportRow(month="2027-03", due=3),
        ReportRow(month="2027-09", due=5),
    )
    view = reports.workload(Report(rows=rows), 0, TODAY)
    assert [bar.label for bar in view.bars] == [
        "No date",
        "Before Sep",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
        "Jan",
        "Feb",
        "Mar",
        "After Mar",
    ]
    assert sum(bar.total for bar in view.bars) == sum(row.overdue + row.due for row in rows)
    assert [bar.label for bar in view.bars if bar.present] == ["Nov"]
    assert view.allocated == 31
    assert "Before Sep: 5 overdue, 0 due" in view.description


def test_rare_outcomes_are_gathered_and_shares_add_up() -> None:
    rows = tuple(ReportRow(outcome=f"o{index}", count=10 + index, before_count=5) for index in range(12))
    view = reports.outcomes(Report(rows=rows), "August to October", "the same months")
    assert len(view.outcomes) == 7
    assert view.outcomes[-1].name == "6 other outcomes"
    assert round(sum(one.share for one in view.outcomes)) == 100
    assert round(sum(one.before or 0 for one in view.outcomes)) == 100


def test_an_outcome_that_changed_is_shown_however_rare() -> None:
    rows = [ReportRow(outcome=f"o{index}", count=100, before_count=100) for index in range(9)]
    rows.append(ReportRow(outcome="support-ended", count=5, before_count=60))
    view = reports.outcomes(Report(rows=tuple(rows)), "August to October", "the same months")
    assert "Support ended" in [one.name for one in view.outcomes]
    assert round(sum(one.share for one in view.outcomes)) == 100


@pytest.mark.parametrize(
    ("done", "late", "said"),
    [
        (37, 34, "34 of the 37 completed in October were late"),
        (37, 1, "1 of the 37 completed in October was late"),
        (9, 0, "None of the 9 completed in October was late"),
        (0, 0, ""),
    ],
)
def test_how_much_of_the_last_whole_month_was_late(done: int, late: int, said: str) -> None:
    rows = (
        ReportRow(month="2026-10", completed=done, late=late),
        ReportRow(month="2026-11", completed=5, late=5),
    )
    points = (Point(period="2026-10", value=done), Point(period="2026-11", value=5, unfinished=True))
    series = Series(measure="completed", points=points)
    assert reports.completed(Report(rows=rows), series, (), TODAY).late == said


def test_the_words_of_metrics_are_the_title() -> None:
    said = "23 are overdue; December is the heaviest month"
    assert reports.workload(Report(finding=said), 0, TODAY).title == said
    assert reports.outcomes(Report(finding=said), "now", "before").title == said


def measure(name: str, formula: str) -> Measure:
    return Measure(id=name, name=name.title(), formula=formula)


def test_a_stock_is_said_as_now_and_a_flow_for_its_last_whole_month() -> None:
    points = (Point(period="2026-10", value=40), Point(period="2026-11", value=12, unfinished=True))
    flow = strip.tile(
        measure("completed", "sum(completed)"), Series(measure="completed", points=points), TODAY
    )
    assert (flow.value, flow.when, flow.period) == ("40", "in October", "2026-10")
    assert [point.period for point in flow.points] == ["2026-10"]
    stock = strip.tile(measure("overdue", "end(overdue)"), Series(measure="overdue", points=points), TODAY)
    assert (stock.value, stock.when, stock.period) == ("12", "", "2026-11")


def test_the_strip_takes_what_the_catalogue_has_in_its_order() -> None:
    known = Catalogue(measures=(measure("completed", "sum(completed)"), measure("overdue", "end(overdue)")))
    assert [one.id for one in strip.chosen(known)] == ["overdue", "completed"]
    own = Catalogue(measures=(measure("their_own", "sum(received)"),))
    assert [one.id for one in strip.chosen(own)] == ["their_own"]


def rising(cause: str) -> Series:
    """Two months of a trend still below the mean, then two above it."""
    points = tuple(
        Point(period=f"2026-{7 + n:02d}", value=value, mean=30, special_cause="trend", direction="high")
        for n, value in enumerate((24, 28, 33))
    )
    last = Point(period="2026-10", value=41, mean=30, special_cause=cause, direction="high")
    return Series(measure="overdue", points=(*points, last), variation="concern_high", finding="F")


def test_only_what_is_beyond_the_mean_is_called_so() -> None:
    outside, trend = rising("outside"), rising("trend")
    assert reports.callout(outside, variation.of(outside)) == "2 months above the mean"
    assert variation.of(outside).since == "2026-09"
    assert reports.callout(trend, variation.of(trend)) == "4 months rising"
