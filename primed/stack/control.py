"""From outside: start a supervisor for a place, tell it to stop, and bring one process back anew."""

import os
import subprocess
import sys
import time

import psutil

from primed.stack import process, state
from primed.stack.place import Place
from primed.stack.roster import environment
from primed.stack.supervisor import stop_left_over
from primed.trouble import Trouble

STOP_SECONDS = (
    75.0  # services leave within 12 seconds, then the servers within 20; the rest is for a busy machine
)
RESTART_SECONDS = 60.0


def supervisor(place: Place) -> psutil.Process | None:
    """The living supervisor of this home."""
    return process.recorded(place, "supervisor")


def start(place: Place) -> psutil.Process:
    """Starts a supervisor that outlives the caller; answers when it has taken the home."""
    told = {name: value for name, value in environment(place).items() if name.startswith("PRIMED_HOME")}
    marks = {
        process.NAME: "supervisor",
        "PRIMED_PORT_BASE": str(place.port_base),
        "PRIMED_CACHE": str(place.cache),
    }
    with place.log_file("supervisor").open("ab") as log:
        child = subprocess.Popen(
            (sys.executable, "-m", "primed.stack"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **told, **marks},
            start_new_session=True,
        )
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = supervisor(place)
        if found:
            return found
        if child.poll() is not None:
            break
        time.sleep(0.05)
    raise Trouble("The supervisor did not start.", f"See {place.log_file('supervisor')}")


def stop(place: Place) -> list[str]:
    """Stops everything of this home, with or without a living supervisor; answers with what was running."""
    found = supervisor(place)
    if found is None:
        return stop_left_over(place)
    told = state.read(place)
    names = [name for name, seen in told.processes.items() if seen.pid] if told else []
    process.end([found], STOP_SECONDS)
    return [*names, *stop_left_over(place)]


def restart(place: Place, name: str) -> int:
    """Ends one process and waits until its supervisor has it ready again; answers with the new pid."""
    told = state.read(place)
    if supervisor(place) is None or told is None:
        raise Trouble("Primed is not up, so there is nothing to restart.", "Start it: primed up")
    if name not in told.processes:
        raise Trouble(f"There is no process '{name}'.", f"There are: {', '.join(sorted(told.processes))}.")
    before = process.recorded(place, name)
    if before:
        process.end([before], 20.0)
    until = time.monotonic() + RESTART_SECONDS
    while time.monotonic() < until:
        told = state.read(place)
        seen = told.processes.get(name) if told else None
        if seen and seen.ready and seen.pid and (before is None or seen.pid != before.pid):
            return seen.pid
        time.sleep(0.1)
    raise Trouble(f"{name} was ended but is not ready again.", f"See {place.log_file(name)}")
