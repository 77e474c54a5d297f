"""`primed import`: a file into the log, with progress and the result; cut off anywhere, it goes on itself."""

from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import say
from primed.commands.uploading import Asked, begin, digest_of, send
from primed.commands.watching import OVER, bar, tell
from primed.commands.watching import follow as followed

UPLOADING = "uploading"

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
    said = {"format": form, "name": name or file.name, "as_of": as_of, "coverage": coverage}
    with client(settings, settings.ingest_url, "operator") as ingest, bar() as progress:
        said["mapping"] = _mapping(ingest, mapping)
        asked, digest = {key: value for key, value in said.items() if value}, digest_of(file)
        job = _on_its_way(ingest, digest, asked)
        if job is None:
            job = begin(ingest, file, digest, asked)
        elif not as_json:
            goes_on = "goes on where it broke off" if job["state"] == UPLOADING else "is not sent again"
            say(f"{file.name} is on its way already, as import {job['id']}; it {goes_on}.")
        if job["state"] == UPLOADING:
            job = send(ingest, progress, file, job)
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


def _on_its_way(ingest: httpx2.Client, digest: str, asked: Asked) -> dict[str, Any] | None:
    """The import of this very file, asked for in the same way, by a command that did not see its end."""
    newest = answer(ingest.get("/v1/imports", params={"limit": 50}))["imports"]
    return next(
        (
            job
            for job in newest
            if job["state"] not in OVER and (job["digest"], job["asked"]) == (digest, asked)
        ),
        None,
    )
