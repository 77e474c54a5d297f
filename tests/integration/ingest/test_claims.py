"""Which import comes next, over the real Postgres: the imports of one feed never run beside each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from eventlog.migrations import connected
from services.ingest.domain.imports import Import
from services.ingest.store.imports import ImportBook

pytestmark = pytest.mark.real

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ANY = 2**62


@pytest.fixture
async def book(database: str) -> AsyncIterator[ImportBook]:
    pool = await connected(database, "ingest")
    yield ImportBook(pool, lambda: AT, 10)
    await pool.close()


def job(name: str, minute: int, source: str | None, size: int = 9, place: str = "here") -> Import:
    at = AT + dt.timedelta(minutes=minute)
    return Import(
        name, "demo", name, "table", None, None, None, None, size, place, "f-1", at, source=source
    )  # fmt: skip


async def claimed(book: ImportBook, *in_hand: str, most: int = ANY, place: str = "here") -> str | None:
    found = await book.claim(place, most, in_hand)
    return None if found is None else found.id


async def test_the_imports_of_a_feed_come_one_after_the_other_and_others_beside_them(
    book: ImportBook,
) -> None:
    large = job("large", 1, "mosaic/steps", size=5_000)
    for one in (large, job("newer", 2, "mosaic/steps"), job("reviews", 3, "mosaic/reviews")):
        await book.add(one)
    assert await claimed(book) == "large"
    assert await claimed(book, "large", most=100) == "reviews"
    assert await claimed(book, "large", "reviews") is None, "the feed of the third one is being loaded"
    await book.end(large, "done", None)
    assert await claimed(book, "reviews") == "newer"


async def test_an_import_that_was_cut_off_is_taken_up_before_newer_ones(book: ImportBook) -> None:
    for one in (job("first", 1, "mosaic/steps"), job("second", 2, "mosaic/steps")):
        await book.add(one)
    assert await claimed(book) == "first"
    assert await claimed(book) == "first"


async def test_a_feed_that_another_ingest_loads_waits_here_and_files_of_events_never_do(
    book: ImportBook,
) -> None:
    for one in (job("there", 1, "mosaic/steps", place="there"), job("here", 2, "mosaic/steps")):
        await book.add(one)
    for one in (job("lines", 3, None), job("more lines", 4, None)):
        await book.add(one)
    assert await claimed(book, place="there") == "there"
    assert await claimed(book) == "lines"
    assert await claimed(book, "lines") == "more lines"
    assert await claimed(book, "lines", "more lines") is None
