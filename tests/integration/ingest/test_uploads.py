"""An upload that breaks off, with ingest killed in the middle of it, goes on where it was."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from primed.commands import uploading
from primed.commands.watching import bar

pytestmark = pytest.mark.real
EVENTS = 3_000


async def test_an_upload_goes_on_where_it_was_when_ingest_was_killed(
    ingest: Any, event: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "night.jsonl"
    file.write_text("".join(json.dumps(event(n)) + "\n" for n in range(EVENTS)))
    digest, begins, pieces = uploading.digest_of(file), [], uploading._pieces

    with ingest.client() as client, ingest.client() as other, bar() as progress:
        job = uploading.begin(client, file, digest, {"name": "night"})
        place = f"/v1/imports/{job['id']}"

        def broken(file: Path, offset: int, *more: Any) -> Iterator[bytes]:
            begins.append(offset)
            for piece in pieces(file, offset, *more):
                yield piece
                if len(begins) == 1:
                    until = time.monotonic() + 60
                    while other.head(place).headers["upload-offset"] == "0":
                        assert time.monotonic() < until
                        time.sleep(0.02)
                    ingest.process.kill()
                    ingest.process.start()

        monkeypatch.setattr(uploading, "_pieces", broken)
        sent = uploading.send(client, progress, file, job)
    assert (sent["id"], sent["digest"], sent["packed_bytes"]) == (job["id"], digest, file.stat().st_size)
    assert begins[0] == 0
    assert begins[1] > 0
    done = ingest.wait(place, lambda job: job["state"] not in ("queued", "running"))
    assert (done["state"], done["accepted"]) == ("done", EVENTS)
    assert sorted(one["id"] for one in await ingest.events()) == sorted(f"e{n}" for n in range(EVENTS))
    assert ingest.uploads == []
