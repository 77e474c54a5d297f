"""Names as numbers: every text that lines and items name is kept once, in `word`, and known here both ways.

A word is never changed nor taken away, so whatever was read once stays true. New words are written in a
short transaction of their own, before the batch that needs them: a batch that fails leaves one too many and
no harm. That transaction is durable at once, for this memory outlives a crash of Postgres.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from eventlog.postgres import Connection, Pool, Row, statements, transaction
from services.metrics.domain.book import Detail

SQL = statements("services.metrics.store", "words.sql")
BLANK = 0
"""The word of what is absent."""


class Words:
    """The words that this process has met: `number` by text, `text` by number."""

    def __init__(self, pool: Pool | None = None) -> None:
        self._pool = pool
        self.number: dict[str, int] = {"": BLANK}
        self.text: dict[int, str] = {BLANK: ""}
        self.details: dict[Detail, int] = {(): BLANK}

    async def learn(self, texts: Iterable[str]) -> None:
        """Know the numbers of these texts from now on, and keep those that nobody has met."""
        unmet = sorted(set(texts) - self.number.keys())
        if not unmet:
            return
        assert self._pool is not None
        async with transaction(self._pool) as connection:
            self._take(await connection.fetch(SQL["find"], unmet))
        fresh = [text for text in unmet if text not in self.number]
        if fresh:
            async with transaction(self._pool) as connection:
                await connection.execute(SQL["add"], fresh)
            async with transaction(self._pool) as connection:
                self._take(await connection.fetch(SQL["find"], fresh))

    async def learn_details(self, details: Iterable[Detail]) -> None:
        """The same of details, as their canonical JSON; `details` then has their numbers."""
        unmet = {one: as_json(one) for one in set(details) - self.details.keys()}
        if unmet:
            await self.learn(unmet.values())
            self.details |= {one: self.number[text] for one, text in unmet.items()}

    async def look_up(self, connection: Connection, texts: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those texts that anybody ever kept, on a connection of the caller's."""
        asked = set(texts)
        unmet = sorted(asked - self.number.keys())
        if unmet:
            self._take(await connection.fetch(SQL["find"], unmet))
        return {text: self.number[text] for text in asked if text in self.number}

    async def read(self, connection: Connection, numbers: Collection[int]) -> Mapping[int, str]:
        """The texts of these numbers, all in `text` from now on."""
        unmet = sorted(set(numbers) - self.text.keys())
        if unmet:
            self._take(await connection.fetch(SQL["read"], unmet))
        return self.text

    async def load(self, connection: Connection) -> None:
        """Meet every word there is: for who filters by what words say, such as details."""
        self._take(await connection.fetch(SQL["all"], list(self.text)))

    def _take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            number, text = row["id"], row["text"]
            self.text[number] = text
            self.number[text] = number


def as_json(detail: Detail) -> str:
    """A detail as canonical JSON; nothing as the blank."""
    if not detail:
        return ""
    return json.dumps(dict(detail), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
