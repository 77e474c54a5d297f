"""What the routes of imports stand on, and how they show an import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from runtime.auth import Principal
from runtime.http import not_found
from runtime.problems import REASONS, Problem
from services.ingest.api.ports import Imports, Uploads
from services.ingest.api.uploading import Receiver
from services.ingest.domain.exports import OF_PERIOD
from services.ingest.domain.imports import Import

READERS = ("feeder", "operator", "analyst", "service")
SENDERS = ("feeder", "operator", "analyst")
MISSING = {404: "There is no such import for you."}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of imports stand on. `call` wakes the runner."""

    imports: Imports
    uploads: Uploads
    receiver: Receiver
    clock: Callable[[], dt.datetime]
    call: Callable[[], None]

    def seen(self, job: Import) -> Import:
        """The import with what of its upload has arrived."""
        here = job.state == "uploading" and job.place == self.receiver.place
        return job.arrived(self.uploads.size(job.id)) if here else job


async def found(desk: Desk, who: Principal, import_id: str) -> Import:
    """The caller's import; the same 404 for one that is not theirs."""
    job = await desk.imports.find(who.tenant, import_id)
    if job is None:
        raise not_found()
    return job


async def earlier(desk: Desk, job: Import) -> Import:
    """The import that this very file was sent for before, under the same key."""
    first = await desk.imports.asked(job.tenant, job.asked_as or "")
    if first is None or not job.repeats(first):
        raise Problem(*REASONS["key-reused"], "Give this upload an Idempotency-Key of its own.")
    return first


def described(desk: Desk, job: Import) -> dict[str, Any]:
    """An import as answers show it now."""
    return shown(desk.seen(job), desk.clock())


def shown(job: Import, now: dt.datetime) -> dict[str, Any]:
    """An import as answers show it: `accepted`, `refused`, `placed` are rows, `events` what the log has.

    `share` is how much of the upload is dealt with, from 0 to 1, `rate` rows a second; `stage` is what it
    does now, and `stage_share` how much of that is done. `coverage` is as said, `covers` as it came out.
    """
    return {
        "id": job.id,
        "name": job.name,
        "format": job.format,
        "mapping": job.mapping,
        "as_of": job.as_of,
        "coverage": _json(job.coverage),
        "covers": _json(job.covers or (None if job.coverage == _OF_PERIOD else job.coverage)),
        "asked": _json(job.asked),
        "state": job.state,
        **dict(zip(("stage", "stage_share"), job.doing, strict=True)),
        "rows_read": job.rows,
        "accepted": job.accepted,
        "unchanged": job.unchanged,
        "refused": job.refused,
        "withdrawn": job.withdrawn,
        "events": job.events,
        "rate": job.rate(now),
        "share": job.share,
        "seconds_left": job.seconds_left(now),
        "older_than": _moment(job.older_than),
        "placed": job.placed,
        "note": job.note,
        "error": job.error,
        "packed_bytes": job.packed_bytes,
        "bytes_read": job.bytes_read,
        "digest": job.digest,
        "sent_by": job.sent_by,
        "created_at": job.created_at.isoformat(),
        "started_at": _moment(job.started_at),
        "ended_at": _moment(job.ended_at),
        "rejects": f"/v1/imports/{job.id}/rejects" if job.refused else None,
    }


_OF_PERIOD = msgspec.json.encode(OF_PERIOD).decode()


def _json(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


def _moment(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
