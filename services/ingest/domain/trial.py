"""What would come of a file's rows if they were sent: counted, with the first of each trouble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from services.ingest.domain.differences import shown_twice
from services.ingest.domain.held import Held
from services.ingest.domain.rows import Reject, Result, Row


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rows are refused: how many, and the first of them."""

    rows: int
    first: Reject


@dataclass(slots=True)
class Trial:
    """Rows that can be taken, of which `beside` only add to others, and rows that cannot.

    `faults` counts by field what is not simply valid; `samples` are rows as they would be sent, by number.
    `whole`: whether the file was read to its end. `column` is the one that tells items apart.
    """

    column: str = ""
    taken: int = 0
    beside: int = 0
    refused: int = 0
    whole: bool = True
    faults: Counter[tuple[str, Result]] = field(default_factory=Counter)
    samples: list[tuple[int, str]] = field(default_factory=list)
    _causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _firsts: dict[tuple[str, str], Reject] = field(default_factory=dict)
    _keys: Held = field(default_factory=Held)
    _shown: Held = field(default_factory=Held)
    _ways: Held = field(default_factory=Held)

    def add(self, row: Row, samples: int) -> None:
        """Count a row; the first so many that can be taken are kept as samples."""
        twice = row.key is not None and not self._keys.add(row.key)
        self.faults.update((one.field, one.result) for one in row.checks if one.result != "blank")
        if twice and not any(one.field == "key" for one in row.checks):
            self.faults["key", "duplicate"] += 1
        reject = row.reject or self._otherwise(row)
        if reject is not None:
            self.refused += 1
            cause = reject.column, reject.reason
            self._causes[cause] += 1
            self._firsts.setdefault(cause, reject)
            return
        self.taken += 1
        self.beside += row.shown is None and not row.drafts
        if self.taken <= samples:
            self.samples += [(row.number, told) for told in _sent(row)]

    def _otherwise(self, row: Row) -> Reject | None:
        """Why a row is refused whose item an earlier one showed in another way; the first one stands."""
        if row.shown is None:
            return None
        way = f"{row.shown.key} {row.shown.row.decode()}"
        if self._shown.add(row.shown.key):
            self._ways.add(way)
            return None
        return None if way in self._ways else shown_twice(row.number, self.column)

    def causes(self, most: int) -> list[Cause]:
        """The causes with most rows first."""
        return [Cause(rows, self._firsts[cause]) for cause, rows in self._causes.most_common(most)]


def trial(rows: Iterator[Row], samples: int, most: int | None = None, column: str = "") -> Trial:
    """Try the rows, at most so many of them. Of an item 72 bytes are kept, so that its second row is seen."""
    found = Trial(column)
    for row in islice(rows, most):
        found.add(row, samples)
    found.whole = most is None or next(rows, None) is None
    return found


def _sent(row: Row) -> list[str]:
    if row.shown is not None:
        return [f"{row.shown.key} {row.shown.row.decode()}"]
    return [draft.decode() for draft in row.drafts]
