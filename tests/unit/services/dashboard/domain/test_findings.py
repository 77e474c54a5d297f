"""Findings are sentences made from figures, and true of them."""

import datetime as dt

import pytest

from services.dashboard.domain import findings, prompts, variation
from services.dashboard.domain.answers import Point, ReportRow, Series, WorkCounts

TODAY = dt.date(2026, 11, 18)


def series(
    measure: str, flagged: int = 0, code: str | None = "common_cause", count: int = 18, **more: object
) -> Series:
    """A series that ends in October with so many flagged points at its end, and November unfinished."""
    high = (code or "").endswith("_high")
    made = []
    for index in range(count):
        back = count - index
        month = (2026 * 12 + 10 - back) % 12 + 1
        year = (2026 * 12 + 10 - back) // 12
        special = index >= count - flagged
        made.append(
            Point(
                period=f"{year}-{month:02d}",
                value=40 if special else 30,
                mean=30,
                upper=38.4,
                lower=21.6,
                special_cause="shift" if special else None,
                direction=("high" if high else "low") if special else None,
            )
        )
    made.append(Point(period="2026-11", value=12, unfinished=True))
    return Series(measure=measure, name=measure.title(), points=tuple(made), variation=code, **more)  # type: ignore[arg-type]


def say(one: Series) -> variation.Variation:
    return variation.of(one)


def spoken(rich: findings.Rich) -> str:
    return "".join(text for text, _ in rich)


ROWS = [
    ReportRow(month=None, due=6),
    ReportRow(month="2026-09", overdue=4),
    ReportRow(month="2026-11", overdue=19, due=22),
    ReportRow(month="2026-12", due=41),
    ReportRow(month="2027-01", due=28),
]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ROWS, "120 pieces of work are open: 23 are overdue and 41 fall due in December."),
        ([ReportRow(month="2026-11", overdue=1)], "1 piece of work is open: 1 is overdue."),
        ([ReportRow(month=None, due=4)], "4 pieces of work are open: none is overdue."),
        ([], "No work is open."),
        (
            [ReportRow(month="2026-10", overdue=1), ReportRow(month="2027-01", due=1)],
            "2 pieces of work are open: 1 is overdue and 1 falls due in January 2027.",
        ),
    ],
)
def test_the_opening_sentence(rows: list[ReportRow], sentence: str) -> None:
    assert spoken(findings.workload_opening(rows, TODAY)) == sentence


def test_what_is_overdue_is_said_with_weight() -> None:
    rich = findings.workload_opening(ROWS, TODAY)
    assert [text for text, strong in rich if strong] == ["23 are overdue"]


def test_movement_says_the_better_then_the_worse() -> None:
    better, worse = series("completed", 7, "improvement_high"), series("overdue", 9, "concern_high")
    said = findings.movement([(worse, say(worse)), (better, say(better))], TODAY)
    first = "More work is completed than usual since April"
    assert said == f"{first}, but more work is overdue than usual since February."


def test_movement_names_the_worst_two() -> None:
    late, slow = series("overdue", 9, "concern_high"), series("completed_late", 8, "concern_high")
    said = findings.movement([(late, say(late)), (slow, say(slow))], TODAY)
    assert said == (
        "More work is overdue than usual since February and more work ends late than usual since March."
    )


def test_units_that_do_worse_are_named_before_those_that_do_better() -> None:
    worse, better, usual = (
        series("overdue", 9, "concern_high"),
        series("completed", 7, "improvement_high"),
        series("overdue"),
    )
    each = [
        ("North", better, say(better)),
        ("Reviews", worse, say(worse)),
        ("South", usual, say(usual)),
    ]
    assert findings.among(each, TODAY) == "In Reviews more work is overdue than usual since February."
    assert findings.among(each[:1], TODAY) == "In North more work is completed than usual since April."
    assert findings.among(each[2:], TODAY) == ""


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (WorkCounts(), "Nothing is open."),
        (WorkCounts(open=2), "2 pieces of work are open: none overdue."),
        (
            WorkCounts(open=9, overdue=1, due_today=2, due_this_week=3, unallocated=4),
            "9 pieces of work are open: 1 overdue, 2 due today, 1 more this week, 4 that nobody holds.",
        ),
        (WorkCounts(open=1, due_this_week=1), "1 piece of work is open: none overdue, 1 due this week."),
    ],
)
def test_how_urgent_open_work_is(counts: WorkCounts, sentence: str) -> None:
    assert spoken(findings.work_opening(counts)) == sentence


def test_movement_keeps_quiet_about_chance() -> None:
    usual = series("completed")
    assert findings.movement([(usual, say(usual))], TODAY) == "Nothing is out of the ordinary."


def test_nothing_is_said_of_too_few_months() -> None:
    young = series("completed", count=3, code=None)
    assert say(young).tone == "unknown"
    assert findings.movement([(young, say(young))], TODAY) == ""


def outcome(name: str, count: int, before: int | None) -> ReportRow:
    return ReportRow(outcome=name, count=count, before_count=before)


def test_outcomes_are_compared_only_beyond_chance() -> None:
    moved = [outcome("care-at-home", 30, 60), outcome("information-and-advice", 70, 40)]
    assert {shift.outcome: round(shift.points) for shift in findings.outcome_shifts(moved)} == {
        "care-at-home": -30,
        "information-and-advice": 30,
    }
    still = [outcome("care-at-home", 31, 30), outcome("information-and-advice", 40, 42)]
    assert findings.outcome_shifts(still) == []


@pytest.mark.parametrize("rows", [[], [outcome("a", 3, None)], [outcome("a", 9, 0), outcome("b", 0, 9)]])
def test_few_pieces_of_work_are_not_compared(rows: list[ReportRow]) -> None:
    assert findings.outcome_shifts(rows) == []


def test_questions_fit_the_present_state() -> None:
    asked = prompts.for_workload(ROWS, 6, TODAY)
    assert asked == [
        "Which of the 23 overdue can be closed this week?",
        "Who can take the 6 that nobody holds?",
    ]
    assert prompts.for_workload([], 0, TODAY) == []
    usual = series("completed")
    assert prompts.for_completed(usual, say(usual), TODAY) == [
        "Left as it is, a month brings 22 to 38. Is that enough for what comes in?"
    ]


@pytest.mark.parametrize(
    ("assurance", "value", "text"),
    [
        ("consistently_fails", 23, "Target 10 · will not be met unless something changes"),
        (None, 23, "Target 10 · not met"),
        (None, 9, "Target 10 · met"),
        ("hit_or_miss", 9, "Target 10 · sometimes met"),
    ],
)
def test_targets(assurance: str | None, value: int, text: str) -> None:
    one = Series(
        measure="overdue", polarity="lower", target=10, assurance=assurance, variation="concern_high"
    )
    assert variation.target_words(one, value) == text


def test_of_a_target_the_finding_speaks_while_all_is_as_usual() -> None:
    one = Series(
        measure="overdue",
        polarity="lower",
        target=10,
        assurance="consistently_fails",
        variation="common_cause",
    )
    assert variation.target_words(one, 23) == "Target 10"
