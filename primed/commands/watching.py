"""How commands watch an import: a bar while it runs, and what came of it in plain words."""

import time
from typing import Any

import httpx2
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from primed.commands.asking import answer
from primed.commands.speaking import err, say, say_json
from primed.trouble import Trouble

OVER = ("done", "failed", "cancelled")
LOOK_EVERY_S = 0.3
PATIENCE_S = 180.0
"""How long to go on asking while ingest does not answer: a supervisor brings it back."""


def bar() -> Progress:
    """A bar of what is dealt with, on terminals only."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def follow(ingest: httpx2.Client, progress: Progress, job: dict[str, Any]) -> dict[str, Any]:
    """Watch until it is over; Ctrl-C leaves it running and says how to look again."""
    task = progress.add_task("Reading", total=1.0)
    try:
        while job["state"] not in OVER:
            progress.update(task, completed=_share(job), description=line(job))
            time.sleep(LOOK_EVERY_S)
            job = _looked(ingest, job["id"])
    except KeyboardInterrupt:
        progress.stop()
        say(f"{job['name']} goes on without you, as import {job['id']}.")
        say(f"Watch it: primed imports follow {job['id']}   Stop it: primed imports cancel {job['id']}")
        raise typer.Exit(130) from None
    return job


STAGES = {
    "uploading": "waiting for the rest of the file",
    "waiting": "waiting for its turn",
    "preparing": "reading the file through before its first row",
}


def _share(job: dict[str, Any]) -> float:
    """How much of what it does now is done."""
    return float(job["share"] if job["stage_share"] is None else job["stage_share"])


def line(job: dict[str, Any]) -> str:
    """Where an import stands, in one line."""
    if (stage := STAGES.get(job["stage"])) is not None and not job["note"]:
        return f"{job['rows_read']:,} rows read, {stage}" if job["rows_read"] else stage.capitalize()
    parts = [f"{job['rows_read']:,} rows read", f"{job['accepted']:,} taken"]
    parts += [f"{job[name]:,} {name}" for name in ("unchanged", "refused", "withdrawn") if job[name]]
    if job["rate"] and job["state"] == "running":
        parts.append(f"{job['rate']:,.0f} rows/s")
    if job["seconds_left"] is not None:
        parts.append(f"about {_span(job['seconds_left'])} left")
    return job["note"] or ", ".join(parts)


def tell(job: dict[str, Any], as_json: bool) -> None:
    """What came of it; exit code 1 when it failed or was cancelled."""
    if as_json:
        say_json(job)
    else:
        for sentence in result(job):
            say(sentence)
    if job["state"] == "failed" and not as_json:
        raise Trouble(
            f"The import failed: {job['error']}", "Mend the file or the mapping and import it again."
        )
    if job["state"] in ("failed", "cancelled"):
        raise typer.Exit(1)


def result(job: dict[str, Any]) -> list[str]:
    """An import in sentences."""
    if job["state"] not in OVER:
        return [f"{job['name']} is on its way as import {job['id']}: {line(job)}."]
    counts = f"{job['rows_read']:,} rows read, {job['accepted']:,} taken"
    name = f"{job['name']}, cancelled" if job["state"] == "cancelled" else job["name"]
    said = [f"{name}: {counts}, {job['events']:,} events in the log."]
    if (others := job["rows_read"] - job["accepted"] - job["refused"]) > 0:
        said.append(f"{others:,} rows tell more of an item in the row before, are blank or left out.")
    if job["coverage"] is not None or job["unchanged"]:
        gone = f"{job['withdrawn']:,} items are gone and were withdrawn"
        said.append(f"{job['unchanged']:,} rows say nothing new; {gone}.")
    if job["older_than"]:
        known = f"as of {job['older_than']}"
        said.append(f"Older than what is known ({known}): {job['placed']:,} rows put where they belong.")
    if job["refused"]:
        said.append(f"{job['refused']:,} rows were refused; why: primed imports rejects {job['id']}")
    return said


def _looked(ingest: httpx2.Client, name: str) -> dict[str, Any]:
    """The import as it stands; ingest may be away for a while, the import is not lost by that."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            found = ingest.get(f"/v1/imports/{name}")
        except httpx2.TransportError as error:
            if time.monotonic() > until:
                raise Trouble(
                    f"Ingest has not answered for {PATIENCE_S / 60:.0f} minutes.",
                    "Nothing is lost: the import goes on by itself when ingest is back. Look at it with: "
                    f"primed imports follow {name}",
                ) from error
        else:
            if found.status_code != 503 or time.monotonic() > until:
                job: dict[str, Any] = answer(found)
                return job
        time.sleep(1.0)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
