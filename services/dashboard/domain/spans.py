"""The days that a report may speak of: those that are asked for most, and any others by their months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.domain import words

DEFAULT = -3, -1
CHOICES = (
    ("This month so far", 0, 0),
    ("Last month", -1, -1),
    ("Last three months", -3, -1),
    ("Last twelve months", -12, -1),
)
"""Words, first and last month, counted from the month of the page's day."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A span to choose: its words, its first and last month, and whether it is the one shown."""

    label: str
    first: str
    last: str
    now: bool


def chosen(options: Mapping[str, str], today: dt.date) -> tuple[str, str]:
    """The first and last month asked for, else the last three finished months."""
    this = words.month_of(today)
    first, last = options.get("from", ""), options.get("to", "")
    if not first and not last:
        return words.months_after(this, DEFAULT[0]), words.months_after(this, DEFAULT[1])
    return first or last, last or first


def choices(options: Mapping[str, str], today: dt.date) -> list[Choice]:
    """The spans to choose from, the shown one marked."""
    this, shown = words.month_of(today), chosen(options, today)
    made = [
        (label, words.months_after(this, first), words.months_after(this, last))
        for label, first, last in CHOICES
    ]
    return [Choice(label, first, last, (first, last) == shown) for label, first, last in made]


def spoken(first: str, last: str, today: dt.date) -> str:
    """`1 Aug to 31 Oct`, or the months where the days are whole ones: `August to October`."""
    start, end = words.date_of(first), words.date_of(last)
    if start is None or end is None:
        return ""
    if start.day == 1 and (end + dt.timedelta(1)).day == 1:
        one, other = words.month(words.month_of(start), today), words.month(words.month_of(end), today)
        return one if one == other else f"{one} to {other}"
    return f"{words.day(start, today)} to {words.day(end, today)}"
