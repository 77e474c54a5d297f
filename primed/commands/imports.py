"""`primed imports`: the files that were sent, how far each has come, what was refused of it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import out, say, say_json
from primed.commands.watching import bar, tell
from primed.commands.watching import follow as followed

PATH = "/v1/imports"
app = typer.Typer(no_args_is_help=True, help="Imports: list, show, follow, cancel; what was refused.")

Id = Annotated[str, typer.Argument(help="As the list shows it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="At most so many, newest first.")]
Cursor = Annotated[str | None, typer.Option(help="Go on after this import.")]
Out = Annotated[Path | None, typer.Option(dir_okay=False, help="A file to write; else it is printed.")]


@app.command("list")
def newest(limit: Limit = 20, cursor: Cursor = None, as_json: Json = False) -> None:
    """List imports, newest first."""
    found = _ask("GET", "", params={"limit": limit, **({"cursor": cursor} if cursor else {})})
    if as_json:
        say_json(found)
        return
    if not found["imports"]:
        say("Nothing was imported yet: primed import FILE")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("import", "at", "name", "state", "done", "rows", "taken", "unchanged", "refused", "gone"):
        table.add_column(heading, justify="right" if heading in NUMBERS else "left")
    for one in found["imports"]:
        counts = (f"{one[name]:,}" for name in ("rows_read", "accepted", "unchanged", "refused", "withdrawn"))
        at = one["created_at"][:19].replace("T", " ")
        table.add_row(one["id"], at, one["name"], one["state"], f"{one['share']:.0%}", *counts)
    out.print(table)
    if found["next_cursor"]:
        say(f"More: primed imports list --cursor {found['next_cursor']}")


NUMBERS = ("done", "rows", "taken", "unchanged", "refused", "gone")


@app.command()
def show(name: Id, as_json: Json = False) -> None:
    """Show how far one has come."""
    tell(_ask("GET", f"/{name}"), as_json)


@app.command()
def follow(name: Id, as_json: Json = False) -> None:
    """Watch one until it is over."""
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest, bar() as progress:
        job = followed(ingest, progress, answer(ingest.get(f"{PATH}/{name}")))
    tell(job, as_json)


@app.command()
def cancel(name: Id) -> None:
    """Stop one where it is; what the log has of it stays."""
    job = _ask("POST", f"/{name}/cancel")
    if job["state"] != "cancelled":
        say(f"{job['name']} was over before: {job['state']}.")
        return
    say(f"{job['name']} is cancelled after {job['rows_read']:,} rows; what the log has of them stays.")


@app.command()
def rejects(name: Id, to: Out = None) -> None:
    """Fetch what was refused, as CSV: row, column, value, reason and what to do."""
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest:
        found = ingest.get(f"{PATH}/{name}/rejects")
        if not found.is_success:
            answer(found)
    if to is None:
        out.print(found.text, end="", markup=False)
        return
    to.write_bytes(found.content)
    say(f"Written to {to}.")


def _ask(method: str, path: str, **more: Any) -> Any:
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest:
        return answer(ingest.request(method, PATH + path, **more))
