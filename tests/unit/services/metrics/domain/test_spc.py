"""SPC: the vectors made with the R package, and small series counted by hand."""

import json
import math
from pathlib import Path

import pytest

from services.metrics.domain.spc import Limits, Mark, Polarity, Rules, assurance, chart, variation

VECTORS = Path(__file__).parents[6] / "shared" / "data" / "spc_cases.json"
"""Made with NHSRplotthedots 0.2.2 in R; the file says how."""
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"] if VECTORS.exists() else []
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


def marks_of(case: dict, rules: Rules) -> list[Mark]:
    given = case["input"]
    return chart(
        [float(value) for value in listed(given["values"])],
        rebase_at=listed(given["rebase_at_index0"]),
        fix_after=given["fix_after_n_points"],
        rules=rules,
    )


@pytest.mark.skipif(
    not VECTORS.exists(), reason=f"NOT CHECKED against the R package: put spc_cases.json at {VECTORS}"
)
def test_the_vectors_are_all_there() -> None:
    assert len(CASES) == 47, f"{VECTORS} is cut: without its cases nothing is held against the R package"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_vector_of_the_r_package(case: dict) -> None:
    given, expected = case["input"], case["expected"]
    marks = marks_of(case, Rules(screen=given["screen_outliers"]))
    same_limits(marks, expected, least=1)
    wanted_causes = [CAUSES[cause] for cause in listed(expected["special_cause_type"])]
    assert [(mark.cause, mark.direction) for mark in marks] == wanted_causes
    for place in range(1, len(marks) + 1):
        icon = variation(marks[:place], POLARITY[given["improvement_direction"]])
        assert icon in ICONS[listed(expected["point_type"])[place - 1]]
    same_assurance(case, marks)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_vector_in_nhs_englands_form(case: dict) -> None:
    """Groups of 13 points or more have the package's limits; two of three counts points beyond them too."""
    given, expected = case["input"], case["expected"]
    polarity = POLARITY[given["improvement_direction"]]
    rules = Rules(screen=given["screen_outliers"], least=13, beyond_counts=True)
    marks = marks_of(case, rules)
    same_limits(marks, expected, least=13)
    wanted = in_nhs_form(expected)
    assert [(mark.cause, mark.direction) for mark in marks] == wanted
    direction = wanted[-1][1]
    if marks[-1].limits is None:
        assert variation(marks, polarity) is None
        assert assurance(marks, given["target"], polarity) is None
    else:
        assert variation(marks, polarity) == icon_of(direction, polarity)
        same_assurance(case, marks)


def same_limits(marks: list[Mark], expected: dict, least: int) -> None:
    """Groups, means and limits as the package has them; none where a group has fewer points than `least`."""
    groups = listed(expected["rebase_group"])
    assert [mark.group for mark in marks] == groups
    assert [mark.mean for mark in marks] == pytest.approx(listed(expected["mean"]), abs=1e-9)
    for side, limit in (("lpl", "lower"), ("upl", "upper")):
        for mark, wanted in zip(marks, listed(expected[side]), strict=True):
            short = wanted is None or groups.count(mark.group) < least
            found = mark.limits and getattr(mark.limits, limit)
            assert found == (None if short else pytest.approx(wanted, abs=1e-9))


def same_assurance(case: dict, marks: list[Mark]) -> None:
    given, expected = case["input"], case["expected"]
    if "equals" not in case["id"]:  # knife edges: floats may fall on either side
        polarity = POLARITY[given["improvement_direction"]]
        assert assurance(marks, given["target"], polarity) == ASSURANCE[expected["assurance_type"]]


def in_nhs_form(expected: dict) -> list[tuple[str | None, str | None]]:
    """The causes by the package's own columns, with points beyond a limit as near ones, done the slow way."""
    groups, sides = listed(expected["rebase_group"]), listed(expected["relative_to_mean"])
    near = [
        bool(close) or bool(outside)
        for close, outside in zip(
            listed(expected["close_to_limits"]), listed(expected["outside_limits"]), strict=True
        )
    ]
    found = [CAUSES[cause] for cause in listed(expected["special_cause_type"])]
    for place in range(len(found)):
        if groups.count(groups[place]) < 13:
            found[place] = (None, None)
        elif found[place][0] not in ("outside", "trend") and near[place]:
            for start in range(max(place - 2, 0), min(place + 1, len(found) - 2)):
                trio = range(start, start + 3)
                alike = {(sides[one], groups[one]) for one in trio} == {(sides[place], groups[place])}
                if alike and sides[place] and sum(near[one] for one in trio) >= 2:
                    found[place] = ("two_of_three", "high" if sides[place] > 0 else "low")
    return found


def icon_of(direction: str | None, polarity: Polarity) -> str:
    if direction is None:
        return "common_cause"
    if polarity == "neither":
        return f"neither_{direction}"
    good = (direction == "high") == (polarity == "higher")
    return f"{'improvement' if good else 'concern'}_{direction}"


@pytest.mark.parametrize("rules", [Rules(), Rules.nhse(), Rules.nhse(6)], ids=["package", "nhse", "nhse 6"])
def test_a_target_that_equals_a_limit_is_hit_or_miss(rules: Rules) -> None:
    marks = chart([4.0, 6.0] * 7, rules=rules)
    limits = marks[0].limits
    assert limits is not None
    assert limits.upper == 5 + 2.66 * 2
    for polarity in ("higher", "lower"):
        for target in (limits.upper, limits.lower, 5.0):
            assert assurance(marks, target, polarity) == "hit_or_miss"
    assert assurance(marks, math.nextafter(limits.upper, 99), "higher") == "consistently_fails"
    assert assurance(marks, math.nextafter(limits.lower, -99), "higher") == "consistently_passes"


def test_a_value_on_a_limit_is_not_outside_and_one_on_the_mean_on_no_side() -> None:
    wave = [4.0, 6.0] * 7
    limits = chart(wave)[0].limits
    assert limits is not None
    judged = chart([*wave, limits.upper], fix_after=14)
    assert judged[-1].limits == limits
    assert judged[-1].cause is None
    assert chart([*wave, math.nextafter(limits.upper, 99)], fix_after=14)[-1].cause == "outside"
    on_mean = chart([*wave, 5.5, 5.5, 5.5, 5.0, 5.5, 5.5, 5.5], fix_after=14)
    assert {mark.cause for mark in on_mean} == {None}


def test_each_group_of_nhs_englands_form_needs_thirteen_points_of_its_own() -> None:
    values = [4.0, 6.0] * 7 + [14.0, 16.0] * 6
    marks = chart(values, rebase_at=[14], rules=Rules.nhse())
    assert all(mark.limits for mark in marks[:14])
    assert not any(mark.limits or mark.cause for mark in marks[14:])
    assert variation(marks, "higher") is None
    assert assurance(marks, 5, "higher") is None
    more = chart([*values, 14.0], rebase_at=[14], rules=Rules.nhse())
    assert variation(more, "higher") == "common_cause"
    assert assurance(more, 5, "higher") == "consistently_passes"


@pytest.mark.parametrize("rules", [Rules(), Rules.nhse()], ids=["package", "nhse"])
def test_edges_in_both_forms(rules: Rules) -> None:
    for values in ([], [3.0], [5.0] * 14, [5.0] * 12):
        marks = chart(values, rules=rules)
        assert len(marks) == len(values)
        assert all(mark.limits is None and mark.cause is None for mark in marks)
        assert variation(marks, "lower") is None
        assert assurance(marks, 4, "lower") is None
    two = chart([3.0, 4.0], rules=rules)
    assert (two[0].limits is not None) == (rules.least <= 2)


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
