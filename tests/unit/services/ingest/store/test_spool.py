"""Uploads on disk, bounded."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.ingest.domain.uploads import Overtaken, SpoolFull, TooLarge, WrongOffset
from services.ingest.store.spool import Spool


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "imports", each_bytes=100, all_bytes=150)
    made.open_folder(())
    return made


async def test_an_upload_is_read_as_it_was_sent(spool: Spool) -> None:
    digest = hashlib.sha256(b"onetwo").hexdigest()
    assert await spool.keep("a", pieces(b"one", b"two")) == (6, digest)
    with spool.open("a") as file:
        assert file.read() == b"onetwo"


async def test_too_much_leaves_nothing_behind(spool: Spool, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await spool.keep("a", pieces(b"x" * 60, b"x" * 60))
    await spool.keep("b", pieces(b"x" * 90))
    with pytest.raises(SpoolFull):
        await spool.keep("c", pieces(b"x" * 61))
    assert [path.name for path in (tmp_path / "imports").iterdir()] == ["b"]
    spool.drop("b")
    spool.drop("b")
    assert (await spool.keep("c", pieces(b"x" * 100)))[0] == 100


async def test_a_length_that_will_not_fit_is_refused_before_it_is_read(spool: Spool) -> None:
    with pytest.raises(TooLarge):
        spool.check(101)
    await spool.keep("a", pieces(b"x" * 100))
    with pytest.raises(SpoolFull):
        spool.check(51)


async def test_a_new_start_keeps_only_what_an_import_needs(spool: Spool, tmp_path: Path) -> None:
    await spool.keep("needed", pieces(b"x" * 60))
    await spool.keep("orphan", pieces(b"x" * 60))
    (tmp_path / "imports" / "half.part").write_bytes(b"x")
    again = Spool(tmp_path / "imports", each_bytes=100, all_bytes=150)
    assert again.open_folder({"needed"}) == 2
    again.check(90)
    with pytest.raises(SpoolFull):
        again.check(91)


async def test_an_upload_that_broke_off_goes_on_after_a_new_start(spool: Spool, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"one"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await spool.append("a", 0, broken())
    again = Spool(tmp_path / "imports", each_bytes=100, all_bytes=150)
    assert (again.open_folder({"a"}), again.size("a")) == (0, 3)
    with pytest.raises(WrongOffset) as wrong:
        await again.append("a", 0, pieces(b"one"))
    assert wrong.value.offset == 3
    assert await again.append("a", 3, pieces(b"two")) == 6
    assert await again.whole("a") == (6, hashlib.sha256(b"onetwo").hexdigest())


async def test_who_comes_later_takes_an_upload_over(spool: Spool) -> None:
    reached = asyncio.Event()
    gone_on = asyncio.Event()

    async def hanging() -> AsyncIterator[bytes]:
        yield b"one"
        reached.set()
        await gone_on.wait()
        yield b"late"

    first = asyncio.create_task(spool.append("a", 0, hanging()))
    await reached.wait()
    assert await spool.append("a", 3, pieces(b"two")) == 6
    gone_on.set()
    with pytest.raises(Overtaken):
        await first
    with spool.open("a") as file:
        assert file.read() == b"onetwo"
