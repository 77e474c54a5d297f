"""`primed simulate`: feed a believable council into Primed, history first and then live."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from primed.simulate import daily, people
from primed.simulate.feed import Feed, FeedRefused
from primed.simulate.meetings import Meetings, MeetingsRefused
from primed.simulate.run import Plan, Simulation, began
from primed.simulate.saying import LONDON
from primed.simulate.state import fresh
from runtime.auth import TokenIssuer
from runtime.settings import Settings

TOKEN_S = 3600

Seed = Annotated[int, typer.Option(help="The same seed and day give the same council.")]
Months = Annotated[int, typer.Option(min=1, max=120, help="Months of history before today.")]
Speed = Annotated[
    float, typer.Option(min=0, help="How much faster than a real council it lives on; 0 stops at today.")
]
Out = Annotated[Path | None, typer.Option(help="Write the history as CloudEvents, one a line, and stop.")]


def simulate(seed: Seed = 7, months: Months = 27, speed: Speed = 30.0, out: Out = None) -> None:
    """Feed a simulated council: its history up to today, first meetings, then live at the chosen speed."""
    settings = Settings()
    if out is not None:
        typer.echo(f"{write_history(out, seed, months)} events written to {out}.")
        return
    plan = Plan(seed, months, speed, settings.home / "simulate", settings.staff_file)
    try:
        asyncio.run(_run(settings, plan))
    except (FeedRefused, MeetingsRefused, TimeoutError, ValueError) as error:
        typer.echo(f"The simulation stopped: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("Stopped; the next `primed simulate` goes on from here.")


def write_history(path: Path, seed: int, months: int) -> int:
    """Write the council's history up to yesterday as CloudEvents JSON lines; answers how many."""
    today = dt.datetime.now(LONDON).date()
    state, count = fresh(seed, began(today, months), today), 0
    with path.open("w", encoding="utf-8") as file:
        while state.day < today:
            for event in daily.live_through(state):
                file.write(json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")
                count += 1
    people.write_directory(path.with_suffix(".staff.yaml"), state)
    return count


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
