"""`primed import`: a file into the log, with progress and the result; cut off anywhere, it goes on itself."""

import hashlib
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from rich.progress import Progress

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import say
from primed.commands.watching import OVER, bar, tell
from primed.commands.watching import follow as followed

CHUNK = 256 * 1024
PAUSES_S = (1.0, 3.0, 6.0)
"""Before an upload that broke off is sent again, under the same key: ingest may be starting again."""

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Plain or gzip.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="cloudevents, table, steps, cld, xes or organisation; what the file shows if left out.",
    ),
]
Mapping = Annotated[
    str | None, typer.Option(help="Name of a mapping, or a YAML file with one, kept under its name.")
]
Name = Annotated[str | None, typer.Option(help="What people call this file; its own name if left out.")]
AsOf = Annotated[str | None, typer.Option(help="RFC 3339: the moment that the export shows.")]
Coverage = Annotated[
    str | None,
    typer.Option(
        help="Of a table, which items it would hold if they existed: all, none, or days of a field, as "
        "received:2026-04-01..2027-03-31; what vanished is withdrawn. Left out, what the mapping says."
    ),
]
Follow = Annotated[bool, typer.Option(help="Wait until it is all in the log.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]


def import_file(
    file: File, form: Format = None, mapping: Mapping = None, name: Name = None, as_of: AsOf = None,
    coverage: Coverage = None, follow: Follow = True, as_json: Json = False,
) -> None:  # fmt: skip
    """Stream a file to ingest and follow it into the log. Importing the same file again changes nothing."""
    settings = shared()
    asked = {"format": form, "name": name or file.name, "as_of": as_of, "coverage": coverage}
    with client(settings, settings.ingest_url, "operator") as ingest, bar() as progress:
        asked["mapping"] = _mapping(ingest, mapping)
        job = _on_its_way(ingest, file, asked)
        if job is None:
            job = _sent(ingest, progress, file, {key: value for key, value in asked.items() if value})
        elif not as_json:
            say(f"{file.name} is on its way already, as import {job['id']}; it is not sent again.")
        if follow:
            job = followed(ingest, progress, job)
    tell(job, as_json)


def _mapping(ingest: httpx2.Client, named: str | None) -> str | None:
    """A mapping in a file is kept in ingest under the file's name, then used by it."""
    if named is None or not Path(named).is_file():
        return named
    stem = Path(named).stem
    kept = ingest.put(
        f"/v1/mappings/{stem}", content=Path(named).read_bytes(), headers={"Content-Type": "application/yaml"}
    )
    answer(kept)
    return stem


def _on_its_way(ingest: httpx2.Client, file: Path, asked: dict[str, str | None]) -> dict[str, Any] | None:
    """The import of this very file, asked for in the same way, by a command that did not see its end."""
    newest = answer(ingest.get("/v1/imports", params={"limit": 50}))["imports"]
    waiting = [job for job in newest if job["state"] not in OVER]
    if not waiting:
        return None
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return next((job for job in waiting if job["digest"] == digest and _same(job, asked)), None)


def _same(job: dict[str, Any], asked: dict[str, str | None]) -> bool:
    """Whether the import was asked for so; what was left out was taken from the file or its mapping."""
    if any(asked[name] not in (None, job[name]) for name in ("format", "mapping", "as_of")):
        return False
    match asked["coverage"]:
        case None:
            return True
        case "none":
            return job["coverage"] is None
        case "all":
            return bool(job["coverage"] and job["coverage"]["field"] is None)
        case said:
            field, _, days = said.partition(":")
            first, _, last = days.partition("..")
            return bool(job["coverage"] == {"field": field, "first": first or None, "last": last or None})


def _sent(ingest: httpx2.Client, progress: Progress, file: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Upload the file; where the connection breaks, again under the same key, so that it is one import."""
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(file.stat().st_size),
        "Idempotency-Key": uuid.uuid4().hex,
    }
    task = progress.add_task(f"Sending {file.name}", total=max(file.stat().st_size, 1))
    for pause in (*PAUSES_S, None):
        progress.update(task, completed=0)
        try:
            found = ingest.post(
                "/v1/imports", params=asked, content=_pieces(file, progress, task), headers=headers
            )
        except httpx2.TransportError:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            break
    progress.remove_task(task)
    job: dict[str, Any] = answer(found)
    return job


def _pieces(file: Path, progress: Progress, task: Any) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk
            progress.advance(task, len(chunk))
