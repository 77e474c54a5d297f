"""Who passes work to whom, and how it ended: each piece followed from the day on which it was passed on."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.metrics.domain.cuts import Per
from services.metrics.domain.finding import spoken
from services.metrics.domain.periods import Period, containing

By = Literal["month", "team", "kind"]
Direction = Literal["sent", "received"]


class Passed(NamedTuple):
    """Work that one team received from another: passed on this day; `outcome` is None until it has ended."""

    day: dt.date
    from_team: str
    to_team: str
    kind: str
    outcome: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Work passed on in the same month (None: in all the days) between two teams, and what came of it."""

    month: Period | None
    from_team: str
    to_team: str
    kind: str
    passed_on: int
    outcomes: Mapping[str, int]

    @property
    def ended(self) -> int:
        """How many have ended by the day asked."""
        return sum(self.outcomes.values())

    @property
    def not_ended(self) -> int:
        """Those still open, or called off."""
        return self.passed_on - self.ended


def interfaces(passed: Iterable[Passed], by: By, per: Per) -> tuple[Passage, ...]:
    """Lay out what was passed on, by pair of teams unless cut by month alone, the most frequent first."""
    counts: Counter[tuple[Period | None, str, str, str]] = Counter()
    ends: dict[tuple[Period | None, str, str, str], Counter[str]] = defaultdict(Counter)
    for one in passed:
        month = containing(one.day, "month") if per == "month" else None
        pair = ("", "") if by == "month" else (one.from_team, one.to_team)
        cell = (month, *pair, one.kind if by == "kind" else "")
        if one.outcome is None:
            counts[cell] += one.amount
        else:
            ends[cell][one.outcome] += one.amount
    rows = [
        Passage(*cell, passed_on=counts[cell], outcomes={name: n for name, n in ends[cell].items() if n})
        for cell in counts.keys() | ends.keys()
    ]
    shown = [row for row in rows if row.passed_on or row.outcomes]
    return tuple(sorted(shown, key=_place))


def _place(row: Passage) -> tuple[dt.date, int, str, str, str]:
    month = row.month.first if row.month else dt.date.min
    return (month, -row.passed_on, row.from_team, row.to_team, row.kind)


def finding(rows: Iterable[Passage], name_of: Mapping[str, str]) -> str:
    """`120 pieces of work were passed on, most from Front door to North (80); 40 of the 90 that ended …`"""
    passed_on, pairs, ends = 0, Counter[tuple[str, str]](), Counter[str]()
    for row in rows:
        passed_on += row.passed_on
        pairs[row.from_team, row.to_team] += row.passed_on
        ends.update(row.outcomes)
    if not passed_on:
        return "No work was passed on"
    said = f"{passed_on:,} {'piece of work was' if passed_on == 1 else 'pieces of work were'} passed on"
    (from_team, to_team), most = max(pairs.items(), key=lambda pair: (pair[1], pair[0]))
    way = f"from {name_of.get(from_team, from_team)} to {name_of.get(to_team, to_team)}"
    said += f", most {way} ({most:,})" if len(pairs) > 1 else f" {way}"
    ended = sum(ends.values())
    if not ended:
        return f"{said}; none has ended yet"
    top, count = max(ends.items(), key=lambda end: (end[1], end[0]))
    have = "has" if ended == 1 else "have"
    return f"{said}; {ended:,} {have} ended, {round(100 * count / ended)}% with {spoken(top)}"
