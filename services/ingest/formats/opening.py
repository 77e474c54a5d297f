"""Opening an upload: gzip is known by its first bytes, and unpacking has limits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from services.ingest.domain.cld.columns import MARKS, plain
from services.ingest.domain.rows import UnreadableFile

GZIP = b"\x1f\x8b"
CHUNK = 64 * 1024
PAGES = (b"<!doctype html", b"<html", b"\xef\xbb\xbf<!doctype html", b"\xef\xbb\xbf<html")
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
ZIP = b"PK\x03\x04"
DELIMITERS = (b",", b";", b"\t", b"|")
CONTROL = bytes(number for number in range(32) if number != 9)
JSON_STARTS = (b"{", b"\xef\xbb\xbf{")
STRANGERS = {
    b"%PDF-": "a PDF",
    b"\xd0\xcf\x11\xe0": "a document in the old Office format (.xls, .doc)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document",
    b"<": "XML or a web page",
    b"\xef\xbb\xbf<": "XML or a web page",
    b"SQLite format 3": "a database",
}
"""How files begin that are no tables, and what they are."""


@dataclass(frozen=True, slots=True)
class Unpacking:
    """How far a file may unfold: in bytes, and in bytes for each packed byte once it is past `free_bytes`."""

    max_bytes: int
    max_ratio: int
    free_bytes: int = 16 * 1024 * 1024


def chunks(file: BinaryIO, limits: Unpacking) -> Iterator[bytes]:
    """The file's bytes, unpacked, in pieces of bounded size.

    Raises `UnreadableFile` when gzip is broken, ends early or unfolds beyond the limits.
    """
    first = file.read(len(GZIP))
    file.seek(0)
    if first == GZIP:
        yield from _unpacked(file, limits)
        return
    while piece := file.read(CHUNK):
        yield piece


def format_of(first: bytes) -> str | None:
    """The format that a file's first unpacked bytes show, or None.

    Raises `UnreadableFile` for kinds of file that are sent by mistake.
    """
    start = first.lstrip(b" \t\r\n")
    if start.lower().startswith(PAGES):
        raise UnreadableFile(
            "This is a web page, not an export; did the case system ask for a sign-in? Export it again."
        )
    if start.startswith(XML_STARTS):
        return "xes"
    if start.startswith(JSON_STARTS):
        return "cloudevents"
    if start.startswith(ZIP):
        return "table"
    if not _has_columns(first):
        check_kind(first)
        return None
    return "cld" if _is_return(first) else "table"


def check_kind(first: bytes) -> None:
    """Raises `UnreadableFile` for kinds of file that are sent by mistake, with what to send instead."""
    for start, told in STRANGERS.items():
        if first.startswith(start):
            raise UnreadableFile(
                f"This is {told}, not a table; export the table as CSV or .xlsx and send that."
            )


def _is_return(first: bytes) -> bool:
    """Whether the first line names columns that only Client Level Data has."""
    head = plain(first.partition(b"\n")[0].replace(b"\0", b"").decode("latin-1"))
    return all(plain(mark) in head for mark in MARKS)


def _has_columns(first: bytes) -> bool:
    """Whether the first line is text with a delimiter between its words."""
    head = re.split(rb"[\r\n]", first.replace(b"\0", b""), maxsplit=1)[0]
    return head.translate(None, CONTROL) == head and any(mark in head for mark in DELIMITERS)


def _unpacked(file: BinaryIO, limits: Unpacking) -> Iterator[bytes]:
    inflate, taken, given = zlib.decompressobj(31), 0, 0
    while packed := file.read(CHUNK):
        taken += len(packed)
        while packed:
            try:
                piece = inflate.decompress(packed, CHUNK)
            except zlib.error as error:
                raise UnreadableFile(
                    "The gzip data is damaged here; pack the file again and resend."
                ) from error
            given += len(piece)
            _check(given, taken, limits)
            if piece:
                yield piece
            packed = inflate.unconsumed_tail
            if inflate.eof:
                packed = inflate.unused_data.lstrip(b"\0")
                inflate = zlib.decompressobj(31) if packed else inflate
    if not inflate.eof:
        raise UnreadableFile("The gzip data ends early, so the upload was cut off; send the file again.")


def _check(given: int, taken: int, limits: Unpacking) -> None:
    if given > limits.max_bytes:
        raise UnreadableFile(
            f"The file unpacks to more than {limits.max_bytes // 2**20:,} MiB; split it, or raise the limit "
            "PRIMED_IMPORT_UNPACKED_MIB."
        )
    if given > limits.free_bytes and given > taken * limits.max_ratio:
        raise UnreadableFile(
            f"The file unfolds more than {limits.max_ratio} times, which no export does; send it unpacked."
        )
