"""Periods as figures name them: YYYY-MM and YYYY-Www (ISO 8601)."""

from __future__ import annotations

import calendar
import datetime as dt

from schemas.measures import Grain


def period_of(day: dt.date, grain: Grain) -> str:
    """The name of the period that the day lies in."""
    if grain == "month":
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def is_present(period: str, grain: Grain, told: dt.date, today: dt.date) -> bool:
    """Whether a figure of this period was the present one when it was told, and is so still or was just now.

    A day's grace keeps what was told shortly before midnight at the end of a period.
    """
    yesterday = today - dt.timedelta(days=1)
    return period == period_of(told, grain) and period in {
        period_of(today, grain),
        period_of(yesterday, grain),
    }


def in_words(period: str) -> str:
    """The period as people write it: November 2026, or week 46 of 2026."""
    year, part = period.split("-")
    if part.startswith("W"):
        return f"week {int(part[1:])} of {year}"
    return f"{calendar.month_name[int(part)]} {year}"
