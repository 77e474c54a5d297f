"""Findings: sentences that are true of the data they are made from."""

import datetime as dt
from dataclasses import replace

import msgspec
import pytest

from services.metrics.domain import finding
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.finding import Due, Ended
from services.metrics.domain.measures import Measure
from services.metrics.domain.periods import Period, parse
from services.metrics.domain.series import Series, judge
from services.metrics.domain.spc import Rules

TODAY = dt.date(2026, 11, 17)
WAVE = [30.0, 28, 31, 29, 30, 28, 31, 29, 30, 28, 31, 29]


def series(values: list[float | None], grain: str = "month", polarity: str = "higher", target=None) -> Series:
    """The values of the latest finished months, and this month unfinished with 3."""
    last = parse("2026-11") if grain == "month" else parse("2026-W47")
    periods = [last.back(len(values) - place) for place in range(len(values))]
    measure = Measure(
        id="m",
        name="M",
        definition="D.",
        formula="sum(completed)",
        polarity=polarity,
        target=target,
        prompts={"as_usual": ("Usual?",), "better": ("Keep?",), "misses_target": ("Change?",)},
    )
    figures = [
        Figure(Key("m", "u", one), value, None, None, False)
        for one, value in zip(periods, values, strict=True)
    ]
    figures.append(Figure(Key("m", "u", last), 3, 3, None, unfinished=True))
    return judge(measure, figures, Rules())


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([], "Nothing to judge yet"),
        ([None, None], "Nothing to judge yet"),
        ([30.0], "Too few months to say what is usual"),
        ([5.0] * 6, "Unchanged at 5 for 6 months"),
        ([30.0, 28, 31], "As usual, as far as 3 months can tell"),
        (WAVE, "As usual"),
        ([*WAVE, *[32.0] * 7], "Higher than usual since April, and not by chance"),
        ([*[32.0] * 14, *WAVE, *[20.0] * 8], "Lower than usual since March, and not by chance"),
        ([20.0 + n for n in range(20)], "Higher than usual since January, and not by chance"),
        ([*range(10, 20), *[30.0] * 9], "Higher than usual since February, and not by chance"),
        ([*WAVE, 90.0], "Higher than usual in October, and not by chance"),
        ([*[20.0, 40.0] * 8, *[24.0 + n for n in range(7)]], "Rising since April, and not by chance"),
        ([*WAVE, 31.0, 34.4, 34.4], "Higher than usual in two of the last three months, and not by chance"),
        ([*[20.5, 20.25] * 4, 60.5], "Higher than usual in October, and not by chance"),
    ],
)
def test_what_a_series_says(values: list[float | None], says: str) -> None:
    assert finding.of_series(series(values), TODAY) == says


@pytest.mark.parametrize(
    ("target", "polarity", "unit", "says"),
    [
        (100, "higher", "count", "As usual, and so it will miss its target of 100"),
        (90.5, "higher", "percent", "As usual, and so it will miss its target of 90.5%"),
        (10, "lower", "days", "As usual, and so it will miss its target of 10 days"),
        (1, "lower", "days", "As usual, and so it will miss its target of 1 day"),
        (1200, "lower", "pounds_a_week", "As usual, and so it will meet its target of £1,200 a week"),
        (10, "higher", "count", "As usual, and so it will meet its target of 10"),
        (30, "higher", "count", "As usual"),
        (100, "neither", "count", "As usual"),
    ],
)
def test_as_usual_says_what_becomes_of_the_target(target: float, polarity: str, unit: str, says: str) -> None:
    usual = series(WAVE, polarity=polarity, target=target)
    shown = replace(usual, measure=msgspec.structs.replace(usual.measure, unit=unit))
    assert finding.of_series(shown, TODAY) == says


@pytest.mark.parametrize(
    ("values", "target", "says"),
    [
        ([*WAVE, 90.0], 100, "Higher than usual in October, and not by chance"),
        ([30.0, 28, 31], 100, "As usual, as far as 3 months can tell"),
        ([5.0] * 14, 100, "Unchanged at 5 for 14 months"),
        ([*WAVE, *[32.0] * 7], None, "Higher than usual since April, and not by chance"),
    ],
)
def test_a_change_comes_before_the_target(values: list[float | None], target: float, says: str) -> None:
    assert finding.of_series(series(values, target=target), TODAY) == says


def test_every_state_of_a_series_has_a_sentence_of_its_own() -> None:
    states = {
        "too_few": series([30.0]),
        "as_usual": series(WAVE),
        "misses_target": series(WAVE, target=100),
        "better": series([*WAVE, 90.0]),
        "worse": series([*WAVE, 1.0]),
        "changed": series([*[20.0, 40.0] * 8, *[24.0 + n for n in range(7)]], polarity="neither"),
    }
    assert {name: one.state for name, one in states.items()} == {name: name for name in states}
    said = [finding.of_series(one, TODAY) for one in states.values()]
    assert len(set(said)) == len(said)
    for sentence in said:
        assert sentence[0].isupper()
        assert not sentence.endswith(".")


def test_nhs_englands_form_says_too_few_below_thirteen_points() -> None:
    short, enough = series(WAVE[:12]), series([*WAVE, 30.0])
    strict = judge(short.measure, [point.figure for point in short.points], Rules.nhse())
    assert finding.of_series(strict, TODAY) == "Too few months to say what is usual"
    strict = judge(enough.measure, [point.figure for point in enough.points], Rules.nhse())
    assert finding.of_series(strict, TODAY) == "As usual"


