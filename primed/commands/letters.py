"""`primed dead-letters`: records that could not be read, and the way back into the log."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import out, say, say_json
from primed.commands.watching import bar
from primed.trouble import Trouble

app = typer.Typer(no_args_is_help=True, help="Records that could not be read: list, show, replay.")
PATH = "/v1/dead-letters"

Letter = Annotated[str, typer.Argument(help="Partition and offset, as the list shows it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many, newest first.")]
Mended = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The mended event, as JSON.")]

Reason = Annotated[str | None, typer.Option(help="Only letters with this reason, as the list shows it.")]
Service = Annotated[str | None, typer.Option(help="Only letters of this service.")]


@app.command("list")
def newest(limit: Limit = 20, reason: Reason = None, service: Service = None, as_json: Json = False) -> None:
    """List dead letters, newest first."""
    asked = _given(limit=limit, reason=reason, service=service)
    found = _ask("GET", "", params=asked)["dead_letters"]
    if as_json:
        say_json(found)
        return
    if not found:
        say("There are no dead letters.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("letter", "at", "service", "from", "bytes", "reason", "replayed"):
        table.add_column(heading)
    for one in found:
        origin = f"{one['topic']}-{one['partition']}@{one['offset']}"
        again = one["replays"][-1]["at"][:19] if one["replays"] else "never"
        place = (one["id"], one["at"][:19], one["service"], origin)
        table.add_row(*place, str(one["bytes"]), one["reason"], again)
    out.print(table)


@app.command()
def show(letter: Letter) -> None:
    """Show one dead letter with its bytes as text."""
    say_json(_ask("GET", f"/{letter}"))


@app.command()
def replay(
    letter: Annotated[str | None, typer.Argument(help="Partition and offset; or give --reason.")] = None,
    mended: Mended = None, reason: Reason = None, service: Service = None,
) -> None:  # fmt: skip
    """Append one to its topic again, as it was or mended, or all of a reason; each counts once."""
    if (letter is None) == (reason is None):
        raise Trouble("Say which letter, or which --reason.", "See primed dead-letters list.")
    if letter is None and mended is not None:
        raise Trouble("A mended event is for one letter.", "Name the letter beside --mended.")
    if letter is None:
        _replay_all(_given(reason=reason, service=service))
        return
    done = _ask("POST", f"/{letter}/replay", content=mended.read_bytes() if mended else b"")
    say(f"Appended to {done['topic']} again as {done['event']} of {done['source']}.")
    if done["before"]:
        last = done["before"][-1]
        said = f"by {last['by']} at {last['at'][:19]} as {last['event']}"
        say(f"It was replayed before, {said}; one id counts once.")


def _replay_all(asked: dict[str, Any]) -> None:
    """Page by page; broken off and begun again it passes over what was sent."""
    settings, sums = shared(), {"accepted": 0, "replayed_before": 0, "refused": 0}
    cursor: str | None = None
    with client(settings, settings.ingest_url, "operator") as ingest, bar() as progress:
        task = progress.add_task("Replaying", total=None)
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = answer(ingest.post(f"{PATH}/replay", params={**asked, **more}))
            for one in page["refused"]:
                say(f"{one['id']} still cannot be read: {one['detail']}")
            sums = {name: many + _many(page[name]) for name, many in sums.items()}
            past = sum(sums.values())
            progress.update(task, completed=past, total=past + page["left"])
            cursor = page["next_cursor"]
            if cursor is None:
                break
    say(f"{sums['accepted']:,} appended to their topics again; {sums['replayed_before']:,} had been before.")
    if sums["refused"]:
        say(f"{sums['refused']:,} still cannot be read.")
        raise typer.Exit(1)


def _many(said: Any) -> int:
    return said if isinstance(said, int) else len(said)


def _given(**asked: Any) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if value is not None}


def _ask(method: str, path: str, **more: Any) -> Any:
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest:
        return answer(ingest.request(method, PATH + path, **more))
