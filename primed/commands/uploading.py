"""How a command sends a file: in parts that ingest keeps, so that what broke off goes on where it was."""

import base64
import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
from rich.progress import Progress

from primed.commands.asking import answer
from primed.trouble import Trouble

CHUNK = 256 * 1024
PATIENCE_S = 60.0
"""How long to go on trying while nothing more arrives: a supervisor brings ingest back."""
TRY_AGAIN_S = 1.0
PART = {"Content-Type": "application/partial-upload", "Upload-Complete": "?1"}
AGAIN = (409, 503)
"""Another part is due, or ingest cannot take it now."""

Asked = dict[str, str]


def digest_of(file: Path) -> str:
    """The file's SHA-256, by which it is known again."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def begin(ingest: httpx2.Client, file: Path, digest: str, asked: Asked) -> dict[str, Any]:
    """Make an import whose file is still to come."""
    told = base64.b64encode(bytes.fromhex(digest)).decode()
    headers = {
        "Upload-Complete": "?0",
        "Upload-Length": str(file.stat().st_size),
        "Repr-Digest": f"sha-256=:{told}:",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    made: dict[str, Any] = answer(
        _patiently(lambda: ingest.post("/v1/imports", params=asked, headers=headers), lambda: 0)
    )
    return made


def send(ingest: httpx2.Client, progress: Progress, file: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Send what ingest has not yet of the file; answers the import, whose file is whole then."""
    task = progress.add_task(f"Sending {file.name}", total=max(file.stat().st_size, 1))
    path, offset = f"/v1/imports/{job['id']}", 0

    def rest() -> httpx2.Response:
        nonlocal offset
        stand = ingest.head(path)
        if not stand.is_success:
            return stand
        offset = int(stand.headers["Upload-Offset"])
        progress.update(task, completed=offset)
        headers = {
            **PART,
            "Upload-Offset": str(offset),
            "Content-Length": str(max(file.stat().st_size - offset, 0)),
        }
        return ingest.patch(path, content=_pieces(file, offset, progress, task), headers=headers)

    found = _patiently(rest, lambda: offset)
    progress.remove_task(task)
    if found.is_success:
        sent: dict[str, Any] = found.json()
        return sent
    answer(found)
    raise Trouble("The file could not be sent.", "Import it again; it goes on where it was.")


def _patiently(attempt: Callable[[], httpx2.Response], offset: Callable[[], int]) -> httpx2.Response:
    """The answer to an attempt; it is repeated while the connection breaks, as long as something arrives."""
    until, stood = time.monotonic() + PATIENCE_S, -1
    while True:
        try:
            found = attempt()
        except httpx2.TransportError:
            if time.monotonic() > until:
                raise
        else:
            if found.status_code not in AGAIN or time.monotonic() > until:
                return found
        if offset() > stood:
            until, stood = time.monotonic() + PATIENCE_S, offset()
        time.sleep(TRY_AGAIN_S)


def _pieces(file: Path, offset: int, progress: Progress, task: Any) -> Iterator[bytes]:
    with file.open("rb") as opened:
        opened.seek(offset)
        while chunk := opened.read(CHUNK):
            yield chunk
            progress.advance(task, len(chunk))
