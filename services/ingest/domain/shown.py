"""A row of a table as an item's state at the moment of the export, and what of it is not simply valid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.ingest.domain.cells import WrongCell, day_of, number_of, pence_of, plain, whether
from services.ingest.domain.checking import BLANK, of_dates
from services.ingest.domain.rows import HIDDEN, LONGEST_VALUE, Check, Noun, Reject, Row, Shown
from services.ingest.domain.table import TableMapping, began, dates_of, several

LONGEST_KEY = 120
"""Characters of a key, so that the ids made of it fit into an event."""
ISO = "%Y-%m-%d"
"""Read whatever forms a mapping names: it means one day only, and workbooks give it."""

_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(slots=True)
class Item:
    """What a row says of its item: key and data, or why it is refused, and its checks so far."""

    number: int
    key: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    wrong: WrongCell | None = None

    def fails(self, name: str, wrong: WrongCell) -> None:
        """Remember that a field cannot be used; the first one is told."""
        self.checks.append(Check(name, "unreadable" if wrong.value else "missing"))
        self.wrong = self.wrong or wrong


class Reading:
    """Reads rows by one mapping; with the day of the export it also sees what is dated after it."""

    def __init__(self, mapping: TableMapping, shape: str, as_of: dt.date | None = None) -> None:
        self._mapping, self._shape, self._as_of = mapping, shape, as_of
        self._key_columns = several(mapping.key)
        self._forms = tuple(dict.fromkeys((*mapping.dates, ISO)))
        self._dates = frozenset(dates_of(mapping.noun))
        self._blanks = frozenset(mapping.blanks)
        self._fields = {field: several(columns) for field, columns in mapping.fields.items()}
        self._values = {name: _any_case(values) for name, values in mapping.values.items()}
        self._skips = [(skip.column, {one.casefold() for one in skip.among}) for skip in mapping.skip]
        self._told = False

    def skips(self, cells: Mapping[str, str]) -> bool:
        """Whether the mapping leaves the row out."""
        return any(cells.get(column, "").strip().casefold() in among for column, among in self._skips)

    def item(self, number: int, cells: Mapping[str, str]) -> Item:
        """What the row says."""
        item = Item(number, data=dict(self._mapping.constants))
        try:
            item.key = self._key(cells)
        except WrongCell as wrong:
            item.fails("key", wrong)
        for name, columns in self._fields.items():
            try:
                column, text = self._first(cells, columns)
                if text:
                    item.data[name] = self._value(name, column, text, item)
                else:
                    item.checks.append(BLANK[name])
            except WrongCell as wrong:
                item.fails(name, wrong)
        return item

    def row(self, item: Item) -> Row:
        """The item as the row of a file, whatever it came to."""
        data, noun = item.data, self._mapping.noun
        data.setdefault("status", _status(noun, data))
        first = began(noun)
        if first not in data and item.wrong is None:
            item.checks.remove(BLANK[first])
            item.fails(
                first, WrongCell(self._fields[first][0], "", "it is blank, so nobody knows when it began")
            )
        item.checks += of_dates(data, noun, self._as_of)
        fields: tuple[str, ...] = () if self._told else ("key", *self._fields)
        self._told = True
        reject = shown = None
        if item.wrong is not None or item.key is None:
            reject = None if item.wrong is None else self._reject(item.number, item.wrong)
        else:
            dates = tuple((name, value) for name, value in data.items() if isinstance(value, dt.date))
            shown = Shown(item.key, _ENCODER.encode(data), dates, noun)
        return Row(
            item.number,
            reject=reject,
            shown=shown,
            key=item.key,
            shape=self._shape,
            fields=fields,
            checks=tuple(item.checks),
        )

    def refused(self, reject: Reject) -> Row:
        """A row that could not even be told apart into cells."""
        return Row(reject.row, reject=reject, shape=self._shape)

    def _key(self, cells: Mapping[str, str]) -> str:
        parts = []
        for column in self._key_columns:
            text = self._text(cells, column)
            if not text:
                raise WrongCell(column, "", "it is blank, so nobody knows which item this is")
            parts.append(text)
        key = "/".join(parts)
        if len(key) > LONGEST_KEY:
            raise WrongCell(
                self._key_columns[0], key, f"it is longer than the {LONGEST_KEY} signs a key may have"
            )
        return key

    def _value(self, name: str, column: str, text: str, item: Item) -> Any:
        meant = self._meant(name, text, item)
        if name in self._dates:
            return day_of(column, meant or text, self._forms)
        if name == "unit_cost":
            return pence_of(column, meant or text)
        if name == "units_per_week":
            return str(number_of(column, meant or text))
        if name == "needs_authorisation":
            return whether(column, meant or text)
        if name == "frequency" and meant is None:
            return text.lower().replace(" ", "-")
        return text if meant is None else meant

    def _meant(self, name: str, text: str, item: Item) -> str | None:
        """What the mapping says that the text means; one that it does not list is used as it stands."""
        values = self._values.get(name)
        if values is None:
            return None
        meant = values.get(text) or values.get(text.casefold())
        if meant is None:
            item.checks.append(Check(name, "not-in-list"))
        return meant

    def _first(self, cells: Mapping[str, str], columns: Sequence[str]) -> tuple[str, str]:
        for column in columns:
            if text := self._text(cells, column):
                return column, text
        return columns[0], ""

    def _text(self, cells: Mapping[str, str], column: str) -> str:
        text = plain(column, cells.get(column, ""))
        return "" if text in self._blanks else text

    def _reject(self, number: int, wrong: WrongCell) -> Reject:
        hidden = wrong.column in self._mapping.personal or wrong.column in self._key_columns
        return Reject(
            row=number,
            column=wrong.column,
            value=HIDDEN if hidden and wrong.value else wrong.value[:LONGEST_VALUE],
            reason=f"{wrong.column}: {wrong.why}.",
            remedy=wrong.remedy or f"Correct {wrong.column} in the case system, export and import again.",
        )


def _any_case(values: Mapping[str, str]) -> dict[str, str]:
    """Values as they are written, and in small letters."""
    return {**{said.casefold(): meant for said, meant in values.items()}, **values}


def _status(noun: Noun, data: Mapping[str, Any]) -> str:
    if noun == "package":
        return "ended" if "ended" in data else "running"
    return "cancelled" if "cancelled" in data else "completed" if "completed" in data else "open"
