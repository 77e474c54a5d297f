"""A file is read one part ahead, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from services.ingest.ahead import read_ahead
from services.ingest.domain.rows import UnreadableFile


class File:
    """Parts, and how many of them were read so far."""

    def __init__(self, parts: int, broken: bool = False) -> None:
        self.read = 0
        self._parts, self._broken = parts, broken

    def __iter__(self) -> Iterator[int]:
        for number in range(self._parts):
            self.read += 1
            yield number
        if self._broken:
            raise UnreadableFile("it breaks off here")


async def test_while_a_part_is_dealt_with_the_next_one_is_made_ready_and_no_more() -> None:
    file, seen = File(5), []
    async with read_ahead(iter(file)) as coming:
        async for part in coming:
            seen.append(part)
            await asyncio.sleep(0.02)
            assert file.read <= part + 2
    assert seen == [0, 1, 2, 3, 4]


async def test_where_a_file_breaks_off_what_was_read_before_is_given_first() -> None:
    seen = []

    async def read() -> None:
        async with read_ahead(iter(File(2, broken=True))) as coming:
            async for part in coming:
                seen.append(part)

    with pytest.raises(UnreadableFile, match="breaks off"):
        await read()
    assert seen == [0, 1]


async def test_who_leaves_early_leaves_no_thread_behind_that_reads() -> None:
    file = File(100)
    async with read_ahead(iter(file)) as coming:
        async for _ in coming:
            break
    read = file.read
    await asyncio.sleep(0.02)
    assert file.read == read <= 2
