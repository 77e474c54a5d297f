"""How urgent a date is, in the words of a work list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from services.dashboard.domain import words

Tone = Literal["late", "soon", "later"]


@dataclass(frozen=True, slots=True)
class Urgency:
    """Words such as `68 days overdue` and how loudly to say them."""

    text: str
    tone: Tone


def of_work(due: str | None, today: dt.date) -> Urgency:
    """How a piece of work stands to its due date."""
    date = words.date_of(due)
    if date is None:
        return Urgency("No due date", "later")
    days = (date - today).days
    if days < 0:
        return Urgency(f"{words.plural(-days, 'day')} overdue", "late")
    coming = _coming(days, date, today)
    return coming if coming.tone == "soon" else Urgency(f"Due in {words.plural(days, 'day')}", "later")


def of_promise(deadline: str, today: dt.date) -> Urgency:
    """How a commitment stands to its deadline."""
    date = words.date_of(deadline)
    if date is None:
        return Urgency("No deadline", "later")
    days = (date - today).days
    if days < 0:
        return Urgency(f"Late by {words.plural(-days, 'day')}", "late")
    if 1 < days < 7:
        return Urgency(f"Due {words.DAYS[date.weekday()]}", "soon")
    return _coming(days, date, today)


def _coming(days: int, date: dt.date, today: dt.date) -> Urgency:
    if days == 0:
        return Urgency("Due today", "soon")
    if days == 1:
        return Urgency("Due tomorrow", "soon")
    if days <= 6 - today.weekday():
        return Urgency("Due this week", "soon")
    return Urgency(f"Due {words.day(date, today)}", "later")
