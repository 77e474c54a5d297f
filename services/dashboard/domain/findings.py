"""Findings: sentences that a manager could say aloud, made from figures by rules, true as they are shown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.domain import words
from services.dashboard.domain.answers import ReportRow, Series, WorkCounts
from services.dashboard.domain.variation import Variation

Rich = tuple[tuple[str, bool], ...]
"""A sentence in pieces; True marks what is said with weight."""

BY_CHANCE, COMPARABLE = 2.58, 20
"""As metrics finds outcomes changed: beyond so many standard errors, on at least so many pieces of work."""

CLAUSES = {
    "overdue": ("more work is overdue than usual", "less work is overdue than usual"),
    "completed": ("more work is completed than usual", "less work is completed than usual"),
    "unallocated": ("more work waits for a worker than usual", "less work waits for a worker than usual"),
    "open": ("more work is open than usual", "less work is open than usual"),
    "received": ("more work comes in than usual", "less work comes in than usual"),
    "start_overdue": (
        "more work waits past its limit to start than usual",
        "less work waits past its limit to start than usual",
    ),
    "completed_on_time_percent": (
        "more work is completed on time than usual",
        "less work is completed on time than usual",
    ),
    "completed_late": ("more work ends late than usual", "less work ends late than usual"),
}


def workload_opening(months: Sequence[ReportRow], today: dt.date) -> Rich:
    """`128 pieces of work are open: 23 are overdue and 41 fall due in December.`"""
    late = sum(row.overdue for row in months)
    still = late + sum(row.due for row in months)
    if not still:
        return (("No work is open.", False),)
    pieces = words.plural(still, "piece of work", "pieces of work")
    start = (f"{pieces} {words.be(still)} open: ", False)
    overdue = (f"{words.number(late) if late else 'none'} {words.be(late or 1)} overdue", late > 0)
    ahead = heaviest(months, after=words.month_of(today))
    if ahead is None:
        return (start, overdue, (".", False))
    fall = "falls" if ahead[1] == 1 else "fall"
    return (
        start,
        overdue,
        (f" and {words.number(ahead[1])} {fall} due in {words.month(ahead[0], today)}.", False),
    )


def work_opening(counts: WorkCounts) -> Rich:
    """`4 pieces of work are open: none overdue, 2 due today, 1 more this week.`"""
    if not counts.open:
        return (("Nothing is open.", False),)
    first, *rest = urgent_counts(counts)
    pieces = words.plural(counts.open, "piece of work", "pieces of work")
    late = (first, counts.overdue > 0)
    return (
        (f"{pieces} {words.be(counts.open)} open: ", False),
        late,
        (f"{''.join(f', {one}' for one in rest)}.", False),
    )


def urgent_counts(counts: WorkCounts) -> list[str]:
    """`none overdue`, `2 due today`, `1 more this week`, `3 that nobody holds`, without later nones."""
    later = counts.due_this_week - counts.due_today
    said = (
        (counts.due_today, "due today"),
        (later, "more this week" if counts.due_today else "due this week"),
        (counts.unallocated, "that nobody holds"),
    )
    late = f"{words.number(counts.overdue) if counts.overdue else 'none'} overdue"
    return [late, *(f"{words.number(count)} {what}" for count, what in said if count)]


def heaviest(months: Sequence[ReportRow], after: str) -> tuple[str, int] | None:
    """The month from `after` on (itself left out) with most work falling due, and how much."""
    coming = [(row.month, row.due + row.overdue) for row in months if row.month and row.month > after]
    best = max(coming, key=lambda pair: pair[1], default=None)
    return best if best and best[1] else None


def movement(series: Sequence[tuple[Series, Variation]], today: dt.date) -> str:
    """One sentence about what is not by chance: the better part first, then `but` the worst two."""
    better = [(one, how) for one, how in series if how.tone == "better"]
    worse = [(one, how) for one, how in series if how.tone == "worse"]
    if not better and not worse:
        known = any(how.tone == "usual" for _, how in series)
        return "Nothing is out of the ordinary." if known else ""
    first = clause(*better[0], today) if better else ""
    second = " and ".join(clause(*one, today) for one in worse[:2])
    if first and second:
        return f"{words.capital(first)}, but {second}."
    return f"{words.capital(first or second)}."


def among(units: Sequence[tuple[str, Series, Variation]], today: dt.date) -> str:
    """`In Reviews team more work is overdue than usual since August.`: up to three, the worse if any."""
    worse = [one for one in units if one[2].tone == "worse"]
    named = (worse or [one for one in units if one[2].tone == "better"])[:3]
    said = "; ".join(f"in {name} {clause(series, how, today)}" for name, series, how in named)
    return f"{words.capital(said)}." if said else ""


def clause(series: Series, how: Variation, today: dt.date) -> str:
    """`more work is completed than usual since April`."""
    name = series.name or words.coded(series.measure)
    high, low = CLAUSES.get(
        series.measure, (f"“{name}” is higher than usual", f"“{name}” is lower than usual")
    )
    text = high if how.direction == "high" else low
    return f"{text} since {words.month(how.since, today)}" if how.since and how.run > 1 else text


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of an outcome's share that chance alone would hardly make."""

    outcome: str
    points: float


def outcome_shifts(rows: Sequence[ReportRow]) -> list[Shift]:
    """Shares that differ from the year before by more than chance (two proportions, 99%), largest first."""
    now = sum(row.count for row in rows)
    before = sum(row.before_count or 0 for row in rows)
    if min(now, before) < COMPARABLE:
        return []
    found = []
    for row in rows:
        share, was = row.count / now, (row.before_count or 0) / before
        pooled = (row.count + (row.before_count or 0)) / (now + before)
        spread = math.sqrt(max(pooled * (1 - pooled), 0) * (1 / now + 1 / before))
        if spread and abs(share - was) > BY_CHANCE * spread:
            found.append(Shift(row.outcome or "", 100 * (share - was)))
    return sorted(found, key=lambda shift: -abs(shift.points))
