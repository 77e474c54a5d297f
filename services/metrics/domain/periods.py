"""Weeks and months: how figures are dated, named and laid side by side."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.registry import EARLIEST, LATEST

Grain = Literal["week", "month"]

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = dt.timedelta(days=1)
_LAST_YEAR, _NEXT_YEAR = dt.timedelta(days=365), dt.timedelta(days=330)


class BadPeriod(ValueError):
    """A period that is none; the message says what one looks like."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month or an ISO week, from its first day to its last, both in it."""

    first: dt.date
    last: dt.date
    grain: Grain

    @property
    def label(self) -> str:
        """`2026-11` or `2026-W46`."""
        if self.grain == "month":
            return f"{self.first.year}-{self.first.month:02d}"
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def next(self) -> Period:
        """The period right after."""
        return containing(self.last + _DAY, self.grain)

    def back(self, count: int) -> Period:
        """The period `count` periods earlier."""
        if self.grain == "week":
            return containing(self.first - count * 7 * _DAY, "week")
        months = self.first.year * 12 + self.first.month - 1 - count
        return containing(dt.date(months // 12, months % 12 + 1, 1), "month")

    def named(self, beside: dt.date | None = None) -> str:
        """In words: `April`, or `April 2025` when it lies more than a year from the day `beside`."""
        near = beside is not None and -_NEXT_YEAR < beside - self.first < _LAST_YEAR
        if self.grain == "week":
            words = f"the week of {self.first.day} {self.first:%B}"
        else:
            words = f"{self.first:%B}"
        return words if near else f"{words} {self.first.year}"


def parse(text: str) -> Period:
    """A period from `2026-11` or `2026-W46`; raises `BadPeriod`."""
    try:
        if found := _MONTH.fullmatch(text):
            first, grain = dt.date(int(found[1]), int(found[2]), 1), _GRAINS[0]
        elif found := _WEEK.fullmatch(text):
            first, grain = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1), _GRAINS[1]
        else:
            raise ValueError("another form")
        if not EARLIEST.year <= first.year <= LATEST.year:
            raise ValueError("another age")
    except ValueError as error:
        raise BadPeriod(_WRONG.format(text=text)) from error
    return containing(first, grain)


_GRAINS: tuple[Grain, Grain] = ("month", "week")
_WRONG = "'{text}' is no period. Give a month as 2026-11 or a week as 2026-W46, from 1990 to 2100."


def days_of(text: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a day, month or week as text; raises `BadPeriod`."""
    if _DATE.fullmatch(text):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError as error:
            raise BadPeriod(f"'{text}' is no day that exists.") from error
        return day, day
    period = parse(text)
    return period.first, period.last


def containing(day: dt.date, grain: Grain) -> Period:
    """The period of this grain in which the day lies."""
    if grain == "week":
        monday = day - day.weekday() * _DAY
        return Period(monday, monday + 6 * _DAY, "week")
    last = calendar.monthrange(day.year, day.month)[1]
    return Period(day.replace(day=1), day.replace(day=last), "month")


def between(first: dt.date, last: dt.date, grain: Grain) -> Iterator[Period]:
    """Every period that has a day from `first` to `last`, in order."""
    period = containing(first, grain)
    while period.first <= last:
        yield period
        period = period.next


def year_before(day: dt.date) -> dt.date:
    """The same day a year earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def day_of(now: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """The calendar day of a moment in the council's time zone."""
    return now.astimezone(zone).date()
