"""The bytes of a file that may be read again from the beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator


class Twice(Iterator[bytes]):
    """A file's unpacked bytes, in pieces; `begin` opens them at the beginning."""

    def __init__(self, begin: Callable[[], Iterator[bytes]]) -> None:
        self._begin = begin
        self._now = begin()

    def __next__(self) -> bytes:
        return next(self._now)

    def again(self) -> Iterator[bytes]:
        """The same bytes once more. What was being read must be over: both stand on one file."""
        self._now = iter(())
        return self._begin()
