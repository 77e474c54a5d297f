"""Statistical process control: is a figure as usual, or changed and not by chance?

XmR charts by the rules of NHS England's Making Data Count as the R package NHSRplotthedots 0.2.2 computes
them (`docs/spc.md`); `Rules.nhse` switches to the stricter form that NHS England publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Literal

SpecialCause = Literal["outside", "trend", "two_of_three", "shift"]
Direction = Literal["high", "low"]
Polarity = Literal["higher", "lower", "neither"]
Judged = Literal["better", "worse", "neither"]
Variation = Literal[
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neither_high",
    "neither_low",
]
Assurance = Literal["consistently_passes", "hit_or_miss", "consistently_fails"]

LIMIT = 2.66
"""Moving ranges to three sigma: 3 / 1.128."""
NEAR = 2 * LIMIT / 3
SCREEN = 3.267
"""A moving range this many times the average is left out of it."""
_ICONS: dict[tuple[Judged | None, Direction | None], Variation] = {
    (None, None): "common_cause",
    ("better", "high"): "improvement_high",
    ("better", "low"): "improvement_low",
    ("worse", "high"): "concern_high",
    ("worse", "low"): "concern_low",
    ("neither", "high"): "neither_high",
    ("neither", "low"): "neither_low",
}
LEAST_BASE = 12
LEAST_NHSE = 13


@dataclass(frozen=True, slots=True)
class Rules:
    """How a series is judged; the defaults are those of the package.

    `run` is the number of points of a trend and a shift. A rebase group needs `least` points for
    limits. `beyond_counts` lets points outside a limit count towards two of three.
    """

    screen: bool = True
    run: int = 7
    least: int = 2
    beyond_counts: bool = False

    @classmethod
    def nhse(cls, run: Literal[6, 7] = 7) -> Rules:
        """NHS England's own form: limits and icons from 13 points, two of three counts points beyond."""
        return cls(run=run, least=LEAST_NHSE, beyond_counts=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which values a rebase group varies by chance; the near limits lie at two thirds."""

    lower: float
    upper: float
    near_lower: float
    near_upper: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One point with its group's mean and limits (None: none can be drawn) and its special cause."""

    value: float
    group: int
    mean: float
    limits: Limits | None
    cause: SpecialCause | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class _Flag:
    cause: SpecialCause
    direction: Direction


_Flags = list[_Flag | None]


def chart(
    values: Sequence[float],
    *,
    rebase_at: Sequence[int] = (),
    fix_after: int | None = None,
    rules: Rules | None = None,
) -> list[Mark]:
    """Judge values in date order; `rebase_at` are the 0-based places where a new group begins.

    `fix_after` takes only the first that many values of each group as its base (at least 12). Raises
    `ValueError` for a base that is too short.
    """
    if fix_after is not None and fix_after < LEAST_BASE:
        raise ValueError(f"Limits can be fixed after {LEAST_BASE} points or more, not after {fix_after}.")
    if not values:
        return []
    how = rules or Rules()
    starts = sorted({0, *(place for place in rebase_at if 0 < place < len(values))})
    ends = [*starts[1:], len(values)]
    marks: list[Mark] = []
    for group, (start, end) in enumerate(zip(starts, ends, strict=True)):
        marks.extend(_judge(values[start:end], group, fix_after, how))
    return marks


def variation(marks: Sequence[Mark], polarity: Polarity) -> Variation | None:
    """The icon of the latest point; None where there are no limits to judge by."""
    if not marks or marks[-1].limits is None:
        return None
    direction = marks[-1].direction
    return _ICONS[judged(direction, polarity), direction]


def judged(direction: Direction | None, polarity: Polarity) -> Judged | None:
    """Whether a special cause in this direction is good news."""
    if direction is None:
        return None
    if polarity == "neither":
        return "neither"
    return "better" if (direction == "high") == (polarity == "higher") else "worse"


def assurance(marks: Sequence[Mark], target: float | None, polarity: Polarity) -> Assurance | None:
    """Whether the process as it is will meet the target, from the latest group's limits."""
    if not marks or target is None or polarity == "neither":
        return None
    limits = marks[-1].limits
    if limits is None:
        return None
    if target > limits.upper:
        return "consistently_fails" if polarity == "higher" else "consistently_passes"
    if target < limits.lower:
        return "consistently_passes" if polarity == "higher" else "consistently_fails"
    return "hit_or_miss"


def _judge(values: Sequence[float], group: int, fix_after: int | None, rules: Rules) -> list[Mark]:
    base = values[:fix_after]
    mean = _mean(base)
    limits = _limits(base, mean, rules) if len(values) >= rules.least else None
    flags = _flags(values, mean, limits, rules) if limits else [None] * len(values)
    return [
        Mark(value, group, mean, limits, flag.cause if flag else None, flag.direction if flag else None)
        for value, flag in zip(values, flags, strict=True)
    ]


def _limits(base: Sequence[float], mean: float, rules: Rules) -> Limits | None:
    ranges = [abs(right - left) for left, right in pairwise(base)]
    if ranges and rules.screen:
        widest = SCREEN * _mean(ranges)
        ranges = [span for span in ranges if span < widest]
    if not ranges:
        return None
    average = _mean(ranges)
    reach, near = LIMIT * average, NEAR * average
    return Limits(mean - reach, mean + reach, mean - near, mean + near)


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def _flags(values: Sequence[float], mean: float, limits: Limits, rules: Rules) -> _Flags:
    """The first rule that flags a point names its cause."""
    found = (
        _outside(values, limits),
        _trend(values, rules.run),
        _two_of_three(values, mean, limits, rules),
        _shift(values, mean, rules.run),
    )
    return [next((flag for flag in flags if flag), None) for flags in zip(*found, strict=True)]


def _outside(values: Sequence[float], limits: Limits) -> _Flags:
    high, low = _Flag("outside", "high"), _Flag("outside", "low")
    return [high if value > limits.upper else low if value < limits.lower else None for value in values]


def _trend(values: Sequence[float], run: int) -> _Flags:
    """Each higher (or lower) than the one before; at a turning point the later trend overwrites."""
    steps = [_sign(right - left) for left, right in pairwise(values)]
    return _runs(len(values), run, lambda start: steps[start : start + run - 1], "trend")


def _shift(values: Sequence[float], mean: float, run: int) -> _Flags:
    sides = [_sign(value - mean) for value in values]
    return _runs(len(values), run, lambda start: sides[start : start + run], "shift")


def _runs(size: int, run: int, window: Callable[[int], list[int]], cause: SpecialCause) -> _Flags:
    flags: _Flags = [None] * size
    for start in range(size - run + 1):
        signs = set(window(start))
        if signs in ({1}, {-1}):
            flag = _Flag(cause, _direction(signs.pop()))
            flags[start : start + run] = [flag] * run
    return flags


def _two_of_three(values: Sequence[float], mean: float, limits: Limits, rules: Rules) -> _Flags:
    """Three neighbours on one side of the mean, two of them near its limit: those are flagged."""
    flags: _Flags = [None] * len(values)
    sides = [_sign(value - mean) for value in values]
    near = [_near(value, limits, rules.beyond_counts) for value in values]
    for start in range(len(values) - 2):
        trio = range(start, start + 3)
        if len({sides[place] for place in trio}) == 1 and sum(near[place] for place in trio) >= 2:
            for place in trio:
                if near[place]:
                    flags[place] = _Flag("two_of_three", _direction(sides[place]))
    return flags


def _near(value: float, limits: Limits, beyond_counts: bool) -> bool:
    inside = limits.lower <= value <= limits.upper
    return not limits.near_lower <= value <= limits.near_upper and (inside or beyond_counts)


def _direction(sign: int) -> Direction:
    return "high" if sign > 0 else "low"


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
