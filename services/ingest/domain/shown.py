"""A row of a table as an item's state at the moment of the export, and what of it is not simply valid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.ingest.domain.cells import WrongCell, day_of, number_of, pence_of, plain, whether
from services.ingest.domain.checking import BLANK, of_dates
from services.ingest.domain.rows import HIDDEN, LONGEST_VALUE, Check, Noun, Reject, Row, Shown, UnreadableFile
from services.ingest.domain.table import TableMapping, began, dates_of, several

LONGEST_KEY = 120
"""Characters of a key, so that the ids made of it fit into an event."""
ISO = "%Y-%m-%d"
"""Read whatever forms a mapping names: it means one day only, and workbooks give it."""

FREQUENCIES = (
    "per-session", "hourly", "daily", "weekly", "fortnightly", "4-weekly", "monthly", "quarterly", "annually",
    "one-off",
)  # fmt: skip
STATES: Mapping[Noun, Sequence[str]] = {
    "work": ("open", "completed", "cancelled", "absent"),
    "package": ("running", "ended", "absent"),
}

MOST_KEPT = 2_000
"""Different cells of a column whose meaning is kept."""
_Said = tuple[Any, Check | None] | WrongCell

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
        self._constants = {name: self._constant(name, text) for name, text in mapping.constants.items()}
        self._kept: dict[str, dict[str, _Said]] = {name: {} for name in self._fields}
        self._told = False

    def _constant(self, name: str, text: str) -> Any:
        try:
            return self._read(name, name, text, None)
        except WrongCell as wrong:
            why = f"The mapping's constant for {name} cannot be used: {wrong.why}. Mend the mapping."
            raise UnreadableFile(why) from wrong

    def skips(self, cells: Mapping[str, str]) -> bool:
        """Whether the mapping leaves the row out."""
        return any(cells.get(column, "").strip().casefold() in among for column, among in self._skips)

    def item(self, number: int, cells: Mapping[str, str]) -> Item:
        """What the row says."""
        item = Item(number, data=dict(self._constants))
        try:
            item.key = self._key(cells)
        except WrongCell as wrong:
            item.fails("key", wrong)
        for name, columns in self._fields.items():
            said = self._said(name, columns, cells)
            if isinstance(said, WrongCell):
                item.fails(name, said)
                continue
            value, check = said
            if value is not None:
                item.data[name] = value
            if check is not None:
                item.checks.append(check)
        return item

    def _said(self, name: str, columns: Sequence[str], cells: Mapping[str, str]) -> _Said:
        """What a field comes to. The same few cells stand in many rows, so what they mean is kept."""
        kept = self._kept[name] if len(columns) == 1 else {}
        cell = cells.get(columns[0], "")
        said = kept.get(cell)
        if said is None:
            said = self._found(name, columns, cells)
            if len(kept) < MOST_KEPT:
                kept[cell] = said
        return said

    def _found(self, name: str, columns: Sequence[str], cells: Mapping[str, str]) -> _Said:
        try:
            column, text = self._first(cells, columns)
            return self._value(name, column, text) if text else (None, BLANK[name])
        except WrongCell as wrong:
            return wrong

    def row(self, item: Item) -> Row:
        """The item as the row of a file, whatever it came to."""
        data, noun = item.data, self._mapping.noun
        data.setdefault("status", _status(noun, data))
        if item.wrong is None and data["status"] not in STATES[noun]:
            column = self._fields.get("status", ("status",))[0]
            item.fails("status", _not_listed(column, str(data["status"]), STATES[noun]))
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

    def _value(self, name: str, column: str, text: str) -> tuple[Any, Check | None]:
        values = self._values.get(name)
        if values is None:
            return self._read(name, column, text, None), None
        meant = values.get(text) or values.get(text.casefold())
        # One that the mapping does not list is used as it stands.
        check = Check(name, "not-in-list") if meant is None else None
        return self._read(name, column, text, meant), check

    def _read(self, name: str, column: str, text: str, meant: str | None) -> Any:
        if name in self._dates:
            return day_of(column, meant or text, self._forms)
        if name == "unit_cost":
            return pence_of(column, meant or text)
        if name == "units_per_week":
            return str(number_of(column, meant or text))
        if name == "needs_authorisation":
            return whether(column, meant or text)
        if name == "frequency":
            return _listed(column, (meant or text).lower().replace(" ", "-"), text, FREQUENCIES)
        return text if meant is None else meant

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


def _listed(column: str, meant: str, text: str, among: Sequence[str]) -> str:
    if meant not in among:
        raise _not_listed(column, text, among)
    return meant


def _not_listed(column: str, text: str, among: Sequence[str]) -> WrongCell:
    known = ", ".join(among)
    remedy = f"Write one of {known}, or say under `values` in the mapping which of them it means."
    return WrongCell(column, text, "it is not in the list", remedy)


def _any_case(values: Mapping[str, str]) -> dict[str, str]:
    """Values as they are written, and in small letters."""
    return {**{said.casefold(): meant for said, meant in values.items()}, **values}


def _status(noun: Noun, data: Mapping[str, Any]) -> str:
    if noun == "package":
        return "ended" if "ended" in data else "running"
    return "cancelled" if "cancelled" in data else "completed" if "completed" in data else "open"
