"""A process from outside: how it starts, serves, stops and breaks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.patience import PATIENCE_S

PROGRAM = """
import asyncio, os, sys, threading, time
from pathlib import Path
from fastapi import APIRouter
from runtime import process, telemetry
from runtime.auth import needs, token_reader
from runtime.http import application
from runtime.settings import Settings

LONG = 300

class Part:
    def __init__(self, name, how=""):
        self.name, self.how = name, how
        self.failed = asyncio.get_running_loop().create_future()
    async def start(self):
        if self.how == "does not start":
            raise process.CannotStart("The part needs Kafka; start it.")
        print("start", self.name, flush=True)
        if self.how == "breaks":
            loop = asyncio.get_running_loop()
            loop.call_later(0.5, self.failed.set_exception, RuntimeError("driver: Canary"))
    async def stop(self):
        print("stop", self.name, flush=True)
        if self.how == "hangs":
            await asyncio.sleep(LONG)

slow = APIRouter()

@slow.get("/slow")
async def answer():
    Path(os.environ["PRIMED_HOME"], "asked").touch()
    await asyncio.sleep(1)
    return "done"

@slow.get("/endless")
async def endless():
    Path(os.environ["PRIMED_HOME"], "asked").touch()
    await asyncio.sleep(LONG)

async def main():
    telemetry.configure("test")
    settings = Settings()
    app = application("test", token_reader(settings), [slow], checks={}, public={"/slow", "/endless"})
    parts = [Part("first"), Part("second", sys.argv[1])]
    if sys.argv[1] == "lingers":
        threading.Thread(target=time.sleep, args=(LONG,)).start()
    return await process.serve(app, parts, settings.bind, settings.port_base)

process.run(main)
"""


class Started:
    def __init__(self, how: str, port: str, home: Path) -> None:
        environment = {**os.environ, "PRIMED_PORT_BASE": port, "PRIMED_HOME": str(home), "PYTHONPATH": "."}
        self._home = home
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, how],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def until_ready(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                assert httpx2.get(f"{self.address}/readyz").status_code == 200
            except httpx2.TransportError:
                assert self.process.poll() is None, self.process.communicate()
                assert time.monotonic() < end
                time.sleep(0.05)
            else:
                return

    def until_asked(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while not (self._home / "asked").exists():
            assert time.monotonic() < end
            time.sleep(0.02)

    def end(self) -> tuple[int, list[str], list[dict[str, Any]]]:
        """Exit code, what it printed, what it logged."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return (
            self.process.returncode,
            out.decode().splitlines(),
            [json.loads(line) for line in err.splitlines()],
        )


def until_refused(client: httpx2.Client, address: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            assert client.get(address).status_code in (200, 503)
        except httpx2.TransportError:
            return
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: str) -> Iterator[Callable[..., Started]]:
    made: list[Started] = []

    def make(how: str = "", port: str = port) -> Started:
        made.append(Started(how, port, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()
        one.process.communicate()


def test_parts_start_in_order_and_stop_in_reverse(start: Callable[..., Started], port: str) -> None:
    running = start()
    running.until_ready()
    running.process.send_signal(signal.SIGTERM)
    code, printed, logged = running.end()
    assert code == 0
    assert printed == ["start first", "start second", "stop second", "stop first"]
    assert [line["event"] for line in logged] == ["part-started", "part-started", "serving", "stopped"]
    assert logged[2]["address"] == f"http://127.0.0.1:{port}"


def test_an_answer_under_way_is_finished_and_no_new_one_begun(start: Callable[..., Started]) -> None:
    running = start()
    running.until_ready()
    with httpx2.Client() as client:
        asking = subprocess.Popen(
            [sys.executable, "-c", f"import httpx2; print(httpx2.get('{running.address}/slow').text)"],
            stdout=subprocess.PIPE,
        )
        running.until_asked()
        running.process.send_signal(signal.SIGTERM)
        until_refused(client, f"{running.address}/livez")
        assert asking.communicate(timeout=PATIENCE_S)[0] == b'"done"\n'
    assert running.end()[0] == 0


def test_it_leaves_whatever_hangs(start: Callable[..., Started]) -> None:
    running = start("hangs")
    running.until_ready()
    asking = subprocess.Popen(
        [sys.executable, "-c", f"import httpx2; httpx2.get('{running.address}/endless', timeout=300)"],
        stderr=subprocess.DEVNULL,
    )
    running.until_asked()
    running.process.send_signal(signal.SIGTERM)
    code, printed, logged = running.end()
    asking.communicate(timeout=PATIENCE_S)
    assert code == 0
    assert printed[-2:] == ["stop second", "stop first"]
    assert "part-did-not-stop" in [line["event"] for line in logged]


def test_a_thread_that_does_not_end_keeps_no_process(start: Callable[..., Started]) -> None:
    running = start("lingers")
    running.until_ready()
    running.process.send_signal(signal.SIGTERM)
    code, _, logged = running.end()
    assert code == 1
    assert logged[-1]["event"] == "left-by-force"


def test_a_part_that_breaks_ends_the_process_with_one_line(start: Callable[..., Started]) -> None:
    code, printed, logged = start("breaks").end()
    assert code == 1
    assert printed[-2:] == ["stop second", "stop first"]
    broken = [line for line in logged if line["level"] == "error"]
    assert len(broken) == 1
    assert broken[0].items() >= {"event": "part-failed", "part": "second", "error": "RuntimeError"}.items()
    assert "Canary" not in json.dumps(logged), "a driver's words may quote a case"


def test_a_part_that_does_not_start_says_why(start: Callable[..., Started]) -> None:
    code, printed, logged = start("does not start").end()
    assert code == 1
    assert printed == ["start first", "stop second", "stop first"]
    broken = [line for line in logged if line["level"] == "error"]
    assert [line["message"] for line in broken] == ["The part needs Kafka; start it."]


def test_a_port_that_is_taken_is_said_in_one_line(start: Callable[..., Started], port: str) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(port)))
        other.listen()
        code, printed, logged = start().end()
    assert code == 1
    assert printed == []
    assert [line["message"] for line in logged] == [
        f"Cannot listen on 127.0.0.1:{port}: something else listens there. "
        "Set PRIMED_PORT_BASE or PRIMED_BIND."
    ]


def test_a_setting_that_is_wrong_is_said_in_one_line(start: Callable[..., Started]) -> None:
    code, _, logged = start(port="12").end()
    assert code == 1
    assert logged[0]["message"] == "PRIMED_PORT_BASE: Input should be greater than or equal to 1024"
