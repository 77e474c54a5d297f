"""Unpacking with limits."""

from __future__ import annotations

import gzip
import io
import os

import pytest

from services.ingest.domain.rows import UnreadableFile
from services.ingest.formats.opening import Unpacking, chunks, format_of

LIMITS = Unpacking(max_bytes=2**20, max_ratio=20, free_bytes=2**16)


def opened(raw: bytes, limits: Unpacking = LIMITS) -> bytes:
    return b"".join(chunks(io.BytesIO(raw), limits))


def test_gzip_is_known_by_its_bytes_and_anything_else_is_left_as_it_is() -> None:
    text = os.urandom(300_000)
    assert opened(gzip.compress(text)) == text
    assert opened(text[1:]) == text[1:]


def test_a_file_of_several_gzip_parts_is_one_file() -> None:
    assert opened(gzip.compress(b"one") + gzip.compress(b"two") + b"\0" * 512) == b"onetwo"


@pytest.mark.parametrize("keep", [3, 10, 15, 200_000, 300_000])
def test_a_cut_off_gzip_is_told(keep: int) -> None:
    packed = gzip.compress(os.urandom(400_000))
    with pytest.raises(UnreadableFile, match="ends early"):
        opened(packed[:keep])


def test_a_damaged_gzip_is_told() -> None:
    packed = bytearray(gzip.compress(os.urandom(100_000)))
    packed[50_000] ^= 255
    with pytest.raises(UnreadableFile, match="damaged"):
        opened(bytes(packed))


def test_a_bomb_is_left_after_a_bounded_piece() -> None:
    pieces = chunks(io.BytesIO(gzip.compress(b"\0" * 50_000_000)), Unpacking(2**40, 20, 2**16))
    given: list[int] = []
    with pytest.raises(UnreadableFile, match="unfolds"):
        given.extend(len(piece) for piece in pieces)
    assert sum(given) < 2_000_000


def test_a_file_larger_than_allowed_is_told() -> None:
    with pytest.raises(UnreadableFile, match="MiB"):
        opened(gzip.compress(os.urandom(2**20 + 1)))


@pytest.mark.parametrize(
    ("first", "form"),
    [
        (b" \n<log>", "xes"),
        (b"\xef\xbb\xbf<?xml", "xes"),
        (b'{"specversion"', "cloudevents"),
        (b"a,b,c\n1,2,3", "table"),
        (b"\xef\xbb\xbfName;Team\r\n", "table"),
        ("Name\tTeam\r\n".encode("utf-16"), "table"),
        (b"PK\x03\x04\x14\x00", "table"),
        (b"Name,Team\r1,2\r", "table"),
        (b"just words\n", None),
        (b"\x00\x01,\x02", None),
    ],
)
def test_a_format_shows_in_the_first_bytes(first: bytes, form: str | None) -> None:
    assert format_of(first) == form
