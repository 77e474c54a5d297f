"""Starting, recognising and ending operating-system processes: a pid alone is never believed."""

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from primed.stack.place import Place
from primed.stack.program import Program

NAME, HOME = (
    "PRIMED_PROCESS",
    "PRIMED_HOME",
)  # each child carries both in its environment: that is how it is known


def launch(program: Program, place: Place) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own; its words go to its log file, its pid to its pid file."""
    if program.before:
        program.before()
    environment = {**os.environ, **program.environment, NAME: program.name, HOME: str(place.home)}
    with place.log_file(program.name).open("ab") as log:
        child = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            **as_user(program.user),
            cwd=program.folder,
            umask=0o077,
            start_new_session=True,
        )
    write_pid(place.pid_file(program.name), child.pid)
    return child


def ask(command: Sequence[str], user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a short command to its end and gives back what it said; the caller judges the exit code."""
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd="/",
        **as_user(user),
    )


def as_user(name: str | None) -> dict[str, Any]:
    """The arguments of subprocess for another user with that user's groups alone; none for oneself."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def write_pid(path: Path, pid: int) -> None:
    """Written aside and moved into place, so that no reader sees half a number."""
    part = path.with_suffix(".part")
    part.write_text(f"{pid}\n")
    os.replace(part, path)


def recorded(place: Place, name: str) -> psutil.Process | None:
    """The live process by its pid file; None when it is gone or the number now belongs to another."""
    try:
        found = psutil.Process(int(place.pid_file(name).read_text()))
    except (OSError, ValueError, psutil.Error):
        return None
    return found if _is_ours(found, place, name) else None


def left_over(place: Place) -> Iterator[tuple[str, psutil.Process]]:
    """Every live process of this home, by name, with or without a pid file; never the caller itself."""
    for found in psutil.process_iter():
        name = _name_in(found, place)
        if name and found.pid != os.getpid() and not _is_child_of_one(found, place, name):
            yield name, found


def end(found: Sequence[psutil.Process], seconds: float) -> None:
    """Asks all of them at once, waits, and then insists."""
    for number in (None, signal.SIGKILL):
        for one in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(number or gentle(one))
        until = time.monotonic() + seconds
        while any(is_alive(one) for one in found) and time.monotonic() < until:
            time.sleep(0.05)


def gentle(found: psutil.Process) -> signal.Signals:
    """The signal that asks a process to leave; on SIGTERM Postgres would wait for its clients."""
    return signal.SIGINT if found.name() == "postgres" else signal.SIGTERM


def is_alive(found: psutil.Process) -> bool:
    """Whether it runs; one that has ended and waits to be fetched by its parent does not."""
    try:
        return found.is_running() and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_ours(found: psutil.Process, place: Place, name: str) -> bool:
    return _name_in(found, place) == name


def _name_in(found: psutil.Process, place: Place) -> str | None:
    try:
        if found.status() == psutil.STATUS_ZOMBIE:
            return None
        environment = found.environ()
    except (psutil.Error, OSError):
        return None
    return environment.get(NAME) if environment.get(HOME) == str(place.home) else None


def _is_child_of_one(found: psutil.Process, place: Place, name: str) -> bool:
    """Postgres' own backends carry the same words as their parent; ending the parent ends them."""
    try:
        parent = found.parent()
    except psutil.Error:
        return False
    return parent is not None and _name_in(parent, place) == name
