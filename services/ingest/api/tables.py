"""CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be a formula; an apostrophe before it makes it text."""


async def csv_lines(
    head: Sequence[str], rows: AsyncIterator[tuple[object, ...]], at_once: int = 200
) -> AsyncIterator[str]:
    """The table in pieces of some lines, with a head."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(head)
    count = 0
    async for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
        if count % at_once == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return "'" + value
    return value
