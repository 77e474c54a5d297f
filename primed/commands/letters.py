"""`primed dead-letters`: records that could not be read, and the way back into the log."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import out, say, say_json

app = typer.Typer(no_args_is_help=True, help="Records that could not be read: list, show, replay.")
PATH = "/v1/dead-letters"

Letter = Annotated[str, typer.Argument(help="Partition and offset, as the list shows it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many, newest first.")]
Mended = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The mended event, as JSON.")]


@app.command("list")
def newest(limit: Limit = 20, as_json: Json = False) -> None:
    """List dead letters, newest first."""
    found = _ask("GET", "", params={"limit": limit})["dead_letters"]
    if as_json:
        say_json(found)
        return
    if not found:
        say("There are no dead letters.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("letter", "at", "service", "from", "bytes", "reason"):
        table.add_column(heading)
    for one in found:
        origin = f"{one['topic']}-{one['partition']}@{one['offset']}"
        table.add_row(one["id"], one["at"][:19], one["service"], origin, str(one["bytes"]), one["reason"])
    out.print(table)


@app.command()
def show(letter: Letter) -> None:
    """Show one dead letter with its bytes as text."""
    say_json(_ask("GET", f"/{letter}"))


@app.command()
def replay(letter: Letter, mended: Mended = None) -> None:
    """Append it to its topic again, as it was or mended; it counts once."""
    body = mended.read_bytes() if mended else b""
    done = _ask("POST", f"/{letter}/replay", content=body)
    say(f"Appended to {done['topic']} again.")


def _ask(method: str, path: str, **more: Any) -> Any:
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest:
        return answer(ingest.request(method, PATH + path, **more))
