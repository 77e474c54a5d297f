"""Findings: what figures say, in a sentence that a manager could say aloud. Rules over data, nothing else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from schemas.measures import Number
from services.metrics.domain.measures import Measure
from services.metrics.domain.periods import Period
from services.metrics.domain.series import Point, Series
from services.metrics.domain.spc import Mark, SpecialCause

ENOUGH = 8
"""With fewer points, "as usual" says how little it rests on."""
BY_CHANCE = 2.58
"""A difference of two shares beyond so many standard errors is not by chance (99%: several are looked at)."""
COMPARABLE = 20
"""Shares of fewer pieces of work than this are not compared."""
NOT_BY_CHANCE = ", and not by chance"


@dataclass(frozen=True, slots=True)
class Change:
    """A special cause that lasts to the latest point: since when it has been so, and how it shows."""

    cause: SpecialCause
    high: bool
    first: Period
    length: int


def change(points: Sequence[Point]) -> Change | None:
    """The change in which a series of judged points stands now, None when its latest is as usual.

    Points of a trend stand out before they have crossed the mean; they are no part of a run beyond it.
    """
    latest = points[-1].mark if points else None
    if latest is None or latest.cause is None:
        return None
    run = 0
    for point in reversed(points):
        if point.mark is None or point.mark.direction != latest.direction or point.mark.group != latest.group:
            break
        if latest.cause != "trend" and not _beyond_mean(point.mark):
            break
        run += 1
    return Change(latest.cause, latest.direction == "high", points[-run].figure.key.period, run)


def _beyond_mean(mark: Mark) -> bool:
    return mark.value > mark.mean if mark.direction == "high" else mark.value < mark.mean


def of_series(series: Series, as_at: dt.date) -> str:
    """`Higher than usual since April, and not by chance`, or `As usual, and so it will miss its target`."""
    points = series.finished
    if not points:
        return "Nothing to judge yet"
    found = change(points)
    if found is not None:
        return f"{_how(found)} {_when(found, as_at)}{NOT_BY_CHANCE}"
    grain = points[-1].figure.key.period.grain
    if series.variation is None:
        same = len({point.figure.value for point in points}) == 1
        if same and len(points) > 1:
            return f"Unchanged at {_number(points[-1].figure.value)} for {len(points)} {grain}s"
        return f"Too few {grain}s to say what is usual"
    if len(points) < ENOUGH:
        return f"As usual, as far as {len(points)} {grain}s can tell"
    return f"As usual{_outlook(series)}"


def _outlook(series: Series) -> str:
    """What becomes of the target while all stays as usual; nothing where it may be met or missed."""
    if series.target is None:
        return ""
    match series.assurance:
        case "consistently_fails":
            return f", and so it will miss its target of {_aim(series.measure, series.target)}"
        case "consistently_passes":
            return f", and so it will meet its target of {_aim(series.measure, series.target)}"
        case _:
            return ""


def _aim(measure: Measure, target: Number) -> str:
    """The target as people say it: `90%`, `28 days`, `£1,200 a week`."""
    said = _number(target)
    if measure.unit.startswith("pounds"):
        return f"£{said}{measure.unit.removeprefix('pounds').replace('_', ' ')}"
    if measure.unit == "days":
        return f"{said} {'day' if target == 1 else 'days'}"
    return f"{said}%" if measure.unit == "percent" else said


def clause(what: str, series: Series, as_at: dt.date) -> str | None:
    """`Overdue work has been higher than usual since April`, None when all is as usual."""
    found = change(series.finished)
    if found is None:
        return None
    verb = "has been" if found.length > 1 and found.cause != "two_of_three" else "was"
    return f"{what} {verb} {_how(found).lower()} {_when(found, as_at)}"


def of_team(opened: str, series: Sequence[tuple[str, Series]], as_at: dt.date) -> str:
    """The sentence of a unit's page: what is open, and what is not as usual."""
    clauses = [said for what, one in series if (said := clause(what, one, as_at))]
    if clauses:
        return f"{opened} {_listed(clauses)}{NOT_BY_CHANCE}."
    judged = [one for _, one in series if len(one.finished) >= ENOUGH]
    return f"{opened} Nothing else is out of the ordinary." if judged else opened


@dataclass(frozen=True, slots=True)
class Due:
    """Open work by the month in which it falls due; `month` is None for work without a due date."""

    month: Period | None
    overdue: int
    due: int


def of_workload(rows: Sequence[Due], as_at: dt.date) -> str:
    """`23 are overdue; December is the heaviest month`."""
    if not any(row.overdue + row.due for row in rows):
        return "No work is open"
    coming = [row for row in rows if row.month is not None and row.due > 0]
    if not coming and not any(row.overdue for row in rows):
        return "No open work has a due date"
    overdue = sum(row.overdue for row in rows)
    said = f"{overdue:,} {_are(overdue)} overdue" if overdue else "Nothing is overdue"
    if not coming:
        return f"{said}; nothing else has a due date to come"
    most = max(row.due for row in coming)
    heaviest = [row.month.named(as_at) for row in coming if row.due == most and row.month is not None]
    if len(coming) == 1:
        return f"{said}; {most:,} {_falls(most)} due in {heaviest[0]}"
    if len(heaviest) > 1:
        return f"{said}; {', '.join(heaviest[:-1])} and {heaviest[-1]} are the heaviest months"
    return f"{said}; {heaviest[0]} is the heaviest month"


