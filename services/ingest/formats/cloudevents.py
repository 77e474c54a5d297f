"""CloudEvents as JSON lines: one event a line, exactly as `POST /v1/events` takes it."""

from __future__ import annotations

from collections.abc import Iterator

from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.rows import Reject, Row, UnreadableFile

LONGEST_LINE = 256 * 1024
BOM = b"\xef\xbb\xbf"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each line that is not blank. Mapping and as-of are not used: each event says all itself."""
    for number, line in enumerate(_lines(chunks), start=1):
        if line is None:
            yield Row(number, reject=_too_long(number))
        elif text := line.strip():
            yield Row(number, (text,))


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes | None]:
    """Lines of the stream; None for one that is too long to be an event."""
    held, skipping, first = b"", False, True
    for chunk in chunks:
        if first:
            chunk, first = _without_bom(chunk), False
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            yield None if skipping or len(line) > LONGEST_LINE else line
            skipping = False
        if len(held) > LONGEST_LINE:
            held, skipping = b"", True
    if held or skipping:
        yield None if skipping else held


def _without_bom(chunk: bytes) -> bytes:
    if chunk.startswith(WIDE_BOMS):
        raise UnreadableFile("The file is in UTF-16; save it as UTF-8 and import it again.")
    return chunk.removeprefix(BOM)


def _too_long(number: int) -> Reject:
    return Reject(
        row=number,
        column="",
        value="",
        reason=f"The line is longer than {LONGEST_LINE // 1024} KiB.",
        remedy="Write one event a line, ended by a line feed.",
    )
