"""Excel workbooks: one sheet as rows of text, read as it streams out of the packed file."""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.ingest.domain.rows import UnreadableFile

IN_MEMORY = 8 * 1024 * 1024
MOST_UNPACKED = 1024 * 1024 * 1024
MOST_RATIO = 200
MOST_STRINGS = 64 * 1024 * 1024
"""Bytes of the workbook's table of texts, which is held in memory as a whole."""

DAMAGED = (KeyError, ValueError, SyntaxError, EOFError, zipfile.BadZipFile, zlib.error)
"""What parts of a workbook raise that are not what they should be; SyntaxError is what wrong XML raises."""

NOUGHT = "1899-12-30"
"""The day that a spreadsheet writes where none was entered; openpyxl reads it as midnight."""

PLACES = 9
"""Decimal places of numbers: what a formula leaves behind them (230.76000000000002) nobody meant."""


def lines(chunks: Iterator[bytes], sheet: str | None) -> Iterator[Sequence[str]]:
    """The rows of the named sheet, or of the only one. Raises `UnreadableFile`."""
    with kept(chunks) as file, opened(file) as book:
        yield from rows_of(book, _named(book.sheetnames, sheet))


@contextmanager
def kept(chunks: Iterator[bytes]) -> Iterator[IO[bytes]]:
    """A packed file as a whole, from its beginning, if it unfolds as tables do. Raises `UnreadableFile`."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        for chunk in chunks:
            file.write(chunk)
        file.seek(0)
        _check(file)
        yield file


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Workbook]:
    """The workbook in a packed file. Raises `UnreadableFile`."""
    with zipfile.ZipFile(file) as packed:
        known = is_workbook(packed)
    file.seek(0)
    if not known:
        raise UnreadableFile("This .zip is no workbook; unpack it and send the file in it, packed with gzip.")
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, OSError, *DAMAGED) as error:  # OSError: openpyxl's word for parts that lack
        raise UnreadableFile("The workbook cannot be opened; save it again as .xlsx or .csv.") from error
    try:
        yield book
    finally:
        book.close()


def is_workbook(packed: zipfile.ZipFile) -> bool:
    """Whether a .zip is an Excel workbook, and no mere bundle of files."""
    return "[Content_Types].xml" in packed.namelist()


def rows_of(book: Workbook, sheet: str) -> Iterator[Sequence[str]]:
    """The rows of a sheet as text."""
    width = number = 0
    try:
        for row in book[sheet].iter_rows(values_only=True):
            cells = [_text(value) for value in row]
            # A row ends with its last cell that was ever used; the first row says how many there are.
            width = width or len(cells)
            yield cells + [""] * (width - len(cells))
            number += 1
    except DAMAGED as error:
        raise UnreadableFile(
            f"The sheet {sheet!r} is damaged after row {number:,}; save the workbook again, or as .csv."
        ) from error


def _check(file: IO[bytes]) -> None:
    """A packed file that unfolds like no workbook does is not unfolded."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile(
            "The workbook (or .zip) is damaged or was cut off; save it again and send it again."
        ) from error
    unpacked, packed_bytes = sum(one.file_size for one in parts), sum(one.compress_size for one in parts)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed_bytes, 64 * 1024):
        raise UnreadableFile(
            "The workbook unfolds further than any export does; save it as CSV and send that."
        )
    if any(one.filename.endswith("sharedStrings.xml") and one.file_size > MOST_STRINGS for one in parts):
        raise UnreadableFile(
            "The workbook holds too much text to be read at once; save it as CSV and send that."
        )
    file.seek(0)


def _named(names: Sequence[str], sheet: str | None) -> str:
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet in names:
        return str(sheet)
    there = ", ".join(names)
    raise UnreadableFile(
        f"The workbook has the sheets {there}; name one of them under `sheet` in the mapping."
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value) if value.is_integer() else round(value, PLACES))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if value == dt.time():
        return NOUGHT
    return str(value)
