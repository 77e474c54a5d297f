"""Client Level Data (CLD), the national return of adult social care, release 1 or 2 or both in one file.

The file is read twice: first to learn which row stands where several tell of the same event, then to give the
rows (docs/decisions/0018-cld-is-read-twice.md). Who people are stays here: rows name them by a keyed hash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from services.ingest.domain.cld import columns as at
from services.ingest.domain.cld.columns import picking, places
from services.ingest.domain.cld.days import Days
from services.ingest.domain.cld.identity import Naming, Telling
from services.ingest.domain.cld.mapping import CldMapping
from services.ingest.domain.cld.periods import Periods
from services.ingest.domain.cld.shaping import Shaping
from services.ingest.domain.cld.survivors import Survivors
from services.ingest.domain.cld.wording import words
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.rows import Row, UnreadableFile
from services.ingest.formats import delimited, workbook
from services.ingest.formats.opening import ZIP
from services.ingest.formats.twice import Twice

Cells = Sequence[str]


def reader(key: bytes) -> Callable[[Iterator[bytes], AnyMapping | None, str | None], Iterator[Row]]:
    """The reader of this format, which names people and events with this key."""

    def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
        if not isinstance(mapping, CldMapping):
            raise UnreadableFile("Client Level Data needs a mapping; `cld` ships with Primed.")
        if not isinstance(chunks, Twice):
            raise TypeError("Client Level Data is read twice")
        # Without an as-of, as where a mapping is only tried, nothing lies in the future.
        today = dt.date.max if as_of is None else dt.date.fromisoformat(as_of[:10])
        yield from _File(mapping, key, today).rows(chunks)

    return rows


class _File:
    """One file on its way through both readings."""

    def __init__(self, mapping: CldMapping, key: bytes, today: dt.date) -> None:
        self._mapping, self._key, self._today = mapping, key, today
        self._lists = words(mapping.values, old=mapping.release == 2)
        self._days = Days(mapping.dates)
        self._telling = Telling(self._lists, self._days, single=mapping.services == "single")
        self._survivors = Survivors()

    def rows(self, chunks: Twice) -> Iterator[Row]:
        """The rows of the file, the first of them with what the file covers."""
        covers = self._survey(chunks)
        for row in self._shaped(chunks.again()):
            yield row if covers is None else replace(row, covers=covers)
            covers = None

    def _survey(self, chunks: Iterator[bytes]) -> tuple[dt.date, dt.date] | None:
        """The first reading. Where the file breaks off, so will the second, after the rows before it."""
        periods, days, seen = Periods(), self._days, ("", "")
        try:
            lines = _lines(chunks, self._mapping)
            width, pick, _ = _header(next(lines, ()))
            for number, cells in enumerate(lines, start=2):
                if len(cells) != width:
                    continue
                row = pick([*cells, ""])
                self._meet(number, row)
                period = row[at.PERIOD_START], row[at.PERIOD_END]
                if period != seen:
                    seen = period
                    periods.add(days[period[0]], days[period[1]])
        except UnreadableFile:
            pass
        self._survivors.close()
        return periods.span()

    def _meet(self, number: int, row: Cells) -> None:
        """An event of the first reading. One without a person cannot be told from others, so all stand."""
        event = self._telling.event(row)
        if event is not None and event.person:
            facts, rank = self._telling.facts(row, event), self._telling.rank(row, event)
            self._survivors.add(number, facts, rank)

    def _shaped(self, chunks: Iterator[bytes]) -> Iterator[Row]:
        lines = _lines(chunks, self._mapping)
        width, pick, present = _header(next(lines, ()))
        naming = Naming(self._key, self._telling, by_reference=self._mapping.keys == "reference")
        shaping = Shaping(self._mapping, self._telling, naming, self._lists, present, self._today)
        for number, cells in enumerate(lines, start=2):
            if len(cells) != width:
                if any(map(str.strip, cells)):
                    yield Row(number, reject=delimited.ragged(number, len(cells), width), shape="cld")
                continue
            row = pick([*map(str.strip, cells), ""])
            if any(row):
                yield shaping.row(number, row, self._telling.event(row), self._survivors.stands(number))


def _header(names: Cells) -> tuple[int, Callable[[Cells], tuple[str, ...]], list[bool]]:
    """How many cells a row has, how to put them in the order of the specification, and which there are."""
    if not any(name.strip() for name in names):
        raise UnreadableFile("The file is empty: its first row must hold the names of its columns.")
    found = places(names)
    # A column that the file lacks is read from the blank that is put after each row.
    pick = picking(len(names) if place is None else place for place in found)
    return len(names), pick, [place is not None for place in found]


def _lines(chunks: Iterator[bytes], mapping: CldMapping) -> Iterator[Cells]:
    first = next(chunks, b"")
    if first.startswith(ZIP):
        yield from workbook.lines(chain([first], chunks), mapping.sheet)
        return
    yield from delimited.rows(chain([first], chunks), mapping.encoding, mapping.delimiter)
