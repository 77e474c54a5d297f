"""`primed import`: a file into the log, with progress and the result."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import err, say, say_json
from primed.trouble import Trouble

CHUNK = 256 * 1024
OVER = ("done", "failed", "cancelled")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Plain or gzip.")]
Format = Annotated[
    str | None, typer.Option("--format", help="cloudevents, table or xes; seen from the file if left out.")
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
    with client(settings, settings.ingest_url, "operator") as ingest, _bar() as bar:
        asked["mapping"] = _mapping(ingest, mapping)
        job = _upload(ingest, bar, file, {key: value for key, value in asked.items() if value})
        if follow:
            job = _follow(ingest, bar, job)
    if as_json:
        say_json(job)
    else:
        _tell(job, follow)
    if job["state"] in ("failed", "cancelled"):
        raise typer.Exit(1)


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


def _upload(ingest: httpx2.Client, bar: Progress, file: Path, asked: dict[str, Any]) -> dict[str, Any]:
    size = file.stat().st_size
    task = bar.add_task(f"Sending {file.name}", total=size)

    def body() -> Iterator[bytes]:
        with file.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                yield chunk
                bar.advance(task, len(chunk))

    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    job: dict[str, Any] = answer(ingest.post("/v1/imports", params=asked, content=body(), headers=headers))
    return job


def _follow(ingest: httpx2.Client, bar: Progress, job: dict[str, Any]) -> dict[str, Any]:
    task = bar.add_task("Reading", total=None)
    while job["state"] not in OVER:
        time.sleep(0.2)
        job = answer(ingest.get(f"/v1/imports/{job['id']}"))
        bar.update(task, description=f"{job['rows_read']} rows read, {job['events']} events in the log")
    return job


def _tell(job: dict[str, Any], follow: bool) -> None:
    if not follow and job["state"] not in OVER:
        say(f"{job['name']} is on its way as import {job['id']}.")
        return
    if job["state"] == "failed":
        raise Trouble(
            f"The import failed: {job['error']}", "Mend the file or the mapping and import it again."
        )
    counts = f"{job['rows_read']} rows read, {job['accepted']} taken, {job['events']} events in the log."
    say(f"{job['name']}: {counts}")
    if job["coverage"] is not None or job["unchanged"]:
        say(f"{job['unchanged']} rows say nothing new; {job['withdrawn']} items are gone and were withdrawn.")
    if job["note"]:
        say(job["note"])
    if job["refused"]:
        say(f"{job['refused']} rows were refused; why, as CSV: GET {job['rejects']} of ingest.")


def _bar() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
