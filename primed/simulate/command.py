"""`primed simulate`: feed a believable council into Primed, history first and then live."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from primed.simulate.exporting import WRITERS
from primed.simulate.exporting.council import Council
from primed.simulate.feed import Feed, FeedRefused
from primed.simulate.meetings import Meetings, MeetingsRefused
from primed.simulate.run import Plan, Simulation, began
from primed.simulate.saying import LONDON
from primed.trouble import Trouble
from runtime.auth import TokenIssuer
from runtime.settings import Settings

TOKEN_S = 3600

Seed = Annotated[int, typer.Option(help="The same seed and day give the same council.")]
Months = Annotated[int, typer.Option(min=1, max=120, help="Months of history before today.")]
Speed = Annotated[
    float, typer.Option(min=0, help="How much faster than a real council it lives on; 0 stops at today.")
]
As = Annotated[
    str | None, typer.Option("--as", help="Write the history as files instead: " + ", ".join(WRITERS) + ".")
]
Out = Annotated[Path, typer.Option(file_okay=False, help="Folder for the files of --as.")]
Days = Annotated[
    int | None, typer.Option(min=1, max=3700, help="Days of history for --as, instead of --months.")
]
Until = Annotated[
    str | None, typer.Option(help="The day before which the files end; today if left out. 2026-11-23")
]
Exports = Annotated[
    int,
    typer.Option(min=1, max=400, help="Exports to write, one a day, where files show items as they stand."),
]


def simulate(
    seed: Seed = 7, months: Months = 27, speed: Speed = 30.0, form: As = None, out: Out = Path(),
    days: Days = None, until: Until = None, exports: Exports = 1,
) -> None:  # fmt: skip
    """Feed a simulated council: its history up to today, first meetings, then live at the chosen speed.

    With --as it is written as files, which `primed import` takes, and nothing is sent.
    """
    if form is not None:
        ends = _day(until)
        first = ends - dt.timedelta(days) if days else began(ends, months)
        _write(form, Council(seed, first, ends, exports), out)
        return
    settings = Settings()
    plan = Plan(seed, months, speed, settings.home / "simulate", settings.staff_file)
    try:
        asyncio.run(_run(settings, plan))
    except (FeedRefused, MeetingsRefused, TimeoutError, ValueError) as error:
        typer.echo(f"The simulation stopped: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("Stopped; the next `primed simulate` goes on from here.")


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now(LONDON).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Trouble(f"--until {text} is no day.", "Write it as 2026-11-23.") from error


def _write(form: str, council: Council, folder: Path) -> None:
    if form not in WRITERS:
        raise Trouble(f"--as {form} is not known.", f"Give one of {', '.join(WRITERS)}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = WRITERS[form](council, folder)
    except OSError as error:
        raise Trouble(f"The files cannot be written: {error}.", "Name another folder with --out.") from error
    for one in written:
        typer.echo(f"{one.path}: {one.rows} rows")
    for one in written:
        if one.load:
            typer.echo(one.load)


async def _run(settings: Settings, plan: Plan) -> None:
    issuer = TokenIssuer(settings.keys)

    def manager(subject: str, unit: str) -> str:
        return issuer.issue("manager", unit, settings.tenant, subject, TOKEN_S)

    def feeder() -> str:
        return issuer.issue("feeder", None, settings.tenant, "simulated-council", TOKEN_S)

    async with httpx2.AsyncClient(timeout=30) as client:
        feed = Feed(settings.ingest_url, feeder, client)
        meetings = Meetings(settings.actions_url, manager, client)
        simulation = Simulation(plan, feed, meetings, lambda: dt.datetime.now(LONDON))
        with _bar() as bar:
            task = bar.add_task("history", total=100, sent=0)

            def told(what: str, share: float, sent: int) -> None:
                bar.update(task, description=what, completed=share * 100, sent=sent)

            await simulation.run(told)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[sent]} events"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
