"""A file is read one part ahead, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator

import pytest

from services.ingest.ahead import made_ahead, read_ahead
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


async def made(until: int, begun: list[int]) -> AsyncGenerator[int]:
    for number in range(until):
        begun.append(number)
        await asyncio.sleep(0)
        yield number
    raise UnreadableFile("it breaks off here")


async def test_what_is_made_of_the_next_part_is_made_meanwhile_and_no_more() -> None:
    begun: list[int] = []
    async with made_ahead(made(9, begun)) as coming:
        async for part in coming:
            for _ in range(20):
                await asyncio.sleep(0)
            assert begun[-1] == part + 1
            if part == 3:
                break


async def test_who_leaves_early_breaks_the_making_off() -> None:
    begun: list[int] = []
    async with made_ahead(made(9, begun)) as coming:
        assert await anext(coming) == 0
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(begun) <= 2


async def test_what_breaks_in_making_comes_after_what_was_made() -> None:
    seen = []

    async def walk() -> None:
        async with made_ahead(made(2, [])) as coming:
            async for part in coming:
                seen.append(part)

    with pytest.raises(UnreadableFile, match="breaks off"):
        await walk()
    assert seen == [0, 1]
