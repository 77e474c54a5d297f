"""Tables: CSV as case systems write it, and Excel workbooks. A row of the table is an item as it stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from services.ingest.domain.drafting import Column
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.organisation import OrganisationMapping
from services.ingest.domain.rows import Reject, Row, UnreadableFile
from services.ingest.domain.shown import Reading
from services.ingest.domain.steps import StepsMapping
from services.ingest.domain.table import TableMapping
from services.ingest.formats import delimited, workbook
from services.ingest.formats.opening import ZIP, check_kind

MOST_COLUMNS = 2_000
MOST_NAMED = 12

Cells = Sequence[str]
Numbered = tuple[int, Mapping[str, str] | Reject]
"""A row's number, as a spreadsheet counts (the header is row 1), and its cells by column, or why not."""


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each of the table's.

    Raises `UnreadableFile` where the table cannot be read on, or lacks what the mapping needs.
    """
    if not isinstance(mapping, TableMapping):
        raise UnreadableFile("A table needs a mapping; name one with ?mapping=, see GET /v1/mappings.")
    header, lines = opened(chunks, mapping)
    check_header(header, mapping)
    reading = Reading(mapping, f"table/{mapping.source}", day_of(as_of))
    for number, cells in numbered(header, lines):
        if isinstance(cells, Reject):
            yield reading.refused(cells)
        elif not reading.skips(cells):
            yield reading.row(reading.item(number, cells))


def columns(chunks: Iterator[bytes], rows_seen: int) -> list[Column]:
    """The columns of a table that no mapping describes yet, with what stands in its first rows."""
    header, lines = opened(chunks, None)
    if not any(header):
        raise UnreadableFile("The table is empty: its first row must hold the names of its columns.")
    sample = [cells for cells in islice(lines, rows_seen) if len(cells) == len(header)]
    return [
        Column(name, [cell.strip() for cells in sample if (cell := cells[place]).strip()])
        for place, name in enumerate(header)
        if name
    ]


def opened(
    chunks: Iterator[bytes], mapping: TableMapping | StepsMapping | OrganisationMapping | None
) -> tuple[Cells, Iterator[Cells]]:
    """The names of the columns, and the rows below them."""
    first = next(chunks, b"")
    check_kind(first)
    lines = _lines(chain([first], chunks), first, mapping)
    return [name.strip() for name in next(lines, ())], lines


def numbered(header: Cells, lines: Iterator[Cells]) -> Iterator[Numbered]:
    """The rows that hold anything, with their numbers. Blank cells beyond the last column do not count."""
    width = len(header)
    for number, cells in enumerate(lines, start=2):
        if len(cells) == width:
            if any(map(str.strip, cells)):
                yield number, dict(zip(header, cells, strict=True))
        elif any(cell.strip() for cell in cells):
            more = len(cells) > width and not any(cell.strip() for cell in cells[width:])
            kept = dict(zip(header, cells, strict=False))
            yield number, kept if more else delimited.ragged(number, len(cells), width)


def check_header(header: Cells, mapping: TableMapping) -> None:
    """Raises `UnreadableFile` unless each column that the mapping needs stands there once."""
    if not any(header):
        raise UnreadableFile("The table is empty: its first row must hold the names of its columns.")
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"The table has more than {MOST_COLUMNS:,} columns; is it the right file?")
    missing = [name for name in mapping.columns if name not in header]
    if missing:
        seen = ", ".join(repr(name) for name in header[:MOST_NAMED])
        raise UnreadableFile(
            f"Column {missing[0]!r} is missing, which the mapping needs ({len(missing)} of "
            f"{len(mapping.columns)} are). The first row has {seen}. Is it the right file, and is the "
            "delimiter the one that the mapping names?"
        )
    twice = next(
        (name for name, many in Counter(header).items() if many > 1 and name in mapping.columns), None
    )
    if twice is not None:
        raise UnreadableFile(f"Column {twice!r} stands twice in the first row; rename one of them.")


def day_of(as_of: str | None) -> dt.date | None:
    """The day that is written in an as-of."""
    return None if as_of is None else dt.date.fromisoformat(as_of[:10])


def _lines(
    chunks: Iterator[bytes], first: bytes, mapping: TableMapping | StepsMapping | OrganisationMapping | None
) -> Iterator[Cells]:
    if first.startswith(ZIP):
        yield from workbook.lines(chunks, mapping.sheet if mapping else None)
        return
    encoding, delimiter = (mapping.encoding, mapping.delimiter) if mapping else (None, None)
    yield from delimited.rows(chunks, encoding, delimiter)
