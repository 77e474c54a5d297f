"""A measure over time: its points, how each is judged, and how the series stands."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from services.metrics.domain.aims import Aim
from services.metrics.domain.figures import Figure, Number
from services.metrics.domain.measures import Measure, Rebase, State
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
    rebases: tuple[Rebase, ...] = ()
    """Those that begin a new group among the points."""

    @property
    def target(self) -> Number | None:
        """What the latest period is to reach."""
        return self.points[-1].figure.target(self.measure) if self.points else self.measure.target

    @property
    def aim(self) -> Aim | None:
        """What was agreed for the latest period, where it was."""
        return self.points[-1].figure.aim if self.points else None

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
    """Judge the finished figures of one unit that have a value; the others are shown and never judged.

    A rebase begins a new group with the first period that lies wholly on or after its day: one that is only
    in part of the new kind would spoil the limits of either group. The target is that of the latest period.
    """
    counted = [one for one in figures if _counts(one)]
    rebases = measure.rebased(figures[0].key.unit) if figures else []
    starts = {one: bisect_left(counted, one.since, key=_begins) for one in rebases}
    values = [float(one.value) for one in counted if one.value is not None]
    marks = iter(chart(values, rebase_at=list(starts.values()), rules=rules))
    points = tuple(Point(one, next(marks) if _counts(one) else None) for one in figures)
    done = [point.mark for point in points if point.mark is not None]
    target = figures[-1].target(measure) if figures else None
    shown = tuple(one for one, start in starts.items() if 0 < start < len(counted))
    judged_as = variation(done, measure.polarity), assurance(done, target, measure.polarity)
    return Series(measure, points, *judged_as, shown)


def _begins(figure: Figure) -> dt.date:
    return figure.key.period.first


def _counts(figure: Figure) -> bool:
    return figure.value is not None and not figure.unfinished
