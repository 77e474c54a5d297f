"""What the supervisor needs to know of a process in order to start, watch and stop it."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """One process: its command, its environment, when it counts as ready, and how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool]  # cheap, never raises: is it there for others?
    environment: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 12.0  # a service leaves within ten
    user: str | None = None  # started as this user (Postgres refuses to run as root)
    before: Callable[[], None] | None = None  # puts the folder in order, before each start
    may_end: bool = False  # it may finish its work; an exit with 0 is then no failure
    folder: Path | None = None
