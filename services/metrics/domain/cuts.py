"""What reports ask the ledger to add up: accounts over days and teams, cut by columns, some values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.metrics.domain.units import Span

Per = Literal["month", "period"]
"""Whether a report has a row for each month, or one for all its days."""


Where = tuple[tuple[str, Container[str]], ...]
"""Columns or words of the detail with the values that count; `""` stands for an absent one."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Which lines are added up, and by what they are told apart.

    A line counts once in each span that holds its day and team. A stock at the end of a day is asked with a
    span from `trail.BEGINNING` to that day.
    """

    accounts: tuple[str, ...]
    spans: tuple[Span, ...]
    by: tuple[str, ...]
    """Any of account, day, month (2026-11), team, kind, setting, worker, subject, or a word of the detail."""
    where: Where = ()


class Sum(NamedTuple):
    """The lines of one cell: its texts in the order of `Cuts.by` (`""` for an absent one), and their sum."""

    by: tuple[str, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class Due:
    """Due dates that count: from a day, to a day, or so many days before the day of the figure."""

    first: dt.date | None = None
    last: dt.date | None = None
    overdue_for: int | None = None

    def holds(self, due: str, day: dt.date) -> bool:
        """Whether work with this due date (blank: none) counts in a figure of a day."""
        if not due:
            return False
        on = dt.date.fromisoformat(due)
        late = self.overdue_for is None or (day - on).days >= self.overdue_for
        return (self.first or on) <= on <= (self.last or on) and late


@dataclass(frozen=True, slots=True)
class Only:
    """What of a unit's lines is asked: one worker's, some kinds, settings, outcomes, due dates; or all.

    A blank text stands for what a line does not say.
    """

    worker: str | None = None
    kinds: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    due: Due | None = None

    @property
    def where(self) -> Where:
        """As the ledger is asked; due dates count by the day of each figure, so they are chosen there."""
        named = (
            ("worker", () if self.worker is None else (self.worker,)),
            ("kind", self.kinds),
            ("setting", self.settings),
            ("outcome", self.outcomes),
        )
        return tuple((column, frozenset(values)) for column, values in named if values)


ALL = Only()
