"""What a service costs, as its row says it: pence for a unit, how often, and units a week.

A frequency beats planned units; per session, hourly and daily need units. What that comes to a week is
reckoned where lines are posted, not here. A row without cost, or without units where they are needed, is told
and taken as it is: the package counts, its cost is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.packages import MOST_PENCE
from services.ingest.domain.cells import WrongCell, number_of
from services.ingest.domain.cld.columns import FREQUENCY, NAMES, UNIT_COST, UNITS
from services.ingest.domain.cld.wording import Words

BY_UNIT = ("Per session", "Hourly", "Daily")
"""Frequencies that say nothing of a week without units."""
MOST_UNITS = 9999
_MOST = 50_000


class Costs:
    """Reads costs; what a cell says is found once, then known."""

    def __init__(self, frequencies: Words) -> None:
        self._frequencies = frequencies
        self._pence: dict[str, int] = {}
        self._units: dict[str, str] = {}

    def of(self, cells: Sequence[str]) -> dict[str, Any]:
        """The fields of a package's price. Raises `WrongCell` for what cannot be read."""
        found: dict[str, Any] = {}
        if text := cells[FREQUENCY]:
            word = self._frequencies[text]
            if word is None:
                raise WrongCell(
                    NAMES[FREQUENCY],
                    text,
                    "it is none of the frequencies of the return",
                    "Write one of its frequencies, or say in the mapping, under `values`, which is meant.",
                )
            found["frequency"] = word.text.lower().replace(" ", "-")
        if text := cells[UNIT_COST]:
            found["unit_cost"] = self._pence.get(text) or self._read_pence(text)
        if text := cells[UNITS]:
            found["units_per_week"] = self._units.get(text) or self._read_units(text)
        return found

    def lacks_units(self, cells: Sequence[str]) -> bool:
        """Whether units are needed and there are none, or none a week."""
        word = self._frequencies[cells[FREQUENCY]]
        if word is None or word.text not in BY_UNIT:
            return False
        return cells[UNITS].strip("0. ") == ""

    def _read_pence(self, text: str) -> int:
        pence = int(number_of(NAMES[UNIT_COST], text) * 100)
        if abs(pence) > MOST_PENCE:
            raise WrongCell(NAMES[UNIT_COST], text, "it is more than ten million pounds a unit")
        _keep(self._pence, text, pence)
        return pence

    def _read_units(self, text: str) -> str:
        number = number_of(NAMES[UNITS], text)
        if abs(number) > MOST_UNITS:
            raise WrongCell(NAMES[UNITS], text, f"it is more than {MOST_UNITS:,} units a week")
        units = format(number.normalize(), "f")
        _keep(self._units, text, units)
        return units


def _keep(known: dict[str, Any], text: str, value: object) -> None:
    if len(known) > _MOST:
        known.clear()
    known[text] = value
