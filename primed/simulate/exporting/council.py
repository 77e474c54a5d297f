"""What writers of files are given: the council's days, as often as they want to live them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from primed.simulate import daily, saying
from primed.simulate.state import Said, State, fresh

LATE = 23.5 * 60
"""Minute of the day at which exports are taken."""


@dataclass(frozen=True, slots=True)
class Council:
    """A simulated council from `began` to the day before `ends`; equal councils live equal days.

    `exports` says how many exports a writer of items as they stand makes: one a day, the last at the end.
    """

    seed: int
    began: dt.date
    ends: dt.date
    exports: int = 1

    def fresh(self) -> State:
        """The council before its first day."""
        return fresh(self.seed, self.began, self.ends)

    def days(self, state: State | None = None) -> Iterator[tuple[dt.date, list[Said]]]:
        """Each day with what its sources record on it, in their order; `state` moves on beside them."""
        living = state or self.fresh()
        while living.day < self.ends:
            day = living.day
            yield day, daily.live_through(living)

    def exported(self, day: dt.date) -> bool:
        """Whether an export is taken when the day is over."""
        return (self.ends - day).days <= self.exports


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: how many rows, and how to load it, where it is to be loaded."""

    path: Path
    rows: int
    load: str = ""


Writer = Callable[[Council, Path], Sequence[Written]]
"""Writes a council into a folder. The same council gives the same bytes."""


def as_of(day: dt.date) -> str:
    """The moment of an export that is taken late on the day, so that what it shows first counts that day."""
    return saying.local(day, LATE).isoformat()
