"""Rows of a file in batches: checked at the edge, small enough to hold, large enough to be quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.ingest.domain.edge import Admitted, Edge, Refused, admit, admit_written
from services.ingest.domain.imports import Step
from services.ingest.domain.mixed import REASON
from services.ingest.domain.quality import Count, Tally
from services.ingest.domain.rows import HIDDEN, LONGEST_VALUE, Reject, Result, Row, UnreadableFile

Found = tuple[Admitted, ...] | Reject
Unmixed = Callable[[Sequence[Admitted]], Sequence[Admitted | Refused]]
"""Refuses, of some events, those of items that exports show; the others stay as they are, in their order."""

MAX_ROWS = 500
MAX_BYTES = 2 * 1024 * 1024
PART_ROWS = 2_500
"""Rows of a table that go together: a part waits for Kafka's disk and for Postgres' once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Neighbouring rows: events of the good ones, rejects of the others, and what their fields are worth."""

    rows: int
    last_row: int
    events: Sequence[Admitted]
    rejects: Sequence[Reject]
    quality: tuple[Count, ...]

    def step(self, after: int) -> Step:
        """What this batch adds to an import that stands after row `after`."""
        refused = len(self.rejects)
        accepted = self.rows - refused
        return Step(after, self.last_row, accepted, refused, len(self.events), quality=self.quality)


def batches(rows: Iterator[Row], tenant: str, edge: Edge, tally: Tally, unmixed: Unmixed) -> Iterator[Batch]:
    """Admit row by row; a row with one bad event is refused whole. Where reading breaks off, what was read is
    given first, then the `UnreadableFile` is raised."""
    some: list[tuple[Row, Found]] = []
    size = 0
    broken: UnreadableFile | None = None
    while broken is None:
        try:
            row = next(rows, None)
        except UnreadableFile as error:
            row, broken = None, error
        if row is not None:
            found = admitted(row, tenant, edge)
            some.append((row, found))
            size += 0 if isinstance(found, Reject) else sum(len(event.raw) for event in found)
        if some and (row is None or len(some) >= MAX_ROWS or size >= MAX_BYTES):
            yield _batch(some, tally, unmixed)
            some, size = [], 0
        if row is None:
            break
    if broken is not None:
        raise broken


def _batch(some: Sequence[tuple[Row, Found]], tally: Tally, unmixed: Unmixed) -> Batch:
    events: list[Admitted] = []
    rejects: list[Reject] = []
    checked = iter(unmixed([event for _, found in some if not isinstance(found, Reject) for event in found]))
    for row, found in some:
        each = () if isinstance(found, Reject) else [next(checked) for _ in found]
        wrong = next((one for one in each if isinstance(one, Refused)), None)
        kept = found if wrong is None else reject_of(row.number, wrong)
        tally.events(row, kept)
        if isinstance(kept, Reject):
            rejects.append(kept)
        else:
            events.extend(kept)
    return Batch(len(some), some[-1][0].number, tuple(events), tuple(rejects), tally.take())


def parts(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Neighbouring rows of a table. Where reading breaks off, what was read is given first."""
    some: list[Row] = []
    try:
        for row in rows:
            some.append(row)
            if len(some) >= PART_ROWS:
                yield some
                some = []
    except UnreadableFile:
        if some:
            yield some
        raise
    if some:
        yield some


def admitted(row: Row, tenant: str, edge: Edge) -> Found:
    """The events of a row as the log keeps them, or its reject."""
    if row.reject is not None:
        return row.reject
    found: list[Admitted] = []
    let_in = admit_written if row.own else admit
    for draft in row.drafts:
        event = let_in(draft, tenant, edge)
        if isinstance(event, Refused):
            return reject_of(row.number, event)
        found.append(event)
    return tuple(found)


def reject_of(number: int, refused: Refused) -> Reject:
    """A refused event of a file as a reject of its row."""
    remedy = _REMEDIES.get(refused.reason, "Correct this row at its source, export again and import again.")
    result = _RESULTS.get(refused.reason, "unreadable")
    return Reject(number, refused.field or "", HIDDEN, refused.detail[:LONGEST_VALUE], remedy, result)


_RESULTS: dict[str, Result] = {
    "missing-field": "missing",
    "unknown-type": "not-in-list",
    "not-for-feeders": "not-in-list",
    REASON: "duplicate",
}
_REMEDIES = {
    "not-json": "Write one JSON object a line, in UTF-8.",
    "unknown-type": "Use a type of GET /v1/types, or upgrade Primed if the type is newer.",
    "wrong-time": "Write times as 2026-11-02T09:30:00+00:00, with the offset.",
    REASON: "Leave the item to the exports, or send its events under a source of their own.",
    "other-tenant": "Leave tenant out; it is taken from the token.",
}
