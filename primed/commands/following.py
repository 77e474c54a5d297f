"""What a person sees while the stack comes up, and the few lines that say how to use it."""

import time
from collections.abc import Callable

import psutil
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from primed.commands.speaking import complain, out, say, short
from primed.stack import state
from primed.stack.place import Place
from primed.stack.process import is_alive
from primed.stack.state import State
from primed.trouble import Trouble


def follow(place: Place, supervisor: psutil.Process) -> State:
    """Shows progress until everything is up; a start that failed is raised as trouble."""
    began = time.monotonic()
    if not out.is_terminal:
        return _until_up(place, supervisor, _Lines())
    with Live(console=out, refresh_per_second=8, transient=True) as live:
        return _until_up(
            place, supervisor, lambda told: live.update(_picture(told, time.monotonic() - began))
        )


class _Lines:
    """For logs and pipes: a line whenever something has changed."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, told: State) -> None:
        lines = [
            told.doing,
            *(f"  {name}: {seen.said}" for name, seen in told.processes.items() if seen.ready),
        ]
        for line in lines:
            if line not in self._said and told.phase != "up":
                self._said.add(line)
                say(line)


def _until_up(place: Place, supervisor: psutil.Process, show: Callable[[State], None]) -> State:
    while True:
        told = state.read(place)
        if told and told.supervisor == supervisor.pid:
            show(told)
            if told.phase == "up":
                return told
            if told.phase in ("failed", "stopped"):
                raise Trouble(
                    *(told.trouble or ("Primed was stopped before it was up.", "Start it: primed up"))
                )
        if not is_alive(supervisor):
            log = place.log_file("supervisor")
            raise Trouble("The supervisor ended before everything was up.", f"See {log}, then: primed up")
        time.sleep(0.1)


def _picture(told: State, seconds: float) -> Table:
    picture = Table.grid(padding=(0, 2))
    picture.add_row(Spinner("dots"), f"{told.doing} … {seconds:.0f} s")
    for name, seen in told.processes.items():
        picture.add_row("[green]✓[/]" if seen.ready else " ", f"{name:<10} [dim]{escape(seen.said)}[/]")
    return picture


def welcome(place: Place, told: State) -> None:
    """One address, how to sign in, and where things are."""
    out.print(f"\nPrimed is up at [bold]{told.processes['dashboard'].address}[/]\n")
    if not told.local_tokens:
        say("Nobody can sign in with local tokens: others can reach it. PRIMED_OIDC_ISSUER says who may.")
    elif told.simulate:
        say("Sign in there as one of the simulated people.")
    else:
        say(f"Sign in there as one of the people in {short(place.home / 'staff.yaml')}.")
    if told.local_tokens:
        say("For programs: primed token --role operator")
    say(f"Mail it sends: primed mail    State: primed status    Logs: {short(place.home / 'log')}")
    if told.trouble:
        complain(*told.trouble)
