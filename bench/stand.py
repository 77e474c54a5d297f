"""What a measurement stands on: a broker and a database of its own, warmed up as for long runs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from primed.stack import kafka, postgres, process, roster
from primed.stack.options import Options
from primed.stack.place import Place, from_environment
from primed.stack.program import Program

JAVA = "-Xms512m -Xmx1g -XX:+UseSerialGC"
"""The embedded broker compiles for a quick start; a measurement wants the full compiler."""

PATIENCE_S = 240.0
"""On a machine that is busy with other work a program takes minutes to start."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Kafka and Postgres that run for one measurement; services are started by it one by one."""

    place: Place

    def service(self, name: str, workers: int = 1) -> Program:
        """The program of one process of the product with so many workers."""
        options = Options(workers=workers)
        return next(one for one in roster.product(self.place, options) if one.name == name)


@contextlib.contextmanager
def stand() -> Iterator[Stand]:
    """A fresh broker with the declared topics and a migrated database; gone afterwards."""
    os.environ["PRIMED_KAFKA_JAVA_OPTIONS"] = JAVA
    home = Path(tempfile.mkdtemp(prefix="primed-b-"))
    place = Place(home=home, port_base=free_base(), cache=from_environment(os.environ).cache)
    place.folders()
    with contextlib.ExitStack() as open_:
        open_.callback(shutil.rmtree, home, ignore_errors=True)
        for program in (postgres.program(place), kafka.program(place)):
            open_.enter_context(running(program, place))
        postgres.create(place, "primed")
        environment = {**os.environ, **roster.environment(place)}
        for command in ("migrate", "topics"):
            subprocess.run(
                [sys.executable, "-m", "primed.cli", command], check=True, env=environment, stdout=2
            )
        yield Stand(place)


@contextlib.contextmanager
def running(program: Program, place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """The program, ready; stopped at the end."""
    child = process.launch(program, place)
    try:
        wait_until(program.ready, f"{program.name} to be ready", PATIENCE_S)
        if child.poll() is not None:
            raise OSError(f"{program.name} ended at once, and another one answers at {program.address}.")
        yield child
    finally:
        child.send_signal(program.stop_signal)
        child.wait(30)


@dataclass(frozen=True, slots=True)
class Product:
    """The whole product, up in a home of its own."""

    place: Place
    environment: dict[str, str]

    def primed(self, *words: str) -> str:
        """Run one command of `primed` and answer what it printed."""
        command = [sys.executable, "-m", "primed.cli", *words]
        return subprocess.run(
            command, check=True, env=self.environment, capture_output=True, text=True
        ).stdout

    def token(self, role: str, unit: str | None = None) -> str:
        """A bearer token."""
        return self.primed("token", "--role", role, *(("--unit", unit) if unit else ())).strip()


@contextlib.contextmanager
def product() -> Iterator[Product]:
    """The product without a simulated council."""
    home = Path(tempfile.mkdtemp(prefix="primed-b-"))
    place = Place(home=home, port_base=free_base(), cache=from_environment(os.environ).cache)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRIMED_")}
    own = {
        "PRIMED_HOME": str(home),
        "PRIMED_PORT_BASE": str(place.port_base),
        "PRIMED_CACHE": str(place.cache),
    }
    up = Product(place, {**kept, **own, "PRIMED_KAFKA_JAVA_OPTIONS": JAVA})
    try:
        up.primed("up", "--detach", "--empty")
        yield up
    finally:
        up.primed("down")
        shutil.rmtree(home, ignore_errors=True)


def free_base() -> int:
    """A port base at which the broker's port is free; two runs at once do not look at the same one first."""
    first = os.getpid() * 200
    for step in range(0, 19000, 200):
        base = 41000 + (first + step) % 19000
        with socket.socket() as probe:
            if all(probe.connect_ex(("127.0.0.1", base + offset)) for offset in (2, 80, 92)):
                return base
    raise OSError("No free ports between 41000 and 60000.")


def wait_until(true: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for something; raises `TimeoutError` that says for what."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(0.05)


def say(what: str) -> None:
    """Progress, beside the results."""
    print(json.dumps({"bench": what}), file=sys.stderr, flush=True)
