"""Uploads on disk: a file is kept whole before it is read, so that a killed import can go on."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import BinaryIO

from services.ingest.domain.uploads import SpoolFull, TooLarge


class Spool:
    """The folder of uploads, bounded for each and for all together."""

    def __init__(self, folder: Path, *, each_bytes: int, all_bytes: int) -> None:
        self._folder = folder
        self._each_bytes = each_bytes
        self._all_bytes = all_bytes
        self._held = 0

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
        part, size, kept, digest = self._folder / f"{name}.part", 0, False, hashlib.sha256()
        try:
            with part.open("wb") as file:
                async for piece in body:
                    size += len(piece)
                    self._held += len(piece)
                    self._check_grown(size)
                    file.write(piece)
                    digest.update(piece)
                await asyncio.to_thread(_flush, file)
            part.rename(self._folder / name)
            kept = True
        finally:
            if not kept:
                self._held -= size
                part.unlink(missing_ok=True)
        return size, digest.hexdigest()

    def open(self, name: str) -> BinaryIO:
        """The upload from its beginning; raises `FileNotFoundError` when it is gone."""
        return (self._folder / name).open("rb")

    def drop(self, name: str) -> None:
        """Remove the upload; it may hold what nobody needs to keep."""
        path = self._folder / name
        try:
            size = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return
        self._held -= size

    def _check_grown(self, size: int) -> None:
        if size > self._each_bytes:
            raise TooLarge
        if self._held > self._all_bytes:
            raise SpoolFull


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
