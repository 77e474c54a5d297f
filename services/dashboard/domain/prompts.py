"""Questions to ask at the meeting, fitted to a chart's present state; at most two for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.dashboard.domain import words
from services.dashboard.domain.answers import ReportRow, Series
from services.dashboard.domain.findings import heaviest, outcome_shifts
from services.dashboard.domain.variation import Variation, finished_points


def for_workload(rows: Sequence[ReportRow], nobodys: int, today: dt.date) -> list[str]:
    """Ask about the oldest work, what nobody holds, and the heaviest month ahead."""
    this_month = words.month_of(today)
    late = sum(row.overdue for row in rows)
    old = sum(row.overdue for row in rows if row.month and row.month < this_month)
    name = words.month(this_month, today)
    asked = []
    if late > 2 * old:
        asked.append(f"Which of the {words.number(late)} overdue can be closed this week?")
    elif old == 1:
        asked.append(f"Can the one due before {name} be closed this week?")
    elif old:
        asked.append(f"Which of the {words.number(old)} due before {name} can be closed this week?")
    if nobodys == 1:
        asked.append("Who can take the one that nobody holds?")
    elif nobodys:
        asked.append(f"Who can take the {words.number(nobodys)} that nobody holds?")
    ahead = heaviest(rows, after=this_month)
    if ahead and len(asked) < 2:
        asked.append(
            f"{words.month(ahead[0], today)} brings {words.number(ahead[1])}: what can be started now?"
        )
    return asked[:2]


def for_completed(series: Series, how: Variation, today: dt.date) -> list[str]:
    """Ask what changed when something did, and what would have to change when nothing did."""
    start = words.month(how.since, today) if how.since else "then"
    if how.tone == "better":
        return [f"What changed in {start}, and what keeps it going?"]
    if how.tone == "worse":
        return [f"What has been different since {start}?", "What would bring it back, and who starts?"]
    points = finished_points(series)
    if how.tone == "usual" and points and points[-1].upper is not None and points[-1].lower is not None:
        low = words.number(max(0, points[-1].lower), 0)
        high = words.number(points[-1].upper, 0)
        return [f"Left as it is, a month brings {low} to {high}. Is that enough for what comes in?"]
    return []


def for_outcomes(rows: Sequence[ReportRow]) -> list[str]:
    """Ask whether a change of outcomes was meant."""
    shifts = outcome_shifts(rows)
    if shifts:
        return [f"“{words.coded(shifts[0].outcome)}”: did we mean this change? What did people say of it?"]
    if sum(row.count for row in rows) and any(row.before_count for row in rows):
        return ["Outcomes have hardly moved in a year. Which one would we want to move, and how?"]
    return []


def of_measure(prompts: object, series: Series, how: Variation) -> list[str]:
    """The catalogue's own questions for how the series stands; none where it has none for that state."""
    if not isinstance(prompts, dict):
        return []
    state = {"usual": "as_usual", "neither": "changed", "unknown": "too_few"}.get(how.tone, how.tone)
    if state == "as_usual" and series.assurance == "consistently_fails" and prompts.get("misses_target"):
        state = "misses_target"
    found = prompts.get(state)
    return [str(one) for one in found] if isinstance(found, list | tuple) else []
