"""Tables: CSV as case systems write it, and Excel workbooks. A row of the table is an item as it stands."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from services.ingest.domain.drafting import Column
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.rows import Reject, Row, UnreadableFile
from services.ingest.domain.shown import Reading
from services.ingest.domain.table import TableMapping
from services.ingest.formats import text, workbook
from services.ingest.formats.opening import ZIP

MOST_COLUMNS = 2_000

Cells = Sequence[str]


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each of the table's, numbered as a spreadsheet does: the header is row 1.

    Raises `UnreadableFile` where the table cannot be read on, or lacks what the mapping needs.
    """
    if not isinstance(mapping, TableMapping):
        raise UnreadableFile("A table needs a mapping; name one with ?mapping=, see GET /v1/mappings.")
    first = next(chunks, b"")
    lines = _lines(chain([first], chunks), first, mapping)
    header = [name.strip() for name in next(lines, ())]
    _check_header(header, mapping)
    yield from _read(lines, header, mapping)


def columns(chunks: Iterator[bytes], rows_seen: int) -> list[Column]:
    """The columns of a table that no mapping describes yet, with what stands in its first rows."""
    first = next(chunks, b"")
    lines = _lines(chain([first], chunks), first, None)
    header = [name.strip() for name in next(lines, ())]
    if not any(header):
        raise UnreadableFile("The table is empty: its first row must hold the names of its columns.")
    sample = [cells for cells in islice(lines, rows_seen) if len(cells) == len(header)]
    return [
        Column(name, [cell.strip() for cells in sample if (cell := cells[place]).strip()])
        for place, name in enumerate(header)
        if name
    ]


def _read(lines: Iterator[Cells], header: Cells, mapping: TableMapping) -> Iterator[Row]:
    reading, number = Reading(mapping), 1
    for cells in lines:
        number += 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            yield Row(number, reject=_ragged(number, len(cells), len(header)))
            continue
        named = dict(zip(header, cells, strict=True))
        if not reading.skips(named):
            found = reading.read(number, named)
            if isinstance(found, Reject):
                yield Row(number, reject=found, key=reading.key(named))
            else:
                yield Row(number, shown=found, key=found.key)


def _lines(chunks: Iterator[bytes], first: bytes, mapping: TableMapping | None) -> Iterator[Cells]:
    if first.startswith(ZIP):
        yield from workbook.lines(chunks, mapping.sheet if mapping else None)
        return
    found = text.lines(chunks, mapping.encoding if mapping else None)
    head = next(found, "")
    reader = csv.reader(
        chain([head], found), delimiter=(mapping and mapping.delimiter) or text.delimiter_of(head)
    )
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(
                f"Row {reader.line_num:,} cannot be read ({error}): look for a quotation mark that is opened "
                "and not closed before it."
            ) from error
        yield cells


def _check_header(header: Cells, mapping: TableMapping) -> None:
    if not any(header):
        raise UnreadableFile("The table is empty: its first row must hold the names of its columns.")
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"The table has more than {MOST_COLUMNS:,} columns; is it the right file?")
    missing = [name for name in mapping.columns if name not in header]
    if missing:
        seen = ", ".join(repr(name) for name in header[:12])
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


def _ragged(number: int, cells: int, columns: int) -> Reject:
    return Reject(
        row=number,
        column="",
        value="",
        reason=f"The row has {cells} cells, and the table has {columns} columns.",
        remedy="Look for a delimiter inside a text that is not quoted; export again with quotes.",
    )
