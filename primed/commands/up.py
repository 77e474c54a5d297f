"""`primed up`, `down` and `restart`: start the supervisor, follow it, tell it to stop."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import psutil
import typer

from primed.commands.following import follow, welcome
from primed.commands.history import History
from primed.commands.speaking import complain, say
from primed.stack import control, state
from primed.stack.options import Options, chosen, remember, remembered
from primed.stack.place import Place, from_environment
from primed.stack.process import is_alive
from primed.trouble import Trouble

Workers = Annotated[int | None, typer.Option(help="Processes that keep the ledger; else as last time.")]
Simulate = Annotated[bool, typer.Option("--simulate", help="Feed a simulated council; remembered.")]
Empty = Annotated[bool, typer.Option("--empty", help="No simulated council; remembered.")]
Detach = Annotated[bool, typer.Option("--detach", help="Return when all is up, and leave it running.")]


def up(
    workers: Workers = None, simulate: Simulate = False, empty: Empty = False, detach: Detach = False
) -> None:
    """Start everything: Kafka, Postgres, the services. Ctrl-C stops it again."""
    place = from_environment(os.environ)
    options = chosen(remembered(place), workers=workers, simulate=simulate, empty=empty)
    running = control.supervisor(place)
    if running:
        _already(place, running, options)
        return
    place.folders()
    remember(place, options)
    with _stopping_when_interrupted(place):
        supervisor = control.start(place)
        told = follow(place, supervisor)
        welcome(place, told)
        if not detach:
            say("Ctrl-C stops everything; what was fed in stays.")
            _stay(place, supervisor, History(place, options))
    if told.trouble:
        raise typer.Exit(1)


def down() -> None:
    """Stop everything that was started in this home."""
    stopped = control.stop(from_environment(os.environ))
    say(f"Stopped: {', '.join(sorted(set(stopped)))}." if stopped else "Nothing was running.")


def restart(process: Annotated[str, typer.Argument(help="As primed status names it.")]) -> None:
    """Stop one process and wait until it is ready again."""
    pid = control.restart(from_environment(os.environ), process)
    say(f"{process} is ready again, pid {pid}.")


def _already(place: Place, running: psutil.Process, options: Options) -> None:
    told = follow(place, running)
    say("Primed is up already; this start changed nothing.")
    if (told.workers, told.simulate) != (options.workers, options.simulate):
        complain("It runs with other options than you gave.", "To change them: primed down, then primed up.")
    welcome(place, told)


def _stay(place: Place, supervisor: psutil.Process, history: History) -> None:
    """Stays until the supervisor is gone; that it was told to stop elsewhere is a clean end."""
    try:
        while is_alive(supervisor):
            history.show()
            time.sleep(0.5)
    finally:
        history.close()
    told = state.read(place)
    if told is None or told.phase == "stopped":
        say("Primed was stopped.")
        return
    raise Trouble(
        "The supervisor was killed; what it had started runs on, but nobody watches over it.",
        "Run primed up to take it over, or primed down to stop it.",
    )


@contextmanager
def _stopping_when_interrupted(place: Place) -> Iterator[None]:
    """Ctrl-C, a closed terminal or a plain kill of this command stop the whole stack, once."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    except KeyboardInterrupt:
        say("\nStopping …")
        control.stop(place)
        say("Stopped. Everything that was fed in is kept; primed up goes on from here.")
        raise typer.Exit from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
