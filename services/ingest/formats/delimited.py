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
    read_on = True

    def lines() -> Iterator[str]:
        nonlocal read_on
        yield from chain([head], found)
        read_on = False

    reader = csv.reader(lines(), delimiter=delimiter or text.delimiter_of(head))
    try:
        for cells in reader:
            # A row is told before the line after it is asked for, unless it lies open at the file's end.
            if not read_on:
                raise _open_to_the_end(reader.line_num, cells)
            yield cells
    except csv.Error as error:
        raise UnreadableFile(
            f"Row {reader.line_num:,} cannot be read ({error}): look for a quotation mark that is opened "
            "and not closed before it."
        ) from error


def _open_to_the_end(last_line: int, cells: list[str]) -> UnreadableFile:
    line = last_line - "".join(cells).count("\n") + cells[-1].endswith("\n")
    return UnreadableFile(
        f"Line {line:,} has a quotation mark that is opened and not closed, so that all that follows is "
        "one cell; close it or take it out, and import again."
    )


def ragged(number: int, cells: int, columns: int) -> Reject:
    """The reject of a row that has more or fewer cells than there are columns."""
    return Reject(
        row=number,
        column="",
        value="",
        reason=f"The row has {cells} cells, and the table has {columns} columns.",
        remedy="Look for a delimiter inside a text that is not quoted; export again with quotes.",
    )
