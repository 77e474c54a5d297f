"""An import: a file on its way into the log, as a thing that one can look at."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from services.ingest.domain.mapping import TABULAR
from services.ingest.domain.quality import Count

State = Literal["uploading", "queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

Stage = Literal["uploading", "waiting", "preparing", "reading"]
"""What an import does that is not over; `preparing`: it reads its file through before it takes a row."""


@dataclass(frozen=True, slots=True)
class Import:
    """One file and how far it has come.

    `rows_read` is the number of the last row that is dealt with: its events are in the log, or its reject is
    kept. `accepted`, `unchanged` (of those accepted) and `refused` count rows, `withdrawn` items that are
    gone, `events` what the log acknowledged. `coverage` is the JSON of a table's coverage as it was said,
    `covers` as it turned out where the file itself says its days. `place` is the machine and folder that hold
    the upload, `digest` the upload's SHA-256, `asked` what the sender said of the file, as JSON.

    While it is uploading, `packed_bytes` and `digest` are what the sender told of the whole file, if that.

    `bytes_read` of the `packed_bytes` are consumed. Where a newer export of the source was known,
    `older_than` is its as-of and `placed` counts the rows that had something to say before it. `asked_as`
    is who asked, and under which key. `source` is the feed whose items a mapping reads; None where each event
    of the file names its own.
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
    asked: str | None = None
    covers: str | None = None
    stage: Stage | None = None
    stage_share: float | None = None
    source: str | None = None

    def rate(self, now: dt.datetime) -> float | None:
        """Rows a second since it began; None before that."""
        if self.started_at is None:
            return None
        seconds = ((self.ended_at or now) - self.started_at).total_seconds()
        return round(self.rows / max(seconds, 0.001), 1)

    @property
    def rows(self) -> int:
        """How many rows of the file are dealt with; the first of a table names its columns and is none."""
        return max(self.rows_read - (self.format in TABULAR), 0)

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

    def repeats(self, first: Import) -> bool:
        """Whether it asks for what the first one asked for; a digest that was not told may be any."""
        return self.asked == first.asked and (
            "" in (self.digest, first.digest) or self.digest == first.digest
        )

    @property
    def doing(self) -> tuple[Stage | None, float | None]:
        """Its stage, and how much of that is done, from 0 to 1, where it can be told."""
        match self.state:
            case "uploading":
                return "uploading", self.stage_share
            case "queued":
                return "waiting", None
            case "running":
                return (self.stage, self.stage_share) if self.stage else ("reading", self.share)
            case "done" | "failed" | "cancelled":
                return None, None

    def arrived(self, so_far: int) -> Import:
        """An upload of which so many bytes have arrived."""
        share = round(min(so_far / self.packed_bytes, 1.0), 4) if self.packed_bytes else None
        return replace(self, stage_share=share)

    @property
    def version(self) -> str:
        """Changes whenever there is something new to see."""
        told = (self.state, self.rows_read, self.events, self.withdrawn, self.note, self.doing)
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
    covers: str | None = None
