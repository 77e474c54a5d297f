"""CloudEvents as JSON lines."""

from __future__ import annotations

import pytest

from services.ingest.domain.rows import UnreadableFile
from services.ingest.formats.cloudevents import LONGEST_LINE, rows


def read(*pieces: bytes) -> list[tuple[int, bytes | None]]:
    return [(row.number, None if row.reject else row.drafts[0]) for row in rows(iter(pieces), None, None)]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    assert read(b'{"a":1}\r\n\n  {"b":2}\n', b'{"c"', b":3}") == [
        (1, b'{"a":1}'),
        (3, b'{"b":2}'),
        (4, b'{"c":3}'),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_event() -> None:
    assert read(b"\xef\xbb\xbf{}\n") == [(1, b"{}")]


def test_wide_characters_are_said_to_be_wide() -> None:
    with pytest.raises(UnreadableFile, match="UTF-8"):
        read("{}".encode("utf-16"))


def test_a_line_without_end_is_one_reject_and_the_rest_is_read() -> None:
    piece = b"x" * 65_536
    found = read(b"{}\n", *[piece] * (LONGEST_LINE // 65_536 * 40), b"\n{}\n")
    assert found == [(1, b"{}"), (2, None), (3, b"{}")]


def test_an_endless_last_line_is_one_reject() -> None:
    assert read(b"{}\n", b"x" * (LONGEST_LINE + 1)) == [(1, b"{}"), (2, None)]