def of_open(rows: Sequence[Due], as_at: dt.date) -> str:
    """`128 pieces of work are open: 23 are overdue and 41 fall due in December.`"""
    opened = sum(row.overdue + row.due for row in rows)
    if not opened:
        return "No work is open."
    overdue = sum(row.overdue for row in rows)
    parts = [f"{overdue:,} {_are(overdue)} overdue" if overdue else "none is overdue"]
    coming = [row for row in rows if row.month is not None and row.due > 0]
    if coming:
        top = max(coming, key=lambda row: row.due)
        assert top.month is not None
        parts.append(f"{top.due:,} {_falls(top.due)} due in {top.month.named(as_at)}")
    pieces = "piece of work is" if opened == 1 else "pieces of work are"
    return f"{opened:,} {pieces} open: {_listed(parts)}."


def of_completed(series: Series, as_at: dt.date) -> str:
    """`More work is completed since April, and not by chance`."""
    points = series.finished
    if not any(point.figure.value for point in series.points):
        return "Nothing was completed"
    if not points:
        return f"{_number(series.points[-1].figure.value)} completed so far this month"
    found, latest = change(points), points[-1].figure
    if found is None:
        said = f"{_number(latest.value)} completed in {latest.key.period.named(as_at)}"
        return f"{said}, as usual" if series.variation and len(points) >= ENOUGH else said
    more = "More" if found.high else "Less"
    if found.cause == "trend":
        return f"{more} work is completed month by month {_when(found, as_at)}{NOT_BY_CHANCE}"
    tense = "is" if found.length > 1 and found.cause != "two_of_three" else "was"
    return f"{more} work {tense} completed {_when(found, as_at)}{NOT_BY_CHANCE}"


def of_done(completed: int, late: int) -> str:
    """`14 completed, of which 2 late`: of a part of a unit's work, which is not judged."""
    if not completed:
        return "Nothing was completed"
    return (
        f"{completed:,} completed, of which {late:,} late" if late else f"{completed:,} completed, none late"
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """How often work ended in one way, in a period and in the one it is compared with."""

    outcome: str
    count: int
    before: int


def of_outcomes(rows: Sequence[Ended]) -> str:
    """`More end with short-term support, fewer with residential care`: only what is not by chance."""
    count, before = sum(row.count for row in rows), sum(row.before for row in rows)
    if count <= 0:
        return "Nothing was completed"
    enough = min(count, before) >= COMPARABLE
    moved = sorted((_moved(row, count, before), row.outcome) for row in rows) if enough else []
    fewer = spoken(moved[0][1]) if moved and moved[0][0] < -BY_CHANCE else None
    more = spoken(moved[-1][1]) if moved and moved[-1][0] > BY_CHANCE else None
    if more and fewer:
        return f"More end with {more}, fewer with {fewer}, and not by chance"
    if more or fewer:
        return f"{'More' if more else 'Fewer'} end with {more or fewer} than a year before, and not by chance"
    top = max(rows, key=lambda row: row.count)
    said = f"{round(100 * top.count / count)}% end with {spoken(top.outcome)}"
    return f"{said}; outcomes are as a year before" if enough else said


def _moved(row: Ended, count: int, before: int) -> float:
    """The change of an outcome's share in standard errors of two pooled proportions."""
    pooled = (row.count + row.before) / (count + before)
    error = sqrt(max(pooled * (1 - pooled), 0) * (1 / count + 1 / before))
    return (row.count / count - row.before / before) / error if error else 0.0


def _how(found: Change) -> str:
    if found.cause == "trend":
        return "Rising" if found.high else "Falling"
    return f"{'Higher' if found.high else 'Lower'} than usual"


def _when(found: Change, as_at: dt.date) -> str:
    if found.cause == "two_of_three":
        return f"in two of the last three {found.first.grain}s"
    return f"{'since' if found.length > 1 else 'in'} {found.first.named(as_at)}"


def spoken(outcome: str) -> str:
    """An outcome in a sentence: a code as words, a phrase without its capital, an abbreviation as it is."""
    if not outcome:
        return "no recorded outcome"
    words = outcome if " " in outcome else re.sub(r"[-_](?!term\b)", " ", outcome)
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def _listed(parts: Sequence[str]) -> str:
    """`a, b and c`; of clauses, all but the first lose their capital."""
    told = [part if place == 0 else part[0].lower() + part[1:] for place, part in enumerate(parts)]
    return " and ".join(told) if len(told) < 3 else f"{', '.join(told[:-1])} and {told[-1]}"


def _number(value: float | None) -> str:
    if value is None:
        return "nothing"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _falls(count: int) -> str:
    return "falls" if count == 1 else "fall"
