"""Days as a file writes them, each read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.ingest.domain.cells import WrongCell, day_of

ISO = "%Y-%m-%d"
_MOST = 50_000


class Days(dict[str, dt.date | None]):
    """Days by what a cell may say; None for a blank and for what is no day."""

    def __init__(self, forms: Sequence[str]) -> None:
        super().__init__({"": None})
        self._forms = tuple(dict.fromkeys((*forms, ISO)))

    def __missing__(self, text: str) -> dt.date | None:
        if len(self) > _MOST:
            self.clear()
        found = self[text] = self._read(plain) if (plain := text.strip()) else None
        return found

    def named(self, column: str, text: str) -> dt.date | None:
        """The day of a cell, None for a blank. Raises `WrongCell`, which says why it cannot be read."""
        try:
            return day_of(column, text, self._forms) if text else None
        except WrongCell as wrong:
            # The day is not told: in a row whose cells have slipped it may be somebody's birth.
            why = "it lies outside 1990–2100" if "lies outside" in wrong.why else wrong.why
            raise WrongCell(column, text, why, wrong.remedy) from None

    def _read(self, text: str) -> dt.date | None:
        try:
            return self.named("", text)
        except WrongCell:
            return None


class Births(Days):
    """Days of birth, which may lie before all days on which anything is counted. They are only checked."""

    def _read(self, text: str) -> dt.date | None:
        for form in self._forms:
            try:
                return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        return None
