"""A file that can be read again from its beginning."""

from __future__ import annotations

from services.ingest.formats.twice import Twice


def test_the_same_bytes_come_twice() -> None:
    file = Twice(lambda: iter([b"a", b"b"]))
    assert list(file) == [b"a", b"b"]
    assert list(file.again()) == [b"a", b"b"]


def test_what_was_being_read_is_over_when_it_begins_again() -> None:
    file = Twice(lambda: iter([b"a", b"b"]))
    assert next(file) == b"a"
    assert list(file.again()) == [b"a", b"b"]
    assert list(file) == []
