"""Uploads on disk, bounded."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.ingest.domain.uploads import SpoolFull, TooLarge
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
