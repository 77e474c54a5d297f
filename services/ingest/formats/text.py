"""Text of files from elsewhere: its encoding is named, marked or seen; its lines are bounded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from services.ingest.domain.rows import UnreadableFile

LONGEST_LINE = 1024 * 1024
"""Characters of one line; a table's row has a few thousand."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVERAL_BYTES = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}")
"""Signs as UTF-8 writes them; in Windows-1252 nobody writes such pairs."""
DELIMITERS = (",", ";", "\t", "|")


def lines(chunks: Iterator[bytes], encoding: str | None) -> Iterator[str]:
    """The lines of a file with their ends. A byte that its encoding does not know becomes U+FFFD.

    Raises `UnreadableFile` on an encoding that nobody knows and on a line without end.
    """
    first = next(chunks, b"")
    decoder = _decoder(encoding or encoding_of(first))
    held, number = decoder.decode(first), 0
    end = "\r" if "\r" in held and "\n" not in held else "\n"  # some programs still end lines as old Macs did
    for chunk in chunks:
        *whole, held = held.split(end)
        yield from (line + "\n" for line in whole)
        number += len(whole)
        if len(held) > LONGEST_LINE:
            raise UnreadableFile(
                f"Line {number + 1:,} is longer than {LONGEST_LINE:,} characters; is it the right file?"
            )
        held += decoder.decode(chunk)
    *whole, held = (held + decoder.decode(b"", True)).split(end)
    yield from (line + "\n" for line in whole)
    if held:
        yield held


def encoding_of(first: bytes) -> str:
    """By its mark; else UTF-16 where a first byte is nought, UTF-8 where they fit, else Windows's own."""
    for mark, name in MARKS:
        if first.startswith(mark):
            return name
    if first[1:2] == b"\0":
        return "utf-16-le"
    if first[:1] == b"\0":
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(first)
    except UnicodeDecodeError:
        # Both in one file: what is not UTF-8 is told, row by row, and the rest is not turned into nonsense.
        return "utf-8" if _SEVERAL_BYTES.search(first) else "windows-1252"
    return "utf-8"


def delimiter_of(head: str) -> str:
    """What stands most often between the names of the columns."""
    return max(DELIMITERS, key=head.count)


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        return codecs.getincrementaldecoder(encoding)("replace")
    except LookupError:
        raise UnreadableFile(
            f"The encoding {encoding!r} is not known; name utf-8, utf-16 or windows-1252 in the mapping."
        ) from None
