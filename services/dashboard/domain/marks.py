"""What a chart is drawn from: bars, outcomes and dated notes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One month; `present` is the month of the page's day, `dateless` holds work without a due date."""

    label: str
    overdue: int
    due: int
    present: bool = False
    dateless: bool = False

    @property
    def total(self) -> int:
        """All the work of this bar."""
        return self.overdue + self.due


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way to end, its share in percent now and a year before (None: nothing to compare with)."""

    name: str
    share: float
    before: float | None


@dataclass(frozen=True, slots=True)
class Note:
    """Something agreed in a period, shown as a dated line on the chart."""

    period: str
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A labelled amount; `dark` of it is drawn in full colour, the rest pale."""

    label: str
    amount: int
    dark: int
    text: str


@dataclass(frozen=True, slots=True)
class Stair:
    """One step of a bridge: from `start` to `end` in pounds; `whole` ones are levels, not changes."""

    label: str
    start: float
    end: float
    text: str
    whole: bool = False
