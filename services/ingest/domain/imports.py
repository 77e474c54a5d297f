"""An import: a file on its way into the log, as a thing that one can look at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Import:
    """One file and how far it has come.

    `rows_read` is the number of the last row that is dealt with: its events are in the log, or its reject is
    kept. `accepted`, `unchanged` (of those accepted) and `refused` count rows, `withdrawn` items that are
    gone, `events` what the log acknowledged. `coverage` is the JSON of a table's coverage. `place` is the
    machine and folder that hold the upload.
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
