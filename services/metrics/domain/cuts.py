"""What reports ask the ledger to add up: accounts over days and teams, cut by columns, some values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.metrics.domain.units import Span

Per = Literal["month", "period"]
"""Whether a report has a row for each month, or one for all its days."""


Where = tuple[tuple[str, frozenset[str]], ...]
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
class Only:
    """What of a unit's lines a report is about: one worker's, some kinds or settings; without them all."""

    worker: str | None = None
    kinds: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def where(self) -> Where:
        """As the ledger is asked."""
        named = (
            ("worker", () if self.worker is None else (self.worker,)),
            ("kind", self.kinds),
            ("setting", self.settings),
        )
        return tuple((column, frozenset(values)) for column, values in named if values)


ALL = Only()
