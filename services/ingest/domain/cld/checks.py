"""What is not simply valid in the fields of a row. A check names field and result, never the value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from services.ingest.domain.cld.columns import (
    BIRTH,
    COLUMNS,
    DEATH,
    END,
    EVENT_TYPE,
    NAMES,
    PERIOD_END,
    PERIOD_START,
    REFERENCE,
    START,
    UNITS,
    Kind,
    picking,
)
from services.ingest.domain.cld.cost import Costs
from services.ingest.domain.cld.days import Births, Days
from services.ingest.domain.cld.identity import Event
from services.ingest.domain.cld.wording import Words
from services.ingest.domain.rows import Check

_DAYS = (PERIOD_START, PERIOD_END, DEATH, START, END)
_MOST = 20_000

TWICE = Check(NAMES[REFERENCE], "duplicate")
"""The row tells of an event of which another row stands; a reference should have told them apart."""
NO_KIND = (Check(NAMES[EVENT_TYPE], "not-in-list"),)
NO_TYPE = (Check(NAMES[EVENT_TYPE], "missing"),)
EARLY = Check(NAMES[END], "ends-before-start")


class _Fields(NamedTuple):
    """The fields of one kind of event: their places, and those with a list."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    listed: tuple[tuple[int, Words], ...]
    pick_listed: Callable[[Sequence[str]], tuple[str, ...]]
    blanks: dict[bytes, tuple[Check, ...]]
    """Checks by which fields are filled, so that rows share them."""
    values: dict[tuple[str, ...], tuple[Check, ...]]
    """Checks by what stands in the fields with a list."""


class Checking:
    """Checks the rows of a file that has these columns, `today` being its as-of."""

    def __init__(
        self,
        present: Sequence[bool],
        lists: Mapping[str, Words],
        days: tuple[Days, Births],
        costs: Costs,
        today: dt.date,
    ) -> None:
        self._present, self._lists = present, lists
        self._days, self._births = days
        self._costs, self._today = costs, today
        self._fields: dict[Kind, _Fields] = {}

    def fields(self, kind: Kind) -> tuple[str, ...]:
        """The fields that rows of this kind have."""
        return self._of(kind).names

    def of(self, kind: Kind, cells: Sequence[str], event: Event | None) -> tuple[Check, ...]:
        """What is not simply valid, blanks first."""
        fields = self._fields.get(kind) or self._of(kind)
        filled = bytes(map(bool, fields.pick(cells)))
        blank = fields.blanks.get(filled)
        if blank is None:
            if len(fields.blanks) > _MOST:
                fields.blanks.clear()
            blank = fields.blanks[filled] = _blanks(kind, fields.places, filled)
        said = fields.pick_listed(cells)
        values = fields.values.get(said)
        more = [*(_values(fields, said) if values is None else values)]
        self._check_days(cells, more)
        if kind == "service":
            self._check_units(cells, more)
        if event is not None and event.end is not None and event.end < event.start:
            more.append(EARLY)
        return (*blank, *more) if more else blank

    def _check_days(self, cells: Sequence[str], more: list[Check]) -> None:
        for place in _DAYS:
            if text := cells[place]:
                day = self._days[text]
                if day is None:
                    more.append(Check(NAMES[place], "unreadable"))
                elif day > self._today and place != PERIOD_END:
                    more.append(Check(NAMES[place], "future"))
        if (text := cells[BIRTH]) and self._births[text] is None:
            more.append(Check(NAMES[BIRTH], "unreadable"))

    def _check_units(self, cells: Sequence[str], more: list[Check]) -> None:
        if self._costs.lacks_units(cells):
            more.append(Check(NAMES[UNITS], "missing"))
        elif not cells[UNITS]:
            more.append(Check(NAMES[UNITS], "blank"))

    def _of(self, kind: Kind) -> _Fields:
        found = self._fields.get(kind)
        if found is None:
            places = tuple(
                place for place, column in enumerate(COLUMNS) if kind in column.kinds and self._present[place]
            )
            names = tuple(NAMES[place] for place in places)
            listed = tuple(
                (place, self._lists[NAMES[place]]) for place in places if NAMES[place] in self._lists
            )
            found = self._fields[kind] = _Fields(
                names, places, picking(places), listed, picking(place for place, _ in listed), {}, {}
            )
        return found


def _blanks(kind: Kind, places: Sequence[int], filled: bytes) -> tuple[Check, ...]:
    return tuple(
        Check(NAMES[place], "missing" if kind in COLUMNS[place].mandatory else "blank")
        for place, there in zip(places, filled, strict=True)
        if not there and place != UNITS
    )


def _values(fields: _Fields, said: tuple[str, ...]) -> tuple[Check, ...]:
    found: list[Check] = []
    for (place, words), text in zip(fields.listed, said, strict=True):
        word = words[text]
        if word is None:
            found.append(Check(NAMES[place], "not-in-list"))
        elif word.old:
            found.append(Check(NAMES[place], "old-value"))
    if len(fields.values) > _MOST:
        fields.values.clear()
    fields.values[said] = tuple(found)
    return fields.values[said]
