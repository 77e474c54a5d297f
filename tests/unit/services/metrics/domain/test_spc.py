"""SPC: the vectors made with the R package, and small series counted by hand."""

import json
import math
from pathlib import Path

import pytest

from services.metrics.domain.spc import Limits, Polarity, Rules, assurance, chart, variation

VECTORS = Path(__file__).parents[6] / "shared" / "data" / "spc_cases.json"
POLARITY: dict[str, Polarity] = {"increase": "higher", "decrease": "lower", "neutral": "neither"}
CAUSES = {
    "Common Cause": (None, None),
    "Above UCL": ("outside", "high"),
    "Below LCL": ("outside", "low"),
    "7 Point Trend (Increasing)": ("trend", "high"),
    "7 Point Trend (Decreasing)": ("trend", "low"),
    "2 in 3 Above CL": ("two_of_three", "high"),
    "2 in 3 Below CL": ("two_of_three", "low"),
    "7 Points Above CL": ("shift", "high"),
    "7 Points Below CL": ("shift", "low"),
}
ICONS = {
    "common_cause": {"common_cause", None},
    "special_cause_improvement": {"improvement_high", "improvement_low"},
    "special_cause_concern": {"concern_high", "concern_low"},
    "special_cause_neutral_high": {"neither_high"},
    "special_cause_neutral_low": {"neither_low"},
}
ASSURANCE = {
    "consistent_pass": "consistently_passes",
    "consistent_fail": "consistently_fails",
    "inconsistent": "hit_or_miss",
    None: None,
}


def listed(given) -> list:
    return given if isinstance(given, list) else [given]


@pytest.mark.skipif(
    not VECTORS.exists(), reason=f"NOT CHECKED against the R package: put spc_cases.json at {VECTORS}"
)
def test_every_vector_of_the_r_package() -> None:
    for case in json.loads(VECTORS.read_text())["cases"]:
        check(case)


def check(case: dict) -> None:
    name, given, expected = case["id"], case["input"], case["expected"]
    marks = chart(
        [float(value) for value in listed(given["values"])],
        rebase_at=listed(given["rebase_at_index0"]),
        fix_after=given["fix_after_n_points"],
        rules=Rules(screen=given["screen_outliers"]),
    )
    assert [mark.group for mark in marks] == listed(expected["rebase_group"]), name
    assert [mark.mean for mark in marks] == pytest.approx(listed(expected["mean"]), abs=1e-9), name
    for side, limit in (("lpl", "lower"), ("upl", "upper")):
        for mark, wanted in zip(marks, listed(expected[side]), strict=True):
            found = mark.limits and getattr(mark.limits, limit)
            assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-9)), name
    wanted_causes = [CAUSES[cause] for cause in listed(expected["special_cause_type"])]
    assert [(mark.cause, mark.direction) for mark in marks] == wanted_causes, name
    polarity = POLARITY[given["improvement_direction"]]
    assert variation(marks, polarity) in ICONS[expected["latest_point_type"]], name
    if "equals" not in name:  # knife edges: floats may fall on either side
        assert assurance(marks, given["target"], polarity) == ASSURANCE[expected["assurance_type"]], name


def test_limits_by_hand() -> None:
    marks = chart([4, 6, 4, 6, 5])
    assert marks[0].mean == 5
    limits = marks[0].limits
    assert limits is not None
    reach = 2.66 * (2 + 2 + 2 + 1) / 4
    assert limits == Limits(
        5 - reach, 5 + reach, pytest.approx(5 - reach * 2 / 3), pytest.approx(5 + reach * 2 / 3)
    )


def test_screening_drops_the_wide_range_once_and_keeps_the_mean() -> None:
    values = [5.0, 6, 5, 6, 5, 6, 5, 6, 50, 5, 6, 5]
    screened, plain = chart(values), chart(values, rules=Rules(screen=False))
    assert screened[0].limits is not None
    assert plain[0].limits is not None
    assert screened[0].limits.upper == pytest.approx(screened[0].mean + 2.66)
    assert plain[0].limits.upper > screened[0].limits.upper
    assert screened[0].mean == plain[0].mean
    assert screened[8].cause == "outside"


def test_a_constant_series_and_one_point_are_not_judged() -> None:
    for values in ([5.0] * 14, [3.0]):
        marks = chart(values)
        assert all(mark.limits is None and mark.cause is None for mark in marks)
        assert variation(marks, "higher") is None
        assert assurance(marks, 4, "higher") is None
    assert chart([]) == []
    assert variation([], "higher") is None


def test_a_shift_needs_its_full_run() -> None:
    wave = [11.0, 9.0] * 10
    assert {mark.cause for mark in chart([*wave, *[10.9] * 6], rules=Rules(screen=False))} == {None}
    marks = chart([*wave, *[10.9] * 7], rules=Rules(screen=False))
    assert [mark.cause for mark in marks[-7:]] == ["shift"] * 7
    assert variation(marks, "lower") == "concern_high"
    assert variation(marks, "neither") == "neither_high"
    six = chart([*wave, *[10.9] * 6], rules=Rules.nhse(6))
    assert six[-1].cause == "shift"


def test_nhs_englands_form_waits_for_thirteen_points() -> None:
    rising = [float(value) for value in range(12)]
    assert chart(rising)[-1].cause is not None
    assert all(mark.limits is None and mark.cause is None for mark in chart(rising, rules=Rules.nhse()))
    assert chart([*rising, 12.0], rules=Rules.nhse())[-1].limits is not None


def test_nhs_englands_form_counts_points_beyond_the_limit_towards_two_of_three() -> None:
    values = [9.0, 11.0] * 10 + [17.0, 14.6, 10.9] + [9.0, 11.0] * 10
    assert chart(values, rules=Rules(screen=False))[21].cause is None
    nhse = Rules(screen=False, least=13, beyond_counts=True)
    assert chart(values, rules=nhse)[21].cause == "two_of_three"
    assert chart(values, rules=nhse)[20].cause == "outside"


def test_rules_restart_in_each_rebase_group() -> None:
    values = [10.0, 11, 10, 11, 10, 11, 10, 11, 20, 21, 20, 21, 20, 21]
    marks = chart(values, rebase_at=[8])
    assert [mark.group for mark in marks] == [0] * 8 + [1] * 6
    assert {mark.cause for mark in marks} == {None}
    assert marks[-1].mean == 20.5
    assert any(mark.cause for mark in chart(values))


def test_a_base_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="12 points"):
        chart([1.0] * 20, fix_after=11)


@pytest.mark.parametrize(
    ("target", "polarity", "expected"),
    [
        (100, "higher", "consistently_fails"),
        (100, "lower", "consistently_passes"),
        (-100, "higher", "consistently_passes"),
        (-100, "lower", "consistently_fails"),
        (5, "higher", "hit_or_miss"),
        (5, "neither", None),
        (None, "higher", None),
    ],
)
def test_assurance(target: float | None, polarity: Polarity, expected: str | None) -> None:
    assert assurance(chart([4.0, 6, 4, 6, 5]), target, polarity) == expected


def test_limits_are_not_clipped() -> None:
    limits = chart([0.0, 1, 0, 1, 0])[0].limits
    assert limits is not None
    assert limits.lower < 0
    assert math.isfinite(limits.lower)
