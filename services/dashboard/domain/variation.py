"""As usual, or not by chance: what a series' latest special cause means, in words and tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.dashboard.domain import words
from services.dashboard.domain.answers import Number, Point, Series

Tone = Literal["usual", "better", "worse", "neither", "unknown"]
RUN = 7
"""So many on one side of the mean are no chance."""
_TONES: dict[str, Tone] = {"improvement": "better", "concern": "worse"}


@dataclass(frozen=True, slots=True)
class Variation:
    """The latest point against its process; `since` is the first period of the run that stands out."""

    tone: Tone
    direction: Literal["high", "low", ""]
    since: str | None
    run: int
    text: str

    @property
    def special(self) -> bool:
        """Whether something other than chance is at work."""
        return self.direction != ""


def of(series: Series) -> Variation:
    """How the latest finished period stands; the words are those of metrics, the same for every reader."""
    text = series.finding or "No figures yet"
    code = series.variation
    if code is None:
        return Variation("unknown", "", None, 0, text)
    if code == "common_cause":
        return Variation("usual", "", None, 0, text)
    direction: Literal["high", "low"] = "high" if code.endswith("_high") else "low"
    run = _run(finished_points(series), direction)
    since = run[0].period if run else None
    return Variation(_TONES.get(code.split("_")[0], "neither"), direction, since, len(run), text)


def finished_points(series: Series) -> list[Point]:
    """The points that may be judged: finished periods that have a value."""
    return [point for point in series.points if not point.unfinished and point.value is not None]


def latest(series: Series) -> Point | None:
    """The newest point with a value, finished or not."""
    return next((point for point in reversed(series.points) if point.value is not None), None)


def _run(points: list[Point], direction: str) -> list[Point]:
    run: list[Point] = []
    for point in reversed(points):
        if point.special_cause is None or (point.direction or direction) != direction:
            break
        if points[-1].special_cause != "trend" and not _beyond_mean(point, direction):
            break
        run.insert(0, point)
    return run


def _beyond_mean(point: Point, direction: str) -> bool:
    """Points of a trend stand out before they have crossed the mean."""
    if point.value is None or point.mean is None:
        return False
    return point.value > point.mean if direction == "high" else point.value < point.mean


def target_words(series: Series, value: Number | None) -> str:
    """`Target 10 · will not be met unless something changes`, blank when there is no target.

    What becomes of it while all is as usual, the finding says already.
    """
    if series.target is None:
        return ""
    text = f"Target {words.shown(series.target, series.unit_of_measure)}"
    if series.variation == "common_cause" and series.assurance in (
        "consistently_passes",
        "consistently_fails",
    ):
        return text
    said = {
        "consistently_passes": "met month after month",
        "consistently_fails": "will not be met unless something changes",
        "hit_or_miss": "sometimes met",
    }.get(series.assurance or "")
    if said is None and value is not None and series.polarity in ("higher", "lower"):
        met = value >= series.target if series.polarity == "higher" else value <= series.target
        said = "met" if met else "not met"
    return f"{text} · {said}" if said else text


def why(series: Series, how: Variation) -> str:
    """The rule behind the finding, with its figures: `12 months in a row lie above the mean of 29.9.`"""
    points = finished_points(series)
    if not points or points[-1].mean is None:
        return ""
    last, grain = points[-1], series.grain
    shown = [words.limit(value, series.unit_of_measure) for value in (last.lower, last.upper, last.mean)]
    low, high, mean = shown
    high_side = how.direction == "high"
    edge = f"upper limit of {high}" if high_side else f"lower limit of {low}"
    if not how.special:
        within = f"between {low} and {high}, where chance keeps it"
        return f"The last {grain} lies {within}; no run or trend ends there."
    if last.special_cause == "trend":
        return (
            f"Seven {grain}s or more in a row, each {'higher' if high_side else 'lower'} than the one before."
        )
    if last.special_cause == "outside" and how.run < RUN:
        return f"The last {grain} lies beyond the {edge}."
    if last.special_cause == "two_of_three" and how.run < RUN:
        return f"Two of the last three {grain}s lie near the {edge}."
    side = "above" if high_side else "below"
    return f"{words.plural(how.run, grain)} in a row lie {side} the mean of {mean}; seven would do."
