"""Bytes laid aside on disk under keys, so that memory does not grow with what has to be sorted."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
IN_MEMORY = 1 << 23
"""Bytes up to which no file is made."""


class Spool(AbstractContextManager["Spool[Key]"], Generic[Key]):
    """One temporary file; what was kept under a key comes back in the order in which it was kept."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        self._kept: defaultdict[Key, list[tuple[int, int]]] = defaultdict(list)
        self._end = 0

    def keep(self, key: Key, body: bytes) -> None:
        """Lay bytes aside under a key."""
        self._file.seek(self._end)
        self._file.write(body)
        self._kept[key].append((self._end, len(body)))
        self._end += len(body)

    def kept(self) -> list[Key]:
        """The keys under which something is kept."""
        return list(self._kept)

    def take(self, key: Key) -> Iterator[bytes]:
        """What is kept under a key, which is forgotten by this."""
        for start, length in self._kept.pop(key, ()):
            self._file.seek(start)
            yield self._file.read(length)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
