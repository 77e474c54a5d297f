"""Files that cannot be taken are refused in words at once; what only reading shows is left to the import."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

STEPS = b"STEP_ID,STEP_TYPE,INCOMING_ON\n1,Review,02/11/2026\n"
QUERY = "?mapping=steps&coverage=all&as_of=2026-11-22T18:00:00Z"


async def upload(ingest: Any, body: bytes, query: str = QUERY) -> Any:
    return await ingest.client.post(f"/v1/imports{query}", content=body, headers=ingest.token("feeder"))


@pytest.mark.parametrize(
    ("body", "query", "told"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", QUERY, "This is a PDF, not a table"),
        (b"\x89PNG\r\n\x1a\n\0\0", QUERY, "This is a picture"),
        (b"\0" * 5000, QUERY, "Is it the right one"),
        (STEPS.replace(b",", b"^"), QUERY, "no comma, semicolon, tab or bar"),
        (b"\n<!DOCTYPE html><html>", QUERY, "ask for a sign-in"),
        (gzip.compress(STEPS)[:10], QUERY, "ends early"),
        (gzip.compress(STEPS)[:-8] + b"\0" * 8, QUERY, "damaged"),
        (b"<log/>", QUERY, "is for steps, it is not for files in xes"),
        (b"[" * 200_000, QUERY, ""),
        (STEPS, "?mapping=receipt", "is not for files in table"),
        (STEPS, "?mapping=steps&as_of=2026-11-22T18:00:00Z", "Say what the file covers"),
        (STEPS, "?mapping=steps&coverage=all", "when the file was true"),
        (STEPS, QUERY.replace("all", "received:2025-02-31.."), "a day that does not exist"),
    ],
    ids=range(13),
)
async def test_a_file_that_cannot_be_taken_is_refused_in_words(
    ingest: Any, body: bytes, query: str, told: str
) -> None:
    answer = await upload(ingest, body, query)
    assert answer.status_code in (413, 422)
    assert told in answer.text
    assert ingest.jobs.jobs == {}


async def test_the_mapping_says_that_a_table_holds_steps(ingest: Any) -> None:
    answer = await upload(ingest, gzip.compress(STEPS))
    assert (answer.status_code, answer.json()["format"]) == (202, "steps")
    named = await upload(ingest, STEPS, QUERY + "&format=table")
    assert (named.status_code, "is not for files in table" in named.text) == (422, True)
