"""Text whose cells a delimiter keeps apart (CSV): its rows, and what to say where they do not fit."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from services.ingest.domain.rows import Reject, UnreadableFile
from services.ingest.formats import text


def rows(chunks: Iterator[bytes], encoding: str | None, delimiter: str | None) -> Iterator[list[str]]:
    """The cells of each row; what is not named is seen. Raises `UnreadableFile` where that ends."""
    found = text.lines(chunks, encoding)
    head = next(found, "")
    reader = csv.reader(chain([head], found), delimiter=delimiter or text.delimiter_of(head))
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(
            f"Row {reader.line_num:,} cannot be read ({error}): look for a quotation mark that is opened "
            "and not closed before it."
        ) from error


def ragged(number: int, cells: int, columns: int) -> Reject:
    """The reject of a row that has more or fewer cells than there are columns."""
    return Reject(
        row=number,
        column="",
        value="",
        reason=f"The row has {cells} cells, and the table has {columns} columns.",
        remedy="Look for a delimiter inside a text that is not quoted; export again with quotes.",
    )
