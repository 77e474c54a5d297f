"""`primed status`: every process with pid, address, readiness and lag."""

import os
import urllib.error
import urllib.request
from typing import Annotated, Any

import typer
from rich.table import Table

from primed.commands.speaking import out, say, say_json
from primed.stack import control, process, state
from primed.stack.place import Place, from_environment

Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]


def status(as_json: Json = False) -> None:
    """Show every process: pid, address, ready, lag. Exit code 1 when Primed is not up."""
    place = from_environment(os.environ)
    document = look(place)
    if as_json:
        say_json(document)
    else:
        _show(document)
    if not document["up"]:
        raise typer.Exit(1)


def look(place: Place) -> dict[str, Any]:
    """What is true now: what the supervisor said, checked against the processes themselves."""
    told = state.read(place)
    watched = control.supervisor(place) is not None
    rows = [_row(place, name, seen, watched) for name, seen in (told.processes if told else {}).items()]
    return {
        "up": bool(watched and told and told.phase == "up"),
        "phase": told.phase if watched and told else "down",
        "supervised": watched,
        "home": str(place.home),
        "page": told.processes["dashboard"].address if told and "dashboard" in told.processes else None,
        "kafka": told.kafka if told else None,
        "simulate": bool(told and told.simulate),
        "processes": rows,
    }


def _row(place: Place, name: str, seen: state.Watched, watched: bool) -> dict[str, Any]:
    found = process.recorded(place, name)
    ready = bool(found and seen.ready) if watched else found is not None
    return {
        "process": name,
        "pid": found.pid if found else None,
        "address": seen.address,
        "ready": ready,
        "lag": lag(seen.address) if found and name.startswith("metrics-") else None,
        "restarts": seen.restarts,
        "said": seen.said,
    }


def lag(address: str) -> int | None:
    """Events not yet absorbed, from the worker's own metrics; None while it does not say."""
    try:
        with urllib.request.urlopen(f"{address}/metrics", timeout=2) as answer:  # noqa: S310 - our own address
            lines = answer.read().decode().splitlines()
    except (OSError, urllib.error.URLError, ValueError):
        return None
    amounts = [line.rpartition(" ")[2] for line in lines if line.startswith("primed_metrics_lag_records")]
    return int(sum(float(amount) for amount in amounts)) if amounts else None


def _show(document: dict[str, Any]) -> None:
    if not document["processes"]:
        say(f"Nothing was ever started in {document['home']}. Start it: primed up")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("process", "pid", "address", "ready", "lag", "restarts", ""):
        table.add_column(heading)
    for row in document["processes"]:
        words = row["said"] if row["said"] not in ("ready", "stopped") else ""
        lag = "" if row["lag"] is None else str(row["lag"])
        table.add_row(
            row["process"], str(row["pid"] or ""), row["address"], "yes" if row["ready"] else "no",
            lag, str(row["restarts"] or ""), words,
        )  # fmt: skip
    out.print(table)
    if document["supervised"]:
        return
    if any(row["pid"] for row in document["processes"]):
        say("Nobody watches over these. Take over: primed up. Stop what is left: primed down")
    else:
        say("Primed is down. Start it: primed up")
