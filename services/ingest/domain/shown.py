"""A row of a table as an item's state at the moment of the export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.ingest.domain.cells import WrongCell, day_of, number_of, pence_of, whether
from services.ingest.domain.rows import HIDDEN, LONGEST_VALUE, Noun, Reject, Shown
from services.ingest.domain.table import TableMapping, began, dates_of, several

UNKNOWN = "\ufffd"
"""What stands for a byte that could not be read."""
ENCODING = "Save the file in one encoding, best UTF-8, or name its encoding in the mapping."
ISO = "%Y-%m-%d"
"""Read whatever forms a mapping names: it means one day only, and workbooks give it."""

_ENCODER = msgspec.json.Encoder(order="sorted")


class Reading:
    """Reads rows by one mapping."""

    def __init__(self, mapping: TableMapping) -> None:
        self._mapping = mapping
        self._forms = tuple(dict.fromkeys((*mapping.dates, ISO)))
        self._dates = frozenset(dates_of(mapping.noun))
        self._blanks = frozenset(mapping.blanks)
        self._fields = {field: several(columns) for field, columns in mapping.fields.items()}

    def skips(self, cells: Mapping[str, str]) -> bool:
        """Whether the mapping leaves the row out."""
        return any(cells.get(skip.column, "").strip() in skip.among for skip in self._mapping.skip)

    def read(self, number: int, cells: Mapping[str, str]) -> Shown | Reject:
        """The item of a row, or why there is none."""
        try:
            key = self._key(cells)
            data = self._data(cells)
        except WrongCell as wrong:
            return self._reject(number, wrong)
        dates = tuple((name, value) for name, value in data.items() if isinstance(value, dt.date))
        return Shown(key, _ENCODER.encode(data), dates, self._mapping.noun)

    def key(self, cells: Mapping[str, str]) -> str | None:
        """The key of the row's item, also of a row that is refused for something else."""
        try:
            return self._key(cells)
        except WrongCell:
            return None

    def _key(self, cells: Mapping[str, str]) -> str:
        parts = []
        for column in several(self._mapping.key):
            text = self._text(cells, column)
            if not text:
                raise WrongCell(column, "", "it is blank, so nobody knows which item this is")
            parts.append(text)
        return "/".join(parts)

    def _data(self, cells: Mapping[str, str]) -> dict[str, Any]:
        data: dict[str, Any] = dict(self._mapping.constants)
        for field, columns in self._fields.items():
            column, text = self._first(cells, columns)
            if text:
                data[field] = self._value(field, column, text)
        data.setdefault("status", _status(self._mapping.noun, data))
        first = began(self._mapping.noun)
        if first not in data:
            raise WrongCell(self._fields[first][0], "", "it is blank, so nobody knows when it began")
        return data

    def _value(self, field: str, column: str, text: str) -> Any:
        meant = self._mapping.values.get(field, {}).get(text)
        if field in self._dates:
            return day_of(column, meant or text, self._forms)
        if field == "unit_cost":
            return pence_of(column, meant or text)
        if field == "units_per_week":
            return str(number_of(column, meant or text))
        if field == "needs_authorisation":
            return whether(column, meant or text)
        if field == "frequency" and meant is None:
            return text.lower().replace(" ", "-")
        return text if meant is None else meant

    def _first(self, cells: Mapping[str, str], columns: Sequence[str]) -> tuple[str, str]:
        for column in columns:
            if text := self._text(cells, column):
                return column, text
        return columns[0], ""

    def _text(self, cells: Mapping[str, str], column: str) -> str:
        text = cells.get(column, "").strip()
        if UNKNOWN in text:
            raise WrongCell(column, text, "it holds a byte that the file's encoding does not know", ENCODING)
        return "" if text in self._blanks else text

    def _reject(self, number: int, wrong: WrongCell) -> Reject:
        hidden = wrong.column in self._mapping.personal or wrong.column in several(self._mapping.key)
        return Reject(
            row=number,
            column=wrong.column,
            value=HIDDEN if hidden and wrong.value else wrong.value[:LONGEST_VALUE],
            reason=f"{wrong.column}: {wrong.why}.",
            remedy=wrong.remedy or f"Correct {wrong.column} in the case system, export and import again.",
        )


def _status(noun: Noun, data: Mapping[str, Any]) -> str:
    if noun == "package":
        return "ended" if "ended" in data else "running"
    return "cancelled" if "cancelled" in data else "completed" if "completed" in data else "open"
