"""Workflow steps: a table with a row for each step, or several in a row where it has several links."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.rows import Reject, Row, UnreadableFile
from services.ingest.domain.shown import Item, Reading
from services.ingest.domain.steps import Joining, StepsMapping, as_table, as_work
from services.ingest.formats import linked, several, table
from services.ingest.formats.opening import ZIP

SHAPE = "steps"


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each step, under the number of its last row in the file.

    Raises `UnreadableFile` where the table cannot be read on, or lacks what steps need.
    """
    if not isinstance(mapping, StepsMapping):
        raise UnreadableFile("Workflow steps need a mapping; name one with ?mapping=, see GET /v1/mappings.")
    first = next(chunks, b"")
    chunks = chain([first], chunks)
    if first.startswith(ZIP) and (mapping.links is not None or mapping.assignments is not None):
        with several.tables(chunks, mapping.encoding, mapping.delimiter) as tables:
            yield from _rows(*linked.opened(tables, mapping, as_of and as_of[:10]), mapping, as_of)
        return
    header, lines = table.opened(chunks, mapping)
    yield from _rows(header, table.numbered(header, lines), mapping, as_of)


def _rows(
    header: table.Cells, lines: Iterator[table.Numbered], mapping: StepsMapping, as_of: str | None
) -> Iterator[Row]:
    said = as_table(mapping, header)
    table.check_header(header, said)
    yield from _read(lines, Reading(said, SHAPE, table.day_of(as_of)), mapping)


def _read(lines: Iterator[table.Numbered], reading: Reading, mapping: StepsMapping) -> Iterator[Row]:
    joining, held = Joining(mapping), None
    try:
        for number, cells in lines:
            if not isinstance(cells, Reject) and reading.skips(cells):
                continue
            item = None
            if not isinstance(cells, Reject):
                item = as_work(reading.item(number, cells), mapping.source)
                if held is not None and joining.joins(held, item):
                    continue
                if held is not None and held.number == number:  # joined of one row, and one of them is wrong
                    held.wrong = held.wrong or item.wrong
                    continue
            yield from _given(reading, held)
            held = item
            if isinstance(cells, Reject):
                yield reading.refused(cells)
    except UnreadableFile:
        yield from _given(reading, held)
        raise
    yield from _given(reading, held)


def _given(reading: Reading, held: Item | None) -> Iterator[Row]:
    if held is not None:
        yield reading.row(held)