def test_weeks_are_named_by_their_monday() -> None:
    said = finding.of_series(series([*WAVE, 90.0], grain="week"), TODAY)
    assert said == "Higher than usual in the week of 9 November, and not by chance"


def test_the_state_chooses_the_prompt() -> None:
    assert series(WAVE).prompts == ("Usual?",)
    assert series([*WAVE, 90.0]).state == "better"
    assert series([*WAVE, 90.0], polarity="lower").state == "worse"
    assert series([*WAVE, 90.0], polarity="neither").state == "changed"
    assert series(WAVE, target=100).state == "misses_target"
    assert series(WAVE, target=100).prompts == ("Change?",)
    assert series([30.0]).state == "too_few"


def month(text: str) -> Period:
    return parse(text)


@pytest.mark.parametrize(
    ("rows", "title", "sentence"),
    [
        ([], "No work is open", "No work is open."),
        (
            [
                Due(None, 0, 6),
                Due(month("2026-10"), 15, 0),
                Due(month("2026-11"), 8, 22),
                Due(month("2026-12"), 0, 41),
            ],
            "23 are overdue; December is the heaviest month",
            "92 pieces of work are open: 23 are overdue and 41 fall due in December.",
        ),
        (
            [Due(month("2026-10"), 1, 0), Due(month("2026-12"), 0, 1)],
            "1 is overdue; 1 falls due in December",
            "2 pieces of work are open: 1 is overdue and 1 falls due in December.",
        ),
        (
            [Due(month("2026-12"), 0, 4), Due(month("2027-01"), 0, 4), Due(month("2027-12"), 0, 1)],
            "Nothing is overdue; December and January are the heaviest months",
            "9 pieces of work are open: none is overdue and 4 fall due in December.",
        ),
        (
            [Due(None, 0, 1)],
            "No open work has a due date",
            "1 piece of work is open: none is overdue.",
        ),
        (
            [Due(month("2024-12"), 1200, 0)],
            "1,200 are overdue; nothing else has a due date to come",
            "1,200 pieces of work are open: 1,200 are overdue.",
        ),
        (
            [Due(month("2028-12"), 0, 3)],
            "Nothing is overdue; 3 fall due in December 2028",
            "3 pieces of work are open: none is overdue and 3 fall due in December 2028.",
        ),
    ],
)
def test_what_open_work_says(rows: list[Due], title: str, sentence: str) -> None:
    assert finding.of_workload(rows, TODAY) == title
    assert finding.of_open(rows, TODAY) == sentence


def test_a_units_sentence_adds_what_is_not_as_usual() -> None:
    opened = "128 pieces of work are open: 23 are overdue."
    more, usual = series([*WAVE, *[32.0] * 7]), series(WAVE)
    assert finding.of_team(opened, [("Completed work", more), ("Overdue work", usual)], TODAY) == (
        f"{opened} Completed work has been higher than usual since April, and not by chance."
    )
    both = [("Completed work", more), ("Overdue work", series([*WAVE, 90.0]))]
    assert finding.of_team(opened, both, TODAY) == (
        f"{opened} Completed work has been higher than usual since April and overdue work was higher than "
        "usual in October, and not by chance."
    )
    assert (
        finding.of_team(opened, [("Overdue work", usual)], TODAY)
        == f"{opened} Nothing else is out of the ordinary."
    )
    assert finding.of_team(opened, [("Overdue work", series([30.0, 28]))], TODAY) == opened


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([*WAVE, *[32.0] * 7], "More work is completed since April, and not by chance"),
        ([*WAVE, *[20.0] * 8], "Less work is completed since March, and not by chance"),
        ([*WAVE, 90.0], "More work was completed in October, and not by chance"),
        (WAVE, "29 completed in October, as usual"),
        ([30.0, 28], "28 completed in October"),
        ([], "3 completed so far this month"),
    ],
)
def test_what_completed_work_says(values: list[float | None], says: str) -> None:
    assert finding.of_completed(series(values), TODAY) == says


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "Nothing was completed"),
        ([Ended("care-at-home", 0, 40)], "Nothing was completed"),
        (
            [
                Ended("short-term-support", 60, 30),
                Ended("Residential or nursing", 10, 45),
                Ended("other", 30, 25),
            ],
            "More end with short-term support, fewer with residential or nursing, and not by chance",
        ),
        (
            [
                Ended("no-change", 80, 40),
                Ended("a", 5, 12),
                Ended("b", 5, 12),
                Ended("c", 5, 12),
                Ended("d", 5, 12),
            ],
            "More end with no change than a year before, and not by chance",
        ),
        (
            [Ended("no-change", 52, 50), Ended("ended", 48, 50)],
            "52% end with no change; outcomes are as a year before",
        ),
        ([Ended("no-change", 9, 0), Ended("NFA - Other", 1, 5)], "90% end with no change"),
        ([Ended("NFA - Other", 30, 0)], "100% end with NFA - Other"),
        ([Ended("", 30, 0)], "100% end with no recorded outcome"),
    ],
)
def test_what_outcomes_say(rows: list[Ended], says: str) -> None:
    assert finding.of_outcomes(rows) == says
