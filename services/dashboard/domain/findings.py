"""Findings: sentences that a manager could say aloud, made from figures by rules, true as they are shown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.dashboard.domain import words
from services.dashboard.domain.answers import ReportRow, Series, WorkCounts
from services.dashboard.domain.variation import Variation

Rich = tuple[tuple[str, bool], ...]
"""A sentence in pieces; True marks what is said with weight."""

CLAUSES = {
    "overdue": ("more work is overdue than usual", "less work is overdue than usual"),
    "completed": ("more work is completed than usual", "less work is completed than usual"),
    "unallocated": ("more work waits for a worker than usual", "less work waits for a worker than usual"),
    "open": ("more work is open than usual", "less work is open than usual"),
    "received": ("more work comes in than usual", "less work comes in than usual"),
    "completed_late": ("more work ends late than usual", "less work ends late than usual"),
}


def workload_opening(counts: WorkCounts, months: Sequence[ReportRow], today: dt.date) -> Rich:
    """`128 pieces of work are open: 23 are overdue and 41 fall due in December.`"""
    if counts.open == 0:
        return (("No work is open.", False),)
    pieces = words.plural(counts.open, "piece of work", "pieces of work")
    start = (f"{pieces} {words.be(counts.open)} open: ", False)
    late = counts.overdue
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


def heaviest(months: Sequence[ReportRow], after: str) -> tuple[str, int] | None:
    """The month from `after` on (itself left out) with most work falling due, and how much."""
    coming = [(row.month, row.due + row.overdue) for row in months if row.month and row.month > after]
    best = max(coming, key=lambda pair: pair[1], default=None)
    return best if best and best[1] else None


def movement(series: Sequence[tuple[Series, Variation]], today: dt.date) -> str:
    """One sentence about what is not by chance: the better part first, then `but` the worse."""
    better = [(one, how) for one, how in series if how.tone == "better"]
    worse = [(one, how) for one, how in series if how.tone == "worse"]
    if not better and not worse:
        known = any(how.tone == "usual" for _, how in series)
        return "Nothing is out of the ordinary." if known else ""
    first = clause(*better[0], today) if better else ""
    second = clause(*worse[0], today) if worse else ""
    if first and second:
        return f"{words.capital(first)}, but {second}."
    return f"{words.capital(first or second)}."


def clause(series: Series, how: Variation, today: dt.date) -> str:
    """`more work is completed than usual since April`."""
    name = series.name or words.coded(series.measure)
    high, low = CLAUSES.get(
        series.measure, (f"“{name}” is higher than usual", f"“{name}” is lower than usual")
    )
    text = high if how.direction == "high" else low
    return f"{text} since {words.month(how.since, today)}" if how.since and how.run > 1 else text


def workload_title(rows: Sequence[ReportRow], today: dt.date) -> str:
    """`23 are overdue; December is the heaviest month`."""
    overdue = sum(row.overdue for row in rows)
    total = overdue + sum(row.due for row in rows)
    if not total:
        return "No work is open"
    start = f"{words.number(overdue)} {words.be(overdue)} overdue" if overdue else "Nothing is overdue"
    ahead = heaviest(rows, after=words.months_after(words.month_of(today), -1))
    if ahead is None:
        return f"{start}; nothing falls due later"
    return f"{start}; {words.month(ahead[0], today)} is the heaviest month"


def completed_title(series: Series, how: Variation, today: dt.date) -> str:
    """`More work is completed since April, and not by chance`."""
    done = [point for point in series.points if not point.unfinished and point.value is not None]
    if not done:
        return "No month of completed work is finished yet"
    last = f"{words.number(done[-1].value)} completed in {words.month(done[-1].period, today)}"
    if not how.special:
        return f"{last}, as usual" if how.tone == "usual" else last
    amount = "More" if how.direction == "high" else "Less"
    since = f" since {words.month(how.since, today)}" if how.since and how.run > 1 else ""
    if since:
        return f"{amount} work is completed{since}, and not by chance"
    return f"{last}: {amount.lower()} than usual, and not by chance"


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of an outcome's share that chance alone would hardly make."""

    outcome: str
    points: float


def outcome_shifts(rows: Sequence[ReportRow]) -> list[Shift]:
    """Shares that differ from the year before by more than chance (two proportions, 95%), largest first."""
    now = sum(row.count for row in rows)
    before = sum(row.before_count or 0 for row in rows)
    if not now or not before:
        return []
    found = []
    for row in rows:
        share, was = row.count / now, (row.before_count or 0) / before
        pooled = (row.count + (row.before_count or 0)) / (now + before)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / now + 1 / before))
        if spread and abs(share - was) > 1.96 * spread:
            found.append(Shift(row.outcome or "", 100 * (share - was)))
    return sorted(found, key=lambda shift: -abs(shift.points))


def outcomes_title(rows: Sequence[ReportRow], names: Mapping[str, str]) -> str:
    """`More end in short-term support, fewer in care at home`."""
    if not sum(row.count for row in rows):
        return "Nothing was completed in this time"
    top = max(rows, key=lambda row: row.count)
    shifts = outcome_shifts(rows)
    more = next((shift for shift in shifts if shift.points > 0), None)
    fewer = next((shift for shift in shifts if shift.points < 0), None)
    said = [
        f"{amount} “{names.get(shift.outcome, words.coded(shift.outcome))}”"
        for amount, shift in (("more end in", more), ("fewer in" if more else "fewer end in", fewer))
        if shift
    ]
    if said:
        return words.capital(", ".join(said))
    title = f"Most end in “{names.get(top.outcome or '', words.coded(top.outcome))}”"
    return f"{title}, much as a year before" if any(row.before_count for row in rows) else title
