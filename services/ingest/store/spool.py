"""Uploads on disk: a file is kept whole before it is read, so that a killed import can go on."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from services.ingest.domain.uploads import Overtaken, SpoolFull, TooLarge, WrongOffset


@dataclass(slots=True)
class _Writing:
    """What is known of an upload's bytes so far, while this process wrote all of them."""

    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class Spool:
    """The folder of uploads, bounded for each and for all together."""

    def __init__(self, folder: Path, *, each_bytes: int, all_bytes: int) -> None:
        self._folder = folder
        self._each_bytes = each_bytes
        self._all_bytes = all_bytes
        self._held = 0
        self._writing: dict[str, _Writing] = {}
        self._turns: dict[str, object] = {}

    def open_folder(self, keep: Collection[str]) -> int:
        """Make the folder and remove what no unfinished import needs; answers how many files went."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stale = [path for path in self._folder.iterdir() if path.name not in keep]
        for path in stale:
            path.unlink(missing_ok=True)
        self._held = sum(path.stat().st_size for path in self._folder.iterdir())
        return len(stale)

    def check(self, told_bytes: int) -> None:
        """Refuse before reading what will not fit; raises `TooLarge` or `SpoolFull`."""
        if told_bytes > self._each_bytes:
            raise TooLarge
        if self._held + told_bytes > self._all_bytes:
            raise SpoolFull

    async def keep(self, name: str, body: AsyncIterator[bytes]) -> tuple[int, str]:
        """Write an upload as it arrives and flush it to disk; answers its size and SHA-256.

        Where it breaks off nothing is left behind.
        """
        try:
            await self.append(name, 0, body)
            return await self.whole(name)
        except BaseException:
            self.drop(name)
            raise

    def size(self, name: str) -> int:
        """How many bytes of an upload have arrived."""
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return 0

    async def append(self, name: str, offset: int, body: AsyncIterator[bytes]) -> int:
        """Write the next part of an upload as it arrives; answers the upload's size.

        Where it breaks off, what has arrived stays. A request that comes later takes the upload over from one
        whose sender may be gone. Raises `WrongOffset`, `Overtaken`, `TooLarge` or `SpoolFull`.
        """
        turn = self._turns[name] = object()
        size = self.size(name)
        if offset != size:
            raise WrongOffset(size)
        writing = self._writing.setdefault(name, _Writing())
        with (self._folder / name).open("ab", buffering=0) as file:
            async for piece in body:
                if self._turns.get(name) is not turn:
                    raise Overtaken
                self._check_grown(size + len(piece), len(piece))
                written = _written(file, piece)
                size, self._held, writing.size = size + written, self._held + written, writing.size + written
                writing.digest.update(piece)
                if written < len(piece):
                    self._writing.pop(name)  # its digest holds more than the disk took
                    raise SpoolFull
            await asyncio.to_thread(os.fsync, file.fileno())
        return size

    async def whole(self, name: str) -> tuple[int, str]:
        """The size and SHA-256 of an upload that has arrived."""
        size, writing = self.size(name), self._writing.get(name)
        if writing is None or writing.size != size:  # part of it was written before this process began
            return size, await asyncio.to_thread(_digest, self._folder / name)
        return size, str(writing.digest.hexdigest())

    def open(self, name: str) -> BinaryIO:
        """The upload from its beginning; raises `FileNotFoundError` when it is gone."""
        return (self._folder / name).open("rb")

    def drop(self, name: str) -> None:
        """Remove the upload; it may hold what nobody needs to keep."""
        self._writing.pop(name, None)
        self._turns.pop(name, None)
        path = self._folder / name
        try:
            size = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return
        self._held -= size

    def _check_grown(self, size: int, piece: int) -> None:
        if size > self._each_bytes:
            raise TooLarge
        if self._held + piece > self._all_bytes:
            raise SpoolFull


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(file: FileIO, piece: bytes) -> int:
    """How many of the bytes the disk took; a full one may take some."""
    try:
        return file.write(piece)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpoolFull from error
        raise
