"""A mapping for tables (CSV, Excel): which columns make the fields of an item's row.

    format: table
    source: mosaic/reviews
    key: Review ID                       # what tells items apart; several columns as a list
    fields:                              # field: column, or several, of which the first given counts
      received: Date received
      completed: Completed on
      team: Responsible team
    values:                              # what the case system writes, and what it means
      team: {Reviews (North): north-reviews}
    constants: {kind: review}
    dates: ["%d/%m/%Y"]                  # how days are written, tried in order; 2026-11-23 if left out
    coverage: all                        # or none, or {field: received, from: 2026-04-01, to: 2027-03-31}

Without a column for `status` it follows from the dates: cancelled, completed (of packages: ended), else open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, get_args, get_type_hints

from msgspec import Meta, Struct

from schemas.packages import PackageRecorded
from schemas.work import WorkRecorded
from services.ingest.domain.exports import OF_PERIOD, Coverage
from services.ingest.domain.rows import Noun

Column = Annotated[str, Meta(min_length=1, max_length=200)]
Columns = Column | tuple[Column, ...]
SHAPES: Mapping[Noun, type[Struct]] = {"work": WorkRecorded, "package": PackageRecorded}


class Skip(Struct, frozen=True, forbid_unknown_fields=True, rename={"among": "in"}):
    """Rows to leave out: those whose column holds one of these values."""

    column: Column
    among: tuple[str, ...]


class Window(Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """Items whose date in a field lies between two days, both counted."""

    field: str
    first: dt.date | None = None
    last: dt.date | None = None


Said = Literal["all", "none"] | Window
"""What a mapping or a sender says of coverage."""
REPORTING_PERIOD: Literal["reporting-period"] = "reporting-period"
"""Said of a return whose rows name, as a reporting period, the days that it covers."""


class TableMapping(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one kind of table becomes the rows of items."""

    format: Literal["table"]
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    key: Columns
    fields: dict[str, Columns]
    noun: Noun = "work"
    title: Annotated[str, Meta(max_length=200)] = ""
    zone: Annotated[str, Meta(max_length=60)] = "Europe/London"
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    blanks: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    skip: tuple[Skip, ...] = ()
    coverage: Said | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the table must have, each once."""
        named = [*several(self.key)]
        for field in self.fields.values():
            named += several(field)
        named += [skip.column for skip in self.skip]
        return tuple(dict.fromkeys(named))

    @property
    def days(self) -> tuple[str, ...]:
        """The fields by whose dates a coverage may be told."""
        return tuple(name for name in dates_of(self.noun) if name in self.fields)

    @property
    def key_column(self) -> str:
        """The column to look at where an item is shown in two ways."""
        return several(self.key)[0]


def several(columns: Columns) -> tuple[str, ...]:
    """One column or several, as several."""
    return (columns,) if isinstance(columns, str) else columns


def began(noun: Noun) -> str:
    """The field without which an item cannot be counted."""
    return "received" if noun == "work" else "started"


def faults(mapping: TableMapping) -> str | None:
    """What is wrong with a mapping beyond its form; None where nothing is."""
    known = [name for name in SHAPES[mapping.noun].__struct_fields__ if name != "person"]
    named = [*mapping.fields, *mapping.constants, *mapping.values]
    if unknown := sorted(set(named) - set(known)):
        return f"Field {unknown[0]!r} cannot be mapped; known are {', '.join(sorted(known))}."
    if began(mapping.noun) not in mapping.fields:
        return f"fields needs `{began(mapping.noun)}`: nothing can be counted before it began."
    if not several(mapping.key) or any(not several(one) for one in mapping.fields.values()):
        return "key and every field need a column, or a list of columns."
    if not mapping.dates:
        return 'dates needs a form such as "%d/%m/%Y".'
    window = mapping.coverage
    if isinstance(window, Window) and window.field not in dates_of(mapping.noun):
        return f"coverage: {window.field!r} is no date; known are {', '.join(dates_of(mapping.noun))}."
    if isinstance(window, Window) and window.field not in mapping.fields:
        return f"coverage: no column is mapped to {window.field!r}, by which items are covered."
    return None


def coverage_of(said: Said | Literal["reporting-period"] | None) -> Coverage | None:
    """A mapping's words as a coverage; None for an export that says of no item that it is gone."""
    if said == REPORTING_PERIOD:
        return OF_PERIOD
    if isinstance(said, Window):
        return Coverage(said.field, said.first, said.last)
    return Coverage() if said == "all" else None


def dates_of(noun: Noun) -> tuple[str, ...]:
    """The fields of a row that are days."""
    return tuple(name for name, kind in get_type_hints(SHAPES[noun]).items() if dt.date in get_args(kind))
