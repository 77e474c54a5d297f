"""An import: a file on its way into the log, as a thing that one can look at."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal

from services.ingest.domain.quality import Count

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Import:
    """One file and how far it has come.

    `rows_read` is the number of the last row that is dealt with: its events are in the log, or its reject is
    kept. `accepted`, `unchanged` (of those accepted) and `refused` count rows, `withdrawn` items that are
    gone, `events` what the log acknowledged. `coverage` is the JSON of a table's coverage. `place` is the
    machine and folder that hold the upload, `digest` the upload's SHA-256.

    `bytes_read` of the `packed_bytes` are consumed. Where a newer export of the source was known,
    `older_than` is its as-of and `placed` counts the rows that had something to say before it. `asked_as`
    is who asked, and under which key.
    """

    id: str
    tenant: str
    name: str
    format: str
    mapping: str | None
    mapping_text: str | None
    as_of: str | None
    coverage: str | None
    packed_bytes: int
    place: str
    sent_by: str
    created_at: dt.datetime
    state: State = "queued"
    rows_read: int = 0
    accepted: int = 0
    refused: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    events: int = 0
    bytes_read: int = 0
    placed: int = 0
    older_than: dt.datetime | None = None
    digest: str = ""
    asked_as: str | None = None
    note: str | None = None
    error: str | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None

    def rate(self, now: dt.datetime) -> float | None:
        """Rows a second since it began; None before that."""
        if self.started_at is None:
            return None
        seconds = ((self.ended_at or now) - self.started_at).total_seconds()
        return round(self.rows_read / max(seconds, 0.001), 1)

    @property
    def share(self) -> float:
        """How much of the upload is dealt with, from 0 to 1."""
        if self.state == "done":
            return 1.0
        return round(min(self.bytes_read / self.packed_bytes, 1.0), 4) if self.packed_bytes else 0.0

    def seconds_left(self, now: dt.datetime) -> float | None:
        """About how long it will still run, by the bytes so far; None where nobody can say."""
        if self.state != "running" or self.started_at is None or not 0 < self.share < 1:
            return None
        gone = (now - self.started_at).total_seconds()
        return round(gone * (1 - self.share) / self.share, 1)

    @property
    def request(self) -> tuple[str | None, ...]:
        """What was asked for: a repeat under the same key must ask for the same."""
        return self.digest, self.name, self.format, self.mapping, self.as_of, self.coverage

    @property
    def version(self) -> str:
        """Changes whenever there is something new to see."""
        told = (self.state, self.rows_read, self.events, self.withdrawn, self.note)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch of rows adds to an import. `after` is the row it continues from."""

    after: int
    last_row: int
    accepted: int
    refused: int
    events: int
    unchanged: int = 0
    withdrawn: int = 0
    bytes_read: int = 0
    placed: int = 0
    older_than: dt.datetime | None = None
    quality: tuple[Count, ...] = ()
