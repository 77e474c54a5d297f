"""A measure over time: its points, how each is judged, and how the series stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.metrics.domain.figures import Figure
from services.metrics.domain.measures import Measure, State
from services.metrics.domain.spc import (
    Assurance,
    Judged,
    Mark,
    Rules,
    Variation,
    assurance,
    chart,
    judged,
    variation,
)


@dataclass(frozen=True, slots=True)
class Point:
    """A figure in its series; `mark` is None for an unfinished period or one without a value."""

    figure: Figure
    mark: Mark | None

    def judged(self, measure: Measure) -> Judged | None:
        """Whether its special cause is good news."""
        return judged(self.mark.direction, measure.polarity) if self.mark else None


@dataclass(frozen=True, slots=True)
class Series:
    """Points in order of their periods, with the icons of the latest one that could be judged."""

    measure: Measure
    points: tuple[Point, ...]
    variation: Variation | None
    assurance: Assurance | None

    @property
    def finished(self) -> list[Point]:
        """The points that are judged."""
        return [point for point in self.points if point.mark is not None]

    @property
    def state(self) -> State:
        """How the series stands, as its prompts are chosen."""
        latest = self.finished[-1] if self.finished else None
        if latest is None or self.variation is None:
            return "too_few"
        match latest.judged(self.measure):
            case "better":
                return "better"
            case "worse":
                return "worse"
            case "neither":
                return "changed"
            case _:
                return "misses_target" if self.assurance == "consistently_fails" else "as_usual"

    @property
    def prompts(self) -> tuple[str, ...]:
        """The questions to ask as the series stands now."""
        return self.measure.prompts.get(self.state) or self.measure.prompts.get("as_usual", ())


def judge(measure: Measure, figures: Sequence[Figure], rules: Rules) -> Series:
    """Judge the finished figures that have a value; the others are shown and never judged."""
    marks = iter(
        chart([float(one.value) for one in figures if _counts(one) and one.value is not None], rules=rules)
    )
    points = tuple(Point(one, next(marks) if _counts(one) else None) for one in figures)
    done = [point.mark for point in points if point.mark is not None]
    target = float(measure.target) if measure.target is not None else None
    return Series(
        measure, points, variation(done, measure.polarity), assurance(done, target, measure.polarity)
    )


def _counts(figure: Figure) -> bool:
    return figure.value is not None and not figure.unfinished
